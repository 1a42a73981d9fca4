"""Answers in the learn service, with a file beside the notebook as their safety net."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import httpx

from course.answer_store import FileStore, SavedState, StoreError
from course.answers import SCHEMA, Answer, AnswerRecord, now


class ServiceStore:
    """The learn service's record, with a file that already holds every answer before the network is asked.

    Parameters
    ----------
    client
        An HTTP client whose base URL is the learn service and which carries the learner's hub token.
    file
        The local copy, which also is what nbgrader's own Submit hands in.
    on_delivered
        Called from another thread when answers that were waiting have reached the service.
    """

    def __init__(self, client: httpx.Client, file: FileStore, on_delivered: Callable[[], None] | None = None) -> None:
        self.client = client
        self.file = file
        self.on_delivered = on_delivered
        self._acknowledged: dict[str, Answer] = {}
        self._retry: threading.Timer | None = None

    def load(self) -> AnswerRecord:
        """Bring the file and the service together; without a network, return the file's record."""
        local = self.file.load()
        try:
            return self._exchange(local.answers)
        except httpx.HTTPError:
            return local

    def save(self, answers: dict[str, Answer]) -> tuple[AnswerRecord, SavedState]:
        """Write to the file, then to the service; if that cannot be reached, keep trying in the background."""
        local, _ = self.file.save(answers)
        try:
            return self._exchange(local.answers), "saved"
        except httpx.HTTPStatusError as error:
            raise StoreError(error_message(error.response)) from error
        except httpx.HTTPError:
            self._try_again_in(2.0)
            return local, "waiting"

    def _exchange(self, answers: dict[str, Answer]) -> AnswerRecord:
        # Only what the service has not acknowledged: an old answer sent again by a machine whose clock is wrong could
        # otherwise win over a newer one from another device.
        new = {id: answer for id, answer in answers.items() if self._acknowledged.get(id) != answer}
        if new:
            body = {
                "schema": SCHEMA,
                "now": now().isoformat(),
                "answers": {id: answer.model_dump(mode="json") for id, answer in new.items()},
            }
            response = self.client.put(f"api/answers/{self.file.lesson}", json=body)
        else:
            response = self.client.get(f"api/answers/{self.file.lesson}")
        response.raise_for_status()
        data = response.json()
        data.pop("now", None)
        record = AnswerRecord.model_validate(data)
        self._acknowledged = record.answers
        self.file.save(record.answers)
        return record

    def _try_again_in(self, seconds: float) -> None:
        if self._retry and self._retry.is_alive():
            return
        self._retry = threading.Timer(seconds, self._deliver, [seconds])
        self._retry.daemon = True
        self._retry.start()

    def _deliver(self, waited: float) -> None:
        try:
            self._exchange(self.file.load().answers)
        except httpx.HTTPStatusError:
            return  # the service refused: the next save shows the reason
        except httpx.HTTPError:
            self._retry = None
            self._try_again_in(min(waited * 2, 60.0))
            return
        if self.on_delivered:
            self.on_delivered()


def error_message(response: httpx.Response) -> str:
    """Return the Vietnamese message of a service's error, or a general one."""
    try:
        return str(response.json()["error"]["message"])
    except (json.JSONDecodeError, KeyError, TypeError):
        return f"Máy chủ bài học đang trục trặc (mã {response.status_code}). Câu trả lời vẫn còn trên máy."
