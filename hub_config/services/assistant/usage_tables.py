"""How much was used, and nothing else: the tables of the assistant, on SQLite or PostgreSQL.

No table holds what was asked or answered; there is no column for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import BigInteger, String, select, text, tuple_
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from grader.database_engine import BUSY_TIMEOUT_MS, Transactions, connect

Whose = Literal["learner", "class"]


class Base(DeclarativeBase):
    """The assistant's own tables."""


class UsageRow(Base):
    """What one learner used on one day (``2026-11-24``), or one class in one month (``2026-11``), in Vietnam's time."""

    __tablename__ = "assistant_usage"
    whose: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    requests: Mapped[int] = mapped_column(BigInteger, default=0)


@dataclass(frozen=True)
class Account:
    """Whose use is counted, and over which time."""

    whose: Whose
    name: str
    period: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The primary key of its row."""
        return self.whose, self.name, self.period


@dataclass(frozen=True)
class Used:
    """Tokens and requests."""

    tokens: int = 0
    requests: int = 0

    def __add__(self, other: Used) -> Used:
        return Used(self.tokens + other.tokens, self.requests + other.requests)


class UsageDatabase(Transactions):
    """Short transactions over the table; adding is safe against other processes that add to the same rows."""

    def used(self, accounts: Iterable[Account]) -> dict[Account, Used]:
        """Return what was used, by account; nothing where there is no row yet."""
        wanted = {account.key: account for account in accounts}
        with self.session() as session:
            key = tuple_(UsageRow.whose, UsageRow.name, UsageRow.period)
            rows = session.scalars(select(UsageRow).where(key.in_(list(wanted)))).all()
        found = {wanted[row.whose, row.name, row.period]: Used(row.tokens, row.requests) for row in rows}
        return {account: found.get(account, Used()) for account in wanted.values()}

    def add(self, changes: Mapping[Account, Used]) -> None:
        """Add to what was used, all or nothing."""
        statement = self._insert(UsageRow)
        added = {name: getattr(UsageRow, name) + statement.excluded[name] for name in ("tokens", "requests")}
        statement = statement.on_conflict_do_update(index_elements=["whose", "name", "period"], set_=added)
        # In one order everywhere, so that two processes never wait for each other's rows.
        rows = [
            {**dict(zip(("whose", "name", "period"), account.key, strict=True)), **vars(used)}
            for account, used in sorted(changes.items(), key=lambda change: change[0].key)
        ]
        with self.session(write=True) as session:
            session.connection().execute(statement, rows)


def open_usage_database(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> UsageDatabase:
    """Open the database at a SQLAlchemy URL and make its table when it is missing."""
    database = UsageDatabase(connect(url, busy_timeout_ms))
    with database.session(write=True) as session:
        connection = session.connection()
        if connection.dialect.name != "sqlite":  # two services starting at once would both find no table
            connection.execute(text("SELECT pg_advisory_xact_lock(20261125)"))
        Base.metadata.create_all(connection)
    return database
