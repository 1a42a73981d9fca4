"""From "Nộp bài" to a receipt, and from a receipt to what the learner reads of the result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from course.answers import AnswerRecord
from grader.database import Database
from grader.inbox import accept, new_receipt
from grader.workspace import UnsafeName, Workspace
from hub_config.services.learn.grading_worker import GradingWorker
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


def submit(
    workspace: Workspace,
    database: Database,
    worker: GradingWorker,
    learner: str,
    classes: list[str],
    seen: int,
    key: str,
) -> Receipt:
    """Hand in the record, if it still is at the version that the learner sees.

    Parameters
    ----------
    classes
        The classes that receive it, each in its own inbox, all under one receipt.
    seen
        The version the learner sees.

    Raises
    ------
    ServiceError
        ``no_class``, or ``answers_changed`` with the record as it is now.
    """
    if not classes:
        raise ServiceError("no_class")
    record = database.record(learner, key)
    if record.version != seen:
        raise ServiceError("answers_changed", extra={"record": record_json(record)})
    last = database.latest_submission(learner, key)
    if last is not None and last.state == "grading" and last.version == seen and last.class_id in classes:
        # The same answers are waiting already: a second tap, or an answer that got lost on the way back.
        return Receipt(last.receipt, last.at, last.sha256, last.version)
    receipt = new_receipt()
    try:
        accepted = [accept(workspace, class_id, learner, record, receipt) for class_id in classes]
    except UnsafeName:
        raise ServiceError("not_yours", _BAD_NAME) from None
    for submission in accepted:
        database.add_submission(
            receipt=receipt,
            class_id=submission.class_id,
            learner=learner,
            lesson=key,
            version=record.version,
            at=submission.at,
            sha256=submission.sha256,
        )
    for submission in accepted:
        worker.add(submission)
    return Receipt(receipt, accepted[0].at, accepted[0].sha256, record.version)


def result_json(database: Database, learner: str, key: str) -> dict[str, Any]:
    """Return the newest submission's state and, once it is graded, its points and reasons."""
    body: dict[str, Any] = {
        "state": "none",
        "receipt": None,
        "submitted_at": None,
        "graded_at": None,
        "points": None,
        "max_points": None,
        "message": "",
        "questions": [],
    }
    if (last := database.latest_submission(learner, key)) is None:
        return body
    body |= {"state": last.state, "receipt": last.receipt, "submitted_at": stamp(last.at), "message": last.message}
    results = database.results(learner=learner, class_id=last.class_id)
    if result := next((row for row in results if row.lesson == key and row.receipt == last.receipt), None):
        body |= {
            "state": "graded",
            "graded_at": stamp(result.graded_at),
            "points": result.points,
            "max_points": result.max_points,
            "questions": result.questions,
        }
    return body


def record_json(record: AnswerRecord) -> dict[str, Any]:
    """Return a record as the calls give it."""
    return record.model_dump(mode="json", by_alias=True)


def stamp(moment: datetime) -> str:
    """Write a moment as browsers do: ``2026-11-24T03:40:18.123Z``."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
