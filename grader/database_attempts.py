"""Graded attempts: each is kept, and one of a learner's attempts at a lesson counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from course.answers import now
from grader.database_engine import Transactions, in_batches
from grader.database_tables import AttemptRow, LearnerRow, ResultRow, SubmissionRow

Counts = Literal["best", "last"]
"""Which attempt counts: the one with the most points (of equals the newest), or the newest."""

Key = tuple[str, str]
"""A submission as one class received it: class and receipt."""

_Place = tuple[str, str, str]
"""Class, lesson and learner."""


@dataclass(frozen=True)
class GradedAttempt:
    """What one submission earned; the columns of ``AttemptRow``."""

    class_id: str
    receipt: str
    learner: str
    lesson: str
    points: float
    max_points: float
    questions: list[dict[str, Any]]
    """As ``GET api/results`` gives them."""
    submitted_at: datetime
    graded_at: datetime
    graded_with: str = ""
    message: str = ""

    @property
    def key(self) -> Key:
        """Class and receipt."""
        return self.class_id, self.receipt

    @property
    def columns(self) -> dict[str, Any]:
        """The row as ``AttemptRow`` names its columns; ``dataclasses.asdict`` would copy every reason of every one."""
        return dict(vars(self))


class _Standing(NamedTuple):
    """As much of an attempt as tells whether it counts."""

    receipt: str
    points: float
    submitted_at: datetime


class Attempts(Transactions):
    """Attempts and what counts of them."""

    def save_attempts(self, attempts: Sequence[GradedAttempt], counts: Counts) -> None:
        """Write graded submissions in one transaction: the attempts, their submissions' state, and what counts.

        An attempt that is there already is replaced by its newer grading. What counts is chosen anew among all attempts
        at a lesson; when its first submission came stays known.
        """
        given = {attempt.key: attempt for attempt in attempts}
        with self.session(write=True) as session:
            learners = sorted({attempt.learner for attempt in given.values()})
            self._add_all(session, LearnerRow, [{"name": name, "created_at": now()} for name in learners])
            self._replace_all(session, AttemptRow, [attempt.columns for attempt in given.values()])
            places = {_place(attempt) for attempt in given.values()}
            before = {_place(row): row for row in self._of_places(session, ResultRow, places)}
            results = []
            for place, standing in self._standing(session, places).items():
                chosen = _chosen(standing.values(), counts)
                attempt = given.get((place[0], chosen.receipt)) or _attempt(session, place[0], chosen.receipt)
                first = min(one.submitted_at for one in standing.values())
                if place in before:
                    first = min(first, before[place].first_submitted_at)
                results.append({**attempt.columns, "first_submitted_at": first, "attempts": len(standing)})
            self._replace_all(session, ResultRow, results)
            _mark_graded(session, given.values())

    def counting(self, attempts: Sequence[GradedAttempt], counts: Counts) -> set[Key]:
        """Tell whose scores nbgrader's gradebook has to hold once these attempts are saved, where they are not there.

        Nothing is written. The set holds those of the given attempts that would count. It also holds an attempt that is
        *not* among the given ones when a worse grading of another makes it count again: its scores, too, have to be put
        into the gradebook before ``save_attempts``.
        """
        given = {attempt.key: attempt for attempt in attempts}
        places: dict[_Place, list[GradedAttempt]] = {}
        for attempt in given.values():
            places.setdefault(_place(attempt), []).append(attempt)
        with self.session() as session:
            all_standing = self._standing(session, places)
            before = {_place(row): row.receipt for row in self._of_places(session, ResultRow, places)}
        wanted = set()
        for place, new in places.items():
            standing = all_standing.get(place, {})
            standing |= {one.receipt: _Standing(one.receipt, one.points, one.submitted_at) for one in new}
            key = (place[0], _chosen(standing.values(), counts).receipt)
            if key in given or before.get(place) != key[1]:
                wanted.add(key)
        return wanted

    def attempts(
        self, *, learner: str | None = None, class_id: str | None = None, lesson: str | None = None
    ) -> list[AttemptRow]:
        """Return attempts, oldest first, of what is given."""
        rows = select(AttemptRow).order_by(AttemptRow.submitted_at, AttemptRow.class_id)
        for column, value in (
            (AttemptRow.learner, learner),
            (AttemptRow.class_id, class_id),
            (AttemptRow.lesson, lesson),
        ):
            rows = rows if value is None else rows.where(column == value)
        with self.session() as session:
            return list(session.scalars(rows))

    def graded_with(self, class_id: str) -> list[tuple[str, str, str, str]]:
        """Return learner, lesson, receipt and what it was graded with, of every attempt of a class."""
        columns = (AttemptRow.learner, AttemptRow.lesson, AttemptRow.receipt, AttemptRow.graded_with)
        with self.session() as session:
            rows = session.execute(select(*columns).where(AttemptRow.class_id == class_id))
            return [(learner, lesson, receipt, graded_with) for learner, lesson, receipt, graded_with in rows]

    def results(self, *, learner: str | None = None, class_id: str | None = None) -> list[ResultRow]:
        """Return what counts of a learner, a class, both, or all."""
        rows = select(ResultRow).order_by(ResultRow.class_id, ResultRow.learner, ResultRow.lesson)
        if learner is not None:
            rows = rows.where(ResultRow.learner == learner)
        if class_id is not None:
            rows = rows.where(ResultRow.class_id == class_id)
        with self.session() as session:
            return list(session.scalars(rows))

    def _standing(self, session: Session, places: Iterable[_Place]) -> dict[_Place, dict[str, _Standing]]:
        """Return all attempts that are kept, by place and receipt."""
        found: dict[_Place, dict[str, _Standing]] = {}
        for row in self._of_places(session, AttemptRow, places):
            found.setdefault(_place(row), {})[row.receipt] = _Standing(row.receipt, row.points, row.submitted_at)
        return found

    def _of_places(
        self, session: Session, table: type[AttemptRow | ResultRow], places: Iterable[_Place]
    ) -> Iterator[Any]:
        """Yield what is needed to choose, without the questions: they may be long, and there may be thousands."""
        learners: dict[tuple[str, str], list[str]] = {}
        for class_id, lesson, learner in places:
            learners.setdefault((class_id, lesson), []).append(learner)
        columns = [table.class_id, table.lesson, table.learner, table.receipt, table.points, table.submitted_at]
        if table is ResultRow:
            columns.append(ResultRow.first_submitted_at)
        for (class_id, lesson), names in learners.items():
            for some in in_batches(names):
                of_these = (table.class_id == class_id, table.lesson == lesson, table.learner.in_(some))
                yield from session.execute(select(*columns).where(*of_these))


def _place(attempt: Any) -> _Place:
    return attempt.class_id, attempt.lesson, attempt.learner


def _chosen(standing: Iterable[_Standing], counts: Counts) -> _Standing:
    if counts == "best":
        return max(standing, key=lambda one: (one.points, one.submitted_at, one.receipt))
    return max(standing, key=lambda one: (one.submitted_at, one.receipt))


def _attempt(session: Session, class_id: str, receipt: str) -> GradedAttempt:
    row = session.get_one(AttemptRow, (class_id, receipt))
    return GradedAttempt(**{column.name: getattr(row, column.name) for column in AttemptRow.__table__.columns})


def _mark_graded(session: Session, attempts: Iterable[GradedAttempt]) -> None:
    rows: list[Mapping[str, Any]] = [
        {"of_class": one.class_id, "of_receipt": one.receipt, "state": "graded", "message": one.message}
        for one in attempts
    ]
    if rows:
        table = SubmissionRow.__table__.c
        statement = update(SubmissionRow.__table__)  # type: ignore[arg-type]
        statement = statement.where(table.receipt == bindparam("of_receipt"), table.class_id == bindparam("of_class"))
        statement = statement.values(state=bindparam("state"), message=bindparam("message"))
        session.connection().execute(statement, rows)
