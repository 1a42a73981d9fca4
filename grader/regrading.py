"""Regrading after a key was corrected: first who would gain or lose, then the grading itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.grading import Grading, State, Summary
from grader.inbox import Submission
from grader.judged import Judged


@dataclass(frozen=True)
class Change:
    """What a regrade would change for one attempt."""

    learner: str
    lesson: str
    receipt: str
    before: float
    after: float
    max_points: float
    counts: bool
    """Whether it is the attempt that counts now."""


def outdated(grading: Grading, class_id: str, wanted: str | None = None) -> list[Path]:
    """Return the attempts of a class that were graded with another key, other data or other libraries than today's.

    Parameters
    ----------
    wanted
        A level or a lesson; all by default. Classic assignments are left to ``nbgrader`` and ``bdhai autograde``.
    """
    lessons = set(grading.workspace.lesson_keys())
    inbox = grading.workspace.state / "inbox" / class_id
    return [
        inbox / learner / f"{receipt}.json"
        for learner, lesson, receipt, graded_with in grading.database.graded_with(class_id)
        if lesson in lessons
        and wanted in (None, lesson, lesson.split("/")[0])
        and graded_with != grading.lessons.digest(lesson)
    ]


def preview(
    grading: Grading, class_id: str, paths: Sequence[Path], told: Callable[[State], None] = lambda state: None
) -> tuple[list[Change], Summary]:
    """Judge again without writing anything; return what would change, and what could not be judged."""
    before = {row.receipt: row.points for row in grading.database.attempts(class_id=class_id)}
    counting = {row.receipt for row in grading.database.results(class_id=class_id)}
    summary = Summary()
    changes = []
    for outcome in grading.workers.judge(_readable(grading, paths, summary)):
        submission = outcome.submission
        if not isinstance(outcome, Judged):
            summary.note(submission.receipt, "delayed", getattr(outcome, "error", getattr(outcome, "reason", "")))
            told("delayed")
            continue
        told("graded")
        was = before[submission.receipt]
        if abs(was - outcome.points) > 0.005:
            receipt = submission.receipt
            changes.append(
                Change(
                    submission.learner,
                    submission.lesson,
                    receipt,
                    was,
                    outcome.points,
                    outcome.max_points,
                    receipt in counting,
                )
            )
    return sorted(changes, key=lambda change: (change.lesson, change.learner)), summary


def _readable(grading: Grading, paths: Iterable[Path], summary: Summary) -> Iterable[Submission]:
    for path in paths:
        if (submission := grading.take(path, summary)) is not None:
            yield submission
