"""Ways to hand something in on a running hub as learners' own programs do, and to wait until it is graded."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import httpx

from course.answers import now
from grader.database import open_database
from grader.database_tables import ResultRow
from tests.support.hub import RunningHub

_WITHIN = 90.0


def hand_in_lesson(
    api: httpx.Client, lesson: str, values: Mapping[str, Any], audience: str, notebook: str | None = None
) -> dict[str, Any]:
    """Save answers and hand a lesson in, as the lesson page and ``lesson.submit()`` do; return the result.

    Parameters
    ----------
    api
        ``hub.api(hub.token(learner))``.
    values
        Answer values as JSON has them, by question.
    notebook
        The learner's notebook as JSON text, for a lesson with code.
    """
    moment = now().isoformat()
    answers = {id: {"value": value, "audience": audience, "at": moment} for id, value in values.items()}
    put = api.put(f"/services/learn/api/answers/{lesson}", json={"schema": 1, "now": moment, "answers": answers})
    assert put.status_code == 200, put.text
    body = {"schema": 1, "version": put.json()["version"]} | ({} if notebook is None else {"notebook": notebook})
    post = api.post(f"/services/learn/api/submissions/{lesson}", json=body)
    assert post.status_code == 201, post.text
    deadline = time.monotonic() + _WITHIN
    while time.monotonic() < deadline:
        result = api.get(f"/services/learn/api/results/{lesson}").json()
        if result.get("receipt") == post.json()["receipt"] and result["state"] not in ("none", "grading"):
            assert result["state"] == "graded", result
            return result
        time.sleep(0.05)
    raise AssertionError(result)


def hand_in_assignment(
    hub: RunningHub, class_id: str, learner: str, assignment: str, files: Mapping[str, str]
) -> ResultRow:
    """Lay files where nbgrader's own Submit puts them, and wait until the hub has graded them; return what counts."""
    with closing(open_database(f"sqlite:///{hub.state / 'learn.db'}")) as database:
        of_these = {"learner": learner, "class_id": class_id, "lesson": assignment}
        before = {row.receipt for row in database.submissions(**of_these)}
        inbound = hub.state / "exchange" / class_id / "inbound-by-learner" / learner
        folder = inbound / f"{learner}+{assignment}+{now():%Y-%m-%d %H:%M:%S.%f} UTC+{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
        (folder / "submission_secret.txt").write_text(secrets.token_hex(8), "utf-8")  # nbgrader writes it last
        deadline = time.monotonic() + _WITHIN
        while True:
            new = [row for row in database.submissions(**of_these) if row.receipt not in before]
            if new and new[0].state != "grading":
                assert new[0].state == "graded", (new[0].state, new[0].message)
                results = database.results(learner=learner, class_id=class_id)
                return next(row for row in results if row.lesson == assignment)
            assert time.monotonic() < deadline, [(row.state, row.message) for row in new] or "not taken in"
            time.sleep(0.1)
