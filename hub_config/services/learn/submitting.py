"""From "Nộp bài" to a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from course.answers import AnswerRecord, now
from grader.attempts import AttemptsPolicy, LearnerLocks, is_same_work
from grader.database import Database
from grader.database_submissions import submission_row
from grader.grading_worker import GradingWorker
from grader.inbox import Submission, accept, new_receipt
from grader.released import ReleasedLesson
from grader.submitted_notebook import BadNotebook, without_outputs
from grader.workspace import UnsafeName, Workspace
from hub_config.services.shared.errors import ServiceError

_BAD_NAME = "Tên đăng nhập này chưa nộp bài được. Hãy báo giảng viên, câu trả lời vẫn còn."


@dataclass(frozen=True)
class Receipt:
    """What proves a submission."""

    receipt: str
    at: datetime
    sha256: str
    version: int

    def to_json(self) -> dict[str, Any]:
        """Return it as ``POST api/submissions`` gives it."""
        return {"receipt": self.receipt, "at": stamp(self.at), "sha256": self.sha256, "version": self.version}


@dataclass(frozen=True)
class HandingIn:
    """Takes submissions from the lesson page and from lessons in JupyterLab."""

    workspace: Workspace
    database: Database
    worker: GradingWorker
    policy: AttemptsPolicy
    locks: LearnerLocks

    def submit(
        self, learner: str, classes: list[str], lesson: ReleasedLesson, seen: int, notebook: str | None
    ) -> Receipt:
        """Hand in the record, if it still is at the version that the learner sees.

        Parameters
        ----------
        classes
            The classes that receive it, each in its own inbox, all under one receipt.
        seen
            The version the learner sees.
        notebook
            The learner's notebook, which a lesson with code needs.

        Raises
        ------
        ServiceError
            ``no_class``, ``notebook_needed``, ``bad_notebook``, ``too_soon``, or ``answers_changed`` with the record as
            it is now.
        """
        if not classes:
            raise ServiceError("no_class")
        kept = _notebook(lesson, notebook)
        with self.locks.of(learner):
            record = self.database.record(learner, lesson.lesson)
            if record.version != seen:
                raise ServiceError("answers_changed", extra={"record": record_json(record)})
            last = self.database.latest_submission(learner, lesson.lesson)
            if last is not None and last.class_id in classes and is_same_work(self.workspace, last, record, kept):
                # A second tap, an answer that got lost on the way back, or nothing changed since: not a new try.
                return Receipt(last.receipt, last.at, last.sha256, record.version)
            if seconds := self.policy.seconds_to_wait(self.database, learner, lesson.lesson, now()):
                raise ServiceError("too_soon", self.policy.too_soon(seconds, now()), wait_seconds=seconds)
            accepted = self._accept(learner, classes, record, kept)
            self.database.add_submissions([submission_row(submission) for submission in accepted])
        for submission in accepted:
            self.worker.add(submission)
        first = accepted[0]
        return Receipt(first.receipt, first.at, first.sha256, record.version)

    def _accept(self, learner: str, classes: list[str], record: AnswerRecord, notebook: str | None) -> list[Submission]:
        receipt = new_receipt()
        try:
            return [
                accept(self.workspace, class_id, learner, record, receipt, notebook=notebook) for class_id in classes
            ]
        except UnsafeName:
            raise ServiceError("not_yours", _BAD_NAME) from None


def _notebook(lesson: ReleasedLesson, notebook: str | None) -> str | None:
    """Return the notebook to keep: none for a lesson without code, whatever was sent."""
    if not lesson.has_code:
        return None
    if notebook is None:
        raise ServiceError("notebook_needed")
    try:
        return without_outputs(notebook)
    except BadNotebook as problem:
        raise ServiceError("bad_notebook", str(problem)) from None


def record_json(record: AnswerRecord) -> dict[str, Any]:
    """Return a record as the calls give it."""
    return record.model_dump(mode="json", by_alias=True)


def stamp(moment: datetime) -> str:
    """Write a moment as browsers do: ``2026-11-24T03:40:18.123Z``."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
