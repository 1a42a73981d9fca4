"""Grading one submission, step by step: produce, judge. Recording takes many at a time: ``grader.grading``.

Nothing here writes to a gradebook or a database, so it runs on any worker, and may be run again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from course.answers import now
from grader.inbox import Submission
from grader.judge import PreparedLesson, judge
from grader.judged import Judged
from grader.opened_files import open_files
from grader.prepared import PreparedLessons
from grader.produce import RunJob, produce
from grader.produced_store import ProducedStore
from grader.sandbox.jobs import Job, Run

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SetAside:
    """A submission that is not tried again by itself; ``reason`` is Vietnamese, for learner and trainer."""

    submission: Submission
    reason: str


@dataclass(frozen=True)
class Failed:
    """A submission that could not be graded for a reason of ours: it stays waiting. ``error`` is English, for logs."""

    submission: Submission
    error: str


Outcome = Judged | SetAside | Failed


def judge_submission(
    lessons: PreparedLessons, submission: Submission, run: RunJob, store: ProducedStore | None = None
) -> Judged:
    """Take one lesson's submission from what was handed in to verdicts.

    Raises
    ------
    FileNotFoundError, NotebookError
        When the lesson is not fit to grade with.
    WorkerDied, SandboxMissing
        From ``run``, the sandbox.
    """
    key = submission.lesson
    assert submission.record is not None
    prepared = lessons.get(key, submission.record.audience())

    def run_or_remember(job: Job) -> Run:
        digest = lessons.code_digest(key)
        if store is not None and (kept := store.get(submission, digest)) is not None:
            return kept
        done = open_files(run(job), _files_asked(prepared), run)
        if store is not None:
            store.put(submission, digest, done)
        return done

    produced = produce(prepared, submission, lessons.frame(key), run_or_remember)
    verdicts = [
        replace(verdict, reasons=[why]) if (why := produced.refused.get(verdict.grade_id)) else verdict
        for verdict in judge(prepared, produced.record, produced.documents)
    ]
    for verdict in verdicts:
        if verdict.error:
            log.error("test cell %s of %s failed:\n%s", verdict.grade_id, key, verdict.error)
    return Judged(submission, produced.record, verdicts, lessons.digest(key), now(), produced.outputs, produced.message)


def _files_asked(prepared: PreparedLesson) -> list[str]:
    questions = prepared.lesson.questions.items()
    return [id for id, question in questions if question.kind == "task" and question.given["wants"] == "file"]
