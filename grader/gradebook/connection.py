"""A class's gradebook as SQLAlchemy sees it, opened so that nbgrader may write to it at the same time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool

BUSY_SECONDS = 30
"""How long to wait for a trainer's formgrader to end its own write before ``OperationalError`` is raised."""


def open_gradebook(db_url: str) -> Engine:
    """Return an engine whose transactions take SQLite's write lock as they begin.

    By default SQLite takes that lock at the first change: whoever has read by then and finds that another has written
    meanwhile gets an error at once, however long the timeout. Taken at the start, the timeout counts, and nothing
    that was read is out of date when it is written back. Durability settings stay as nbgrader has them.
    """
    if not db_url.startswith("sqlite"):
        return create_engine(db_url)
    # No pool: no file handle outlives its transaction, or gets into a forked process.
    engine = create_engine(db_url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _leave_transactions_to_us(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
