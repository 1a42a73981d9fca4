"""Connections, transactions and failures of the learn database, on SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from grader.database_tables import Base

BUSY_TIMEOUT_MS = 5_000
_AT_ONCE = 500

# What the two databases say when they cannot write for want of room, and when somebody else holds the lock. SQLite
# reports a quota or a file-size limit as a failed write.
_FULL = {
    "SQLITE_FULL",
    "SQLITE_IOERR_WRITE",
    "SQLITE_IOERR_TRUNCATE",
    "SQLITE_IOERR_FSYNC",
    "SQLITE_IOERR_SHMSIZE",
    "53100",
}
_BUSY = {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED", "55P03", "57014", "40001", "40P01"}


class DatabaseFailure(Exception):
    """The database refused for another reason, named by its code: the database's own message quotes whole rows."""


class StorageFull(Exception):
    """The disk (or a quota) has no room; nothing was written."""


class DatabaseBusy(Exception):
    """Somebody else holds the lock for too long; nothing was written, trying again is right."""


class Transactions:
    """Short transactions, and inserts that are safe against somebody else inserting the same row now."""

    def __init__(self, engine: Engine):
        self.engine = engine
        reading = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._reader = engine.execution_options(bdhai_write=False, **reading)
        self._writer = engine.execution_options(bdhai_write=True)
        self._insert: Any = sqlite_insert if engine.dialect.name == "sqlite" else postgresql_insert

    @contextmanager
    def session(self, *, write: bool = False) -> Iterator[Session]:
        """Open one transaction; it is committed at the end and rolled back on any error."""
        try:
            with Session(self._writer if write else self._reader, expire_on_commit=False) as session:
                yield session
                session.commit()
        except (DBAPIError, sqlite3.OperationalError) as error:
            raise _explained(error) from None
        except PoolTimeout as error:
            raise DatabaseBusy("No free connection") from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _add(self, session: Session, table: type[Base], **fields: Any) -> None:
        """Insert a row unless it is there."""
        self._add_all(session, table, [fields])

    def _add_all(self, session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows unless they are there; all rows name the same columns."""
        if rows:
            session.connection().execute(self._insert(table).on_conflict_do_nothing(), list(rows))

    def _replace_all(self, session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, over those with the same primary key; all rows name the same columns."""
        if not rows:
            return
        statement = self._insert(table)
        keys = [column.name for column in table.__table__.primary_key]
        changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        session.connection().execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))


def in_batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield as many names at a time as every database takes in one query."""
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]


def connect(url: str, busy_timeout_ms: int) -> Engine:
    """Return an engine whose transactions wait so long for a lock, and whose errors never quote a row."""
    if make_url(url).get_backend_name() == "sqlite":
        arguments: dict[str, Any] = {"timeout": busy_timeout_ms / 1000}
    else:
        arguments = {"options": f"-c lock_timeout={busy_timeout_ms}"}
    engine = create_engine(
        url, connect_args=arguments, max_overflow=40, pool_timeout=10, pool_pre_ping=True, hide_parameters=True
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN comes too late: at the first write, when another device may have read the same version.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("bdhai_write") else "BEGIN")


def _explained(error: DBAPIError | sqlite3.OperationalError) -> Exception:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    if code in _FULL:
        return StorageFull(str(code))
    if code in _BUSY:
        return DatabaseBusy(str(code))
    return DatabaseFailure(f"{type(cause).__name__} {code}")
