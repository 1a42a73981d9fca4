"""What a learner reads of the result of a lesson: of the newest submission, and of the attempt that counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from course.answers import now
from grader.attempts import clock
from grader.database import Database
from grader.database_tables import ResultRow
from hub_config.services.learn.submitting import stamp
from hub_config.services.shared.dates import number

_WAITS = "Bài nộp bằng nút Submit trong JupyterLab đã tới, nhưng bạn vừa thử nhiều lần. Bài được chấm sau {when}."
_EARLIER = "Điểm được tính vẫn là {points}/{max_points} của lần trước."


def result_json(database: Database, learner: str, key: str, waits_until: datetime | None = None) -> dict[str, Any]:
    """Return the newest submission's state and, once it is graded, its points and reasons.

    Parameters
    ----------
    waits_until
        When a submission that came by nbgrader's Submit will be taken, if one waits for that.
    """
    body: dict[str, Any] = {
        "state": "none",
        "receipt": None,
        "submitted_at": None,
        "graded_at": None,
        "points": None,
        "max_points": None,
        "message": "",
        "questions": [],
        "attempts": 0,
        "counted": None,
    }
    told = []
    if (last := database.latest_submission(learner, key)) is not None:
        # To the learner code that was set aside is a submission that could not be graded, like any other.
        state = "refused" if last.state == "set_aside" else last.state
        body |= {"state": state, "receipt": last.receipt, "submitted_at": stamp(last.at)}
        told.append(last.message)
        attempts = database.attempts(learner=learner, class_id=last.class_id, lesson=key)
        if attempt := next((row for row in attempts if row.receipt == last.receipt), None):
            body |= {
                "state": "graded",
                "graded_at": stamp(attempt.graded_at),
                "points": attempt.points,
                "max_points": attempt.max_points,
                "questions": attempt.questions,
            }
        results = database.results(learner=learner, class_id=last.class_id)
        if counted := next((row for row in results if row.lesson == key), None):
            body |= {"attempts": len(attempts), "counted": _counted(counted)}
            if attempt is not None and counted.receipt != attempt.receipt:
                points, most = number(counted.points), number(counted.max_points)
                told.append(_EARLIER.format(points=points, max_points=most))
    if waits_until is not None:
        told.append(_WAITS.format(when=clock(waits_until, now())))
    return body | {"message": " ".join(filter(None, told))}


def _counted(result: ResultRow) -> dict[str, Any]:
    return {"points": result.points, "max_points": result.max_points, "receipt": result.receipt}
