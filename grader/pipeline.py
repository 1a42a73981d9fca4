"""Grading one submission, step by step: collect, produce, judge, record.

Each step may be run again: it overwrites what it wrote before with the same thing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from course.answers import AnswerRecord, now
from course.place import DEFAULT_AUDIENCE
from grader.class_directory import sources_digest, sync_assignment
from grader.inbox import Submission
from grader.judge import PreparedLesson, Verdict, judge, prepare
from grader.record import collect, record_verdicts
from grader.workspace import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """What a submission earned in a class."""

    submission: Submission
    verdicts: list[Verdict]
    graded_at: datetime

    @property
    def points(self) -> float:
        """Points earned."""
        return round(sum(verdict.points for verdict in self.verdicts), 2)

    @property
    def max_points(self) -> float:
        """Points that could be earned."""
        return sum(verdict.max_points for verdict in self.verdicts)

    @property
    def questions(self) -> list[dict]:
        """What a learner sees of each question, as ``GET api/results`` gives it."""
        return questions_of(self.verdicts)


def questions_of(verdicts: list[Verdict]) -> list[dict]:
    """Return verdicts as the learner may see them: no traceback, no key."""
    return [
        {
            "id": verdict.grade_id,
            "points": verdict.points,
            "max_points": verdict.max_points,
            "sign": verdict.sign,
            "reasons": verdict.reasons,
        }
        for verdict in verdicts
    ]


class PreparedLessons:
    """Lessons made ready once and kept until their source changes."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._ready: dict[tuple[str, str], tuple[str, PreparedLesson]] = {}
        self._lock = Lock()

    def get(self, key: str, audience: str | None = None) -> PreparedLesson:
        """Return a lesson ready to judge, as an audience sees it (it judges answers of every audience).

        Raises
        ------
        FileNotFoundError, NotebookError
            When it has not been written, or its notebook is broken.
        """
        source = self.workspace.source_notebook(key)
        digest = sources_digest(source.parent)
        audience = audience or DEFAULT_AUDIENCE
        with self._lock:
            ready = self._ready.get((key, audience))
            if ready is None or ready[0] != digest:
                ready = self._ready[key, audience] = (digest, prepare(source, key, audience))
        return ready[1]


def produce(record: AnswerRecord) -> AnswerRecord:
    """Turn what was submitted into answers. A lesson without code has nothing to run: its record is its answers."""
    return record


def grade_submission(workspace: Workspace, lessons: PreparedLessons, submission: Submission) -> Result:
    """Take one submission from the inbox to the gradebook.

    Only one thread or process at a time may do this for a class: the gradebook has a single writer.

    Raises
    ------
    FileNotFoundError, NotebookError, ClassDirectoryError
        When the lesson or the class is not fit to grade with.
    sqlalchemy.exc.OperationalError
        When the gradebook is locked or the disk is full; the submission stays in the inbox.
    """
    class_id, learner = submission.class_id, submission.learner
    prepared = lessons.get(submission.lesson, submission.record.audience())
    sync_assignment(workspace, class_id, submission.lesson.split("/")[0])
    collect(workspace, class_id, learner, submission.record, submission.at)
    answers = produce(submission.record)
    verdicts = judge(prepared, answers)
    for verdict in verdicts:
        if verdict.error:
            log.error("test cell %s of %s failed:\n%s", verdict.grade_id, submission.lesson, verdict.error)
    record_verdicts(workspace, class_id, learner, prepared, answers, verdicts, submission.at)
    return Result(submission, verdicts, now())
