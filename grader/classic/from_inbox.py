"""A classic submission from the inbox to nbgrader's gradebook, and its points for the results table."""

from __future__ import annotations

import tempfile
from pathlib import Path

from filelock import FileLock

from course.answers import now
from grader.class_directory import class_config, course_directory
from grader.classic.collecting import classic_result, lay_out
from grader.classic.grade import Outcome, RunJobs, finish, prepare
from grader.classic.refusals import Refused
from grader.database_attempts import GradedAttempt
from grader.inbox import Submission
from grader.workspace import Workspace


def grade_submission(workspace: Workspace, submission: Submission, run_jobs: RunJobs, lock: FileLock) -> GradedAttempt:
    """Grade one submission; the class's lock is held while files and gradebook are written, not while code runs.

    Raises
    ------
    Refused
        When it must not or cannot be graded; the message is Vietnamese.
    """
    config = class_config(workspace, submission.class_id)
    course = course_directory(workspace, submission.class_id)
    learner, assignment = submission.learner, submission.assignment
    with tempfile.TemporaryDirectory(prefix="bdhai-classic-") as folder:
        with lock:
            lay_out(course, submission)
            ready = prepare(config, learner, assignment, Path(folder) / "build", force=True)
        if isinstance(ready, Outcome):
            raise Refused(ready.reason)
        runs = dict(zip(ready.jobs, run_jobs(list(ready.jobs.values())), strict=True))
        with lock:
            outcome = finish(config, ready, runs)
            if outcome.state == "refused":
                raise Refused(outcome.reason)
            result = classic_result(course, learner, assignment)
    return GradedAttempt(
        class_id=submission.class_id,
        receipt=submission.receipt,
        learner=learner,
        lesson=submission.lesson,
        points=result.points,
        max_points=result.max_points,
        questions=result.questions,
        submitted_at=submission.at,
        graded_at=now(),
        message=next((run.message for run in runs.values() if run.message), ""),
    )
