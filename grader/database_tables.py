"""The tables of the learn database (SQLAlchemy, typed), the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from course.answers import now


class _Utc(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What all tables share: which column type a Python type becomes."""

    type_annotation_map: ClassVar = {datetime: _Utc, dict[str, Any]: JSON, list[dict[str, Any]]: JSON}


class LearnerRow(Base):
    """A learner by the hub's user name."""

    __tablename__ = "learners"
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    display_name: Mapped[str | None]
    audience: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=now)


class RecordRow(Base):
    """One learner's record in one lesson: the counter of its writes."""

    __tablename__ = "records"
    learner: Mapped[str] = mapped_column(ForeignKey("learners.name"), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(default=now)


class AnswerRow(Base):
    """The newest answer to one question."""

    __tablename__ = "answers"
    __table_args__ = (ForeignKeyConstraint(["learner", "lesson"], ["records.learner", "records.lesson"]),)
    learner: Mapped[str] = mapped_column(String(255), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(20), primary_key=True)
    question: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[dict[str, Any]]
    audience: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    item: Mapped[int] = mapped_column(default=1, server_default="1")


class SubmissionRow(Base):
    """One submission as one class received it.

    ``lesson`` is ``level1/03``, or the name of a classic assignment. ``state`` is ``grading``, ``graded``, ``refused``,
    ``set_aside`` (its code has ended its worker twice), or ``replaced`` by a later one before it was graded.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        Index("submissions_of_learner", "learner", "lesson", "at"),
        Index("submissions_of_class", "class_id", "state"),
    )
    receipt: Mapped[str] = mapped_column(String(64), primary_key=True)
    class_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    learner: Mapped[str] = mapped_column(ForeignKey("learners.name"))
    lesson: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), default="grading")
    message: Mapped[str] = mapped_column(default="")


class TakenFolderRow(Base):
    """A folder of nbgrader's own Submit that has been taken in, or refused, as a whole; ``folder`` hashes its name."""

    __tablename__ = "taken_folders"
    class_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    learner: Mapped[str] = mapped_column(String(255), primary_key=True)
    folder: Mapped[str] = mapped_column(String(64), primary_key=True)


class _Graded:
    """The columns of a graded submission.

    ``graded_with`` is the hash of the source, the hidden data and the environment it was graded with; ``message`` tells
    the learner what kept the code from running to its end.
    """

    receipt: Mapped[str] = mapped_column(String(64))
    points: Mapped[float]
    max_points: Mapped[float]
    questions: Mapped[list[dict[str, Any]]]
    submitted_at: Mapped[datetime]
    graded_at: Mapped[datetime]
    graded_with: Mapped[str] = mapped_column(String(64), default="", server_default="")
    message: Mapped[str] = mapped_column(default="", server_default="")


class AttemptRow(_Graded, Base):
    """One graded submission of a class; every one is kept, and grading again replaces only its own row."""

    __tablename__ = "attempts"
    __table_args__ = (Index("attempts_of_lesson", "class_id", "lesson", "learner"),)
    class_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    receipt: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner: Mapped[str] = mapped_column(ForeignKey("learners.name"), index=True)
    lesson: Mapped[str] = mapped_column(String(100))


class ResultRow(_Graded, Base):
    """What counts of a learner in a lesson in a class: one of the attempts, how many there are, when the first came."""

    __tablename__ = "results"
    class_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    learner: Mapped[str] = mapped_column(ForeignKey("learners.name"), primary_key=True, index=True)
    lesson: Mapped[str] = mapped_column(String(100), primary_key=True)
    first_submitted_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=1, server_default="1")
