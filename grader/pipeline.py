"""Grading one submission, step by step: produce, judge. Recording takes many at a time: ``grader.grading``.

Nothing here writes to a gradebook or a database, so it runs on any worker, and may be run again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from course.answers import now
from grader.inbox import Submission
from grader.judge import judge
from grader.judged import Judged
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
        done = run(job)
        if store is not None:
            store.put(submission, digest, done)
        return done

    produced = produce(prepared, submission, lessons.frame(key), run_or_remember)
    verdicts = judge(prepared, produced.record)
    for verdict in verdicts:
        if verdict.error:
            log.error("test cell %s of %s failed:\n%s", verdict.grade_id, key, verdict.error)
    return Judged(submission, produced.record, verdicts, lessons.digest(key), now(), produced.outputs, produced.message)
