"""The learn database: learners, their answers, submissions and results, on SQLite or PostgreSQL.

Answers are kept one row a question, so that two devices never overwrite each other; a counter a lesson tells devices
whether they see the same record. Results of all classes stand in one table, for programme-wide figures; nbgrader's
gradebooks stay the record of each class.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from course.answers import Answer, AnswerRecord, now
from grader.database_tables import AnswerRow, Base, LearnerRow, RecordRow, ResultRow, SubmissionRow

BUSY_TIMEOUT_MS = 5_000

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


class RecordTooLarge(Exception):
    """A question, or a whole lesson, over the limits of ``course.answers``; nothing was written."""


class Database:
    """Short transactions over the tables. Every method may raise ``DatabaseBusy``, a writing one ``StorageFull``."""

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

    def learner(self, name: str) -> LearnerRow | None:
        """Return a learner, or ``None`` before the first write about them."""
        with self.session() as session:
            return session.get(LearnerRow, name)

    def learners(self, names: Sequence[str]) -> dict[str, LearnerRow]:
        """Return those of the learners that are known, by name."""
        with self.session() as session:
            rows = session.scalars(select(LearnerRow).where(LearnerRow.name.in_(names)))
            return {row.name: row for row in rows}

    def set_learner(self, name: str, *, audience: str | None = None, display_name: str | None = None) -> LearnerRow:
        """Add a learner or change what is given; ``None`` leaves a field as it is."""
        with self.session(write=True) as session:
            self._add(session, LearnerRow, name=name, created_at=now())
            row = session.get_one(LearnerRow, name, with_for_update=True)
            row.audience = audience if audience is not None else row.audience
            row.display_name = display_name if display_name is not None else row.display_name
            return row

    def record(self, learner: str, lesson: str) -> AnswerRecord:
        """Return a learner's answers in a lesson; an empty record of version 0 when there are none."""
        with self.session() as session:
            return _record(session, session.get(RecordRow, (learner, lesson)), lesson)

    def records(self, learner: str) -> dict[str, AnswerRecord]:
        """Return all of a learner's records by lesson."""
        with self.session() as session:
            rows = session.scalars(select(RecordRow).where(RecordRow.learner == learner)).all()
            return {row.lesson: _record(session, row, row.lesson) for row in rows}

    def activity(self, names: Sequence[str]) -> dict[str, dict[str, datetime]]:
        """Return when each learner last changed each lesson's record, by learner and lesson."""
        with self.session() as session:
            found: dict[str, dict[str, datetime]] = {}
            for row in session.scalars(select(RecordRow).where(RecordRow.learner.in_(names), RecordRow.version > 0)):
                found.setdefault(row.learner, {})[row.lesson] = row.changed_at
            return found

    def merge_answers(self, learner: str, lesson: str, answers: Mapping[str, Answer]) -> AnswerRecord:
        """Take in a device's answers; per question the later one stands.

        The record's row is locked first, so two devices at a time are merged one after the other. An answer sent again
        with the same value changes nothing, whatever its time: a device that repeats itself is not a second device.

        Raises
        ------
        RecordTooLarge
            When the merged record is over a limit.
        """
        with self.session(write=True) as session:
            self._add(session, LearnerRow, name=learner, created_at=now())
            self._add(session, RecordRow, learner=learner, lesson=lesson, version=0, changed_at=now())
            row = session.get_one(RecordRow, (learner, lesson), with_for_update=True)
            current = _record(session, row, lesson)
            merged = current.merged({id: new for id, new in answers.items() if not _same(new, current.answers.get(id))})
            if merged is current:
                return current
            if (what := merged.too_large()) is not None:
                raise RecordTooLarge(what)
            for id, answer in merged.answers.items():
                if answer is not current.answers.get(id):
                    fields = {"value": answer.value.model_dump(), "audience": answer.audience, "at": answer.at}
                    session.merge(AnswerRow(learner=learner, lesson=lesson, question=id, **fields))
            row.version, row.changed_at = merged.version, now()
            return merged

    def add_submission(self, **fields: Any) -> None:
        """Note a submission to one class (columns of ``SubmissionRow``); the same receipt again changes nothing."""
        with self.session(write=True) as session:
            self._add(session, LearnerRow, name=fields["learner"], created_at=now())
            self._add(session, SubmissionRow, **{"state": "grading", "message": "", **fields})

    def set_submission_state(self, receipt: str, class_id: str, state: str, message: str = "") -> None:
        """Say how far a submission is: ``grading``, ``graded`` or ``refused``, with a sentence for the learner."""
        with self.session(write=True) as session:
            if (row := session.get(SubmissionRow, (receipt, class_id))) is not None:
                row.state, row.message = state, message

    def latest_submission(self, learner: str, lesson: str) -> SubmissionRow | None:
        """Return the newest submission; of several classes that received it, the first by name."""
        with self.session() as session:
            rows = select(SubmissionRow).where(SubmissionRow.learner == learner, SubmissionRow.lesson == lesson)
            return session.scalars(rows.order_by(SubmissionRow.at.desc(), SubmissionRow.class_id).limit(1)).first()

    def submissions(self, *, learner: str | None = None, class_id: str | None = None) -> list[SubmissionRow]:
        """Return the submissions of a learner, a class or both, oldest first."""
        rows = select(SubmissionRow).order_by(SubmissionRow.at)
        if learner is not None:
            rows = rows.where(SubmissionRow.learner == learner)
        if class_id is not None:
            rows = rows.where(SubmissionRow.class_id == class_id)
        with self.session() as session:
            return list(session.scalars(rows))

    def save_result(
        self,
        *,
        class_id: str,
        learner: str,
        lesson: str,
        receipt: str,
        points: float,
        max_points: float,
        questions: list[dict[str, Any]],
        submitted_at: datetime,
        graded_at: datetime,
    ) -> ResultRow | None:
        """Write a result over the one before, keeping when the first submission came, and mark its submission graded.

        A result of an older submission than the one that stands is left out: ``None`` is returned.
        """
        with self.session(write=True) as session:
            self._add(session, LearnerRow, name=learner, created_at=now())
            if (submission := session.get(SubmissionRow, (receipt, class_id))) is not None:
                submission.state, submission.message = "graded", ""
            before = session.get(ResultRow, (class_id, learner, lesson), with_for_update=True)
            if before is not None and before.submitted_at > submitted_at:
                return None
            return session.merge(
                ResultRow(
                    class_id=class_id,
                    learner=learner,
                    lesson=lesson,
                    receipt=receipt,
                    points=points,
                    max_points=max_points,
                    questions=questions,
                    submitted_at=submitted_at,
                    graded_at=graded_at,
                    first_submitted_at=before.first_submitted_at if before else submitted_at,
                )
            )

    def results(self, *, learner: str | None = None, class_id: str | None = None) -> list[ResultRow]:
        """Return the results of a learner, a class, both, or all."""
        rows = select(ResultRow).order_by(ResultRow.class_id, ResultRow.learner, ResultRow.lesson)
        if learner is not None:
            rows = rows.where(ResultRow.learner == learner)
        if class_id is not None:
            rows = rows.where(ResultRow.class_id == class_id)
        with self.session() as session:
            return list(session.scalars(rows))

    def _add(self, session: Session, table: type[Base], **fields: Any) -> None:
        """Insert a row unless it is there, safe against somebody else inserting it now."""
        session.execute(self._insert(table).values(**fields).on_conflict_do_nothing())


def open_database(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Database:
    """Open the database at a SQLAlchemy URL and make its tables when they are missing.

    Parameters
    ----------
    url
        ``sqlite:////path/learn.db`` or ``postgresql+psycopg://…`` (``BDHAI_DATABASE_URL``).
    busy_timeout_ms
        How long a transaction waits for a lock before ``DatabaseBusy``.
    """
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
    database = Database(engine)
    with database.session(write=True) as session:
        if engine.dialect.name != "sqlite":  # two services starting at once would both find no tables
            session.execute(text("SELECT pg_advisory_xact_lock(20261124)"))
        Base.metadata.create_all(session.connection())
    return database


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


def _record(session: Session, row: RecordRow | None, lesson: str) -> AnswerRecord:
    if row is None:
        return AnswerRecord(lesson=lesson)
    rows = session.scalars(select(AnswerRow).where(AnswerRow.learner == row.learner, AnswerRow.lesson == lesson))
    answers = {
        row.question: Answer.model_validate({"value": row.value, "audience": row.audience, "at": row.at})
        for row in rows
    }
    return AnswerRecord(lesson=lesson, version=row.version, answers=answers)


def _same(new: Answer, old: Answer | None) -> bool:
    return old is not None and new.value == old.value and new.audience == old.audience
