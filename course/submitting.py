"""Handing a lesson in: to the learn service, or to the grader on one's own machine."""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import httpx

from course.answers import SCHEMA, AnswerRecord
from course.service_store import error_message

GRADING_PATIENCE = 60.0
"""Seconds to wait for a result before telling the learner to look again later."""


class SubmissionRefused(Exception):
    """A lesson was not taken. The message is Vietnamese, for the learner."""


class TooSoon(SubmissionRefused):
    """The lesson was tried often just now; the message says from when on it may be handed in again."""


class AnswersChanged(Exception):
    """The service holds other answers than the ones on the screen."""

    def __init__(self, record: AnswerRecord) -> None:
        super().__init__("Câu trả lời vừa được đổi trên máy khác. Bạn xem lại rồi bấm nộp lần nữa.")
        self.record = record


class Submitter(Protocol):
    """Hands in what the learner sees."""

    def submit(self, seen: AnswerRecord, notebook: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the state of the submission, as ``GET api/results`` gives it, each time it changes.

        Parameters
        ----------
        notebook
            The learner's notebook as JSON text, where the lesson has code.

        Raises
        ------
        SubmissionRefused, TooSoon, AnswersChanged
        """


class ServiceSubmitter:
    """Hands in at the learn service, and asks for the result until it is there."""

    def __init__(self, client: httpx.Client, lesson: str) -> None:
        self.client = client
        self.lesson = lesson

    def submit(self, seen: AnswerRecord, notebook: str | None = None) -> Iterator[dict[str, Any]]:
        """Post the version that the learner sees; yield the receipt first, then the result."""
        body: dict[str, Any] = {"schema": SCHEMA, "version": seen.version}
        if notebook is not None:
            body["notebook"] = notebook
        try:
            response = self.client.post(f"api/submissions/{self.lesson}", json=body)
            if response.status_code == httpx.codes.CONFLICT and "record" in (refusal := response.json()):
                refusal["record"].pop("now", None)
                raise AnswersChanged(AnswerRecord.model_validate(refusal["record"]))
            response.raise_for_status()
            receipt = response.json()
            yield {"state": "grading", "receipt": receipt["receipt"], "submitted_at": receipt["at"]}
            yield self._result(receipt["receipt"])
        except httpx.HTTPStatusError as error:
            refusal = TooSoon if error.response.status_code == httpx.codes.TOO_MANY_REQUESTS else SubmissionRefused
            raise refusal(error_message(error.response)) from error
        except httpx.HTTPError as error:
            raise SubmissionRefused(
                "Chưa nộp được vì mất mạng. Câu trả lời vẫn còn nguyên, có mạng bạn bấm lại."
            ) from error

    def _result(self, receipt: str) -> dict[str, Any]:
        pause, deadline = 0.15, time.monotonic() + GRADING_PATIENCE
        while True:
            result = self.client.get(f"api/results/{self.lesson}").raise_for_status().json()
            if result.get("receipt") == receipt and result["state"] in ("graded", "refused"):
                return result
            if time.monotonic() > deadline:
                return result | {"message": "Bài đã nộp, đang chờ chấm. Lát nữa bạn mở lại để xem điểm."}
            time.sleep(pause)
            pause = min(pause * 1.5, 2.0)


class LocalSubmitter:
    """Grades on this machine, by the command that ``bdhai learn`` names.

    The grader and its keys run in a process of their own; the notebook only gets the result.
    """

    def __init__(self, command: str, answer_file: Path) -> None:
        self.command = command
        self.answer_file = answer_file

    def submit(self, seen: AnswerRecord, notebook: str | None = None) -> Iterator[dict[str, Any]]:
        """Run the grader on the answer file (it finds the notebook beside it) and yield its result."""
        try:
            done = subprocess.run(
                [*shlex.split(self.command), str(self.answer_file)], capture_output=True, text=True, timeout=60
            )
            result = json.loads(done.stdout)
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise SubmissionRefused("Chưa chấm được trên máy này. Câu trả lời vẫn còn nguyên.") from error
        if result["state"] == "refused":
            raise SubmissionRefused(result["message"])
        yield result
