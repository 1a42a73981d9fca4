"""Penalties for handing in late: nbgrader's plugin decides, for those who are late and nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace

from nbgrader.api import SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import Connection, Engine, bindparam, select, update
from traitlets.config import Config

from grader.gradebook.assignment import GradebookAssignment
from grader.gradebook.rows import CHUNK, Entry

SUBMITTED, NOTEBOOK = SubmittedAssignment.__table__, SubmittedNotebook.__table__
Late = dict[str, float]
"""Seconds late by the id of the submitted notebook."""


def find_late(connection: Connection, assignment: GradebookAssignment, entries: Sequence[Entry]) -> Late:
    """Find the notebooks just written that are late; take the penalty off those that are not, as nbgrader does."""
    written = {(entry.learner, assignment.notebooks[entry.notebook].id) for entry in entries}
    learners = sorted({learner for learner, _ in written})
    late: Late = {}
    in_time: dict[str, float | None] = {}
    for start in range(0, len(learners), CHUNK):
        rows = (
            select(
                NOTEBOOK.c.id,
                NOTEBOOK.c.notebook_id,
                NOTEBOOK.c.late_submission_penalty,
                SUBMITTED.c.student_id,
                SUBMITTED.c.timestamp,
                SUBMITTED.c.extension,
            )
            .join(SUBMITTED, SUBMITTED.c.id == NOTEBOOK.c.assignment_id)
            .where(SUBMITTED.c.assignment_id == assignment.id)
            .where(SUBMITTED.c.student_id.in_(learners[start : start + CHUNK]))
        )
        for row in connection.execute(rows):
            if (row.student_id, row.notebook_id) not in written:
                continue
            seconds = _seconds_late(row.timestamp, assignment.duedate, row.extension)
            if seconds > 0:
                late[row.id] = seconds
            elif row.late_submission_penalty is not None:
                in_time[row.id] = None
    _save(connection, in_time)
    return late


def assign_penalties(engine: Engine, config: Config, late: Late) -> None:
    """Ask nbgrader's plugin (a class may name its own) for the penalty of each late notebook, and note it.

    The scores must have been committed: a plugin may read the gradebook itself, and no lock is held while it does.
    """
    step = AssignLatePenalties(config=config)
    step.init_plugin()
    ids = list(late)
    penalties: dict[str, float | None] = {}
    for start in range(0, len(ids), CHUNK):
        rows = (
            select(SubmittedNotebook.id, SubmittedAssignment.student_id, SubmittedNotebook.score)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .where(SubmittedNotebook.id.in_(ids[start : start + CHUNK]))
        )
        with engine.connect() as connection:
            found = connection.execute(rows).all()
        for id, learner, score in found:
            penalty = step.plugin_inst.late_submission_penalty(learner, score, late[id])
            # nbgrader's own bounds: not below zero, not above the score.
            penalties[id] = None if penalty is None else step._check_late_penalty(SimpleNamespace(score=score), penalty)
    with engine.begin() as connection:
        _save(connection, penalties)


def _seconds_late(at: datetime | None, due: datetime | None, extension: timedelta | None) -> float:
    if at is None or due is None:
        return 0
    return max(0, (at - due - (extension or timedelta())).total_seconds())


def _save(connection: Connection, penalties: Mapping[str, float | None]) -> None:
    if penalties:
        connection.execute(
            update(NOTEBOOK)
            .where(NOTEBOOK.c.id == bindparam("key"))
            .values(late_submission_penalty=bindparam("penalty")),
            [{"key": id, "penalty": penalty} for id, penalty in penalties.items()],
        )
