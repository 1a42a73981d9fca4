"""Bringing a database that an earlier version made up to the tables of this one, when it is opened."""

from __future__ import annotations

from sqlalchemy import Connection, String, inspect, text
from sqlalchemy.schema import CreateColumn

from grader.database_tables import AttemptRow, Base, ResultRow


def bring_up_to_date(connection: Connection) -> None:
    """Make missing tables, add missing columns and indexes, widen what became wider.

    Every column added after the first version has a server default, so rows that are there get a value. All within the
    caller's transaction: both databases roll back a change of tables.
    """
    if connection.dialect.name != "sqlite":  # two services starting at once would both find no tables
        connection.execute(text("SELECT pg_advisory_xact_lock(20261124)"))
    before = set(inspect(connection).get_table_names())
    Base.metadata.create_all(connection)
    for table in Base.metadata.sorted_tables:
        if table.name not in before:
            continue
        there = {column["name"]: column["type"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {definition}"))
            elif connection.dialect.name != "sqlite" and _wider(column.type, there[column.name]):
                # SQLite stores texts of any length in any text column.
                kind = column.type.compile(dialect=connection.dialect)
                connection.execute(text(f"ALTER TABLE {table.name} ALTER COLUMN {column.name} TYPE {kind}"))
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    if "results" in before and "attempts" not in before:
        _keep_results_as_attempts(connection)


def _keep_results_as_attempts(connection: Connection) -> None:
    """What counted before attempts were kept is the first attempt that is."""
    shared = [column.name for column in AttemptRow.__table__.columns if column.name in ResultRow.__table__.columns]
    names = ", ".join(shared)
    connection.execute(text(f"INSERT INTO attempts ({names}) SELECT {names} FROM results"))


def _wider(wanted: object, there: object) -> bool:
    return (
        isinstance(wanted, String)
        and isinstance(there, String)
        and (wanted.length or 0) > (there.length or wanted.length or 0)
    )
