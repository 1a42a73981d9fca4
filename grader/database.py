"""The learn database: learners, their answers, submissions, attempts and results, on SQLite or PostgreSQL.

Answers are kept one row a question, so that two devices never overwrite each other; a counter a lesson tells devices
whether they see the same record. Results of all classes stand in one table, for programme-wide figures; nbgrader's
gradebooks stay the record of each class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.answers import Answer, AnswerRecord, now
from grader.database_attempts import Attempts, Counts, GradedAttempt
from grader.database_engine import (
    BUSY_TIMEOUT_MS,
    DatabaseBusy,
    DatabaseFailure,
    StorageFull,
    connect,
)
from grader.database_submissions import Submissions
from grader.database_tables import AnswerRow, LearnerRow, RecordRow
from grader.database_upgrade import bring_up_to_date

__all__ = [
    "BUSY_TIMEOUT_MS",
    "Counts",
    "Database",
    "DatabaseBusy",
    "DatabaseFailure",
    "GradedAttempt",
    "RecordTooLarge",
    "StorageFull",
    "open_database",
]


class RecordTooLarge(Exception):
    """A question, or a whole lesson, over the limits of ``course.answers``; nothing was written."""


class Database(Submissions, Attempts):
    """Short transactions over the tables. Every method may raise ``DatabaseBusy``, a writing one ``StorageFull``."""

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

    def done_today(self, names: Sequence[str]) -> dict[str, set[str]]:
        """Return by lesson who ticked off its "Ứng dụng ngay"."""
        rows = select(AnswerRow.lesson, AnswerRow.learner, AnswerRow.value)
        rows = rows.where(AnswerRow.question == "today", AnswerRow.learner.in_(names))
        found: dict[str, set[str]] = {}
        with self.session() as session:
            for lesson, learner, value in session.execute(rows):
                if value.get("done"):
                    found.setdefault(lesson, set()).add(learner)
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
                    fields = {
                        **{"value": answer.value.model_dump(), "audience": answer.audience},
                        **{"at": answer.at, "item": answer.item},
                    }
                    session.merge(AnswerRow(learner=learner, lesson=lesson, question=id, **fields))
            row.version, row.changed_at = merged.version, now()
            return merged


def open_database(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Database:
    """Open the database at a SQLAlchemy URL; make its tables when they are missing, bring older ones up to date.

    Parameters
    ----------
    url
        ``sqlite:////path/learn.db`` or ``postgresql+psycopg://…`` (``BDHAI_DATABASE_URL``).
    busy_timeout_ms
        How long a transaction waits for a lock before ``DatabaseBusy``.
    """
    database = Database(connect(url, busy_timeout_ms))
    with database.session(write=True) as session:
        bring_up_to_date(session.connection())
    return database


def _record(session: Session, row: RecordRow | None, lesson: str) -> AnswerRecord:
    if row is None:
        return AnswerRecord(lesson=lesson)
    rows = session.scalars(select(AnswerRow).where(AnswerRow.learner == row.learner, AnswerRow.lesson == lesson))
    answers = {
        row.question: Answer.model_validate(
            {"value": row.value, "audience": row.audience, "at": row.at, "item": row.item}
        )
        for row in rows
    }
    return AnswerRecord(lesson=lesson, version=row.version, answers=answers)


def _same(new: Answer, old: Answer | None) -> bool:
    return old is not None and (new.value, new.audience, new.item) == (old.value, old.audience, old.item)
