"""Where answers are kept: a file beside the notebook, or the learn service (with the same file as its safety net)."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import httpx
from filelock import FileLock
from pydantic import ValidationError

from course.answers import SCHEMA, Answer, AnswerRecord, now

SavedState = str
"""``saved``, ``waiting`` (kept here, not yet at the service) or ``error``."""


class StoreError(Exception):
    """An answer could not be kept. The message is Vietnamese, for the learner."""


class AnswerStore(Protocol):
    """What a lesson needs of a store."""

    def load(self) -> AnswerRecord:
        """Return the record as it stands now."""

    def save(self, answers: dict[str, Answer]) -> tuple[AnswerRecord, SavedState]:
        """Merge answers in, durably, and tell how far they came.

        Raises
        ------
        StoreError
            When they could not be kept at all.
        """


class MemoryStore:
    """A record in memory: for preparing lessons and for judging."""

    def __init__(self, record: AnswerRecord) -> None:
        self.record = record

    def load(self) -> AnswerRecord:
        """Return the record."""
        return self.record

    def save(self, answers: dict[str, Answer]) -> tuple[AnswerRecord, SavedState]:
        """Merge into the record."""
        self.record = self.record.merged(answers)
        return self.record, "saved"


class FileStore:
    """A record in one JSON file, replaced whole, so that a crash leaves the old or the new one, never half."""

    def __init__(self, path: Path, lesson: str) -> None:
        self.path = path
        self.lesson = lesson
        self._lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=5)

    def load(self) -> AnswerRecord:
        """Read the file; an absent one is an empty record.

        Raises
        ------
        StoreError
            When the file is not a record. It is left as it is, for a person to look at.
        """
        try:
            record = AnswerRecord.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return AnswerRecord(lesson=self.lesson)
        except (OSError, ValidationError) as error:
            raise StoreError(
                f"Tệp câu trả lời {self.path.name} không đọc được. "
                "Tệp vẫn được giữ nguyên; hãy đổi tên tệp rồi chạy lại bài."
            ) from error
        if record.lesson != self.lesson:
            raise StoreError(f"Tệp {self.path.name} là câu trả lời của bài khác ({record.lesson}).")
        return record

    def save(self, answers: dict[str, Answer]) -> tuple[AnswerRecord, SavedState]:
        """Merge answers into the file."""
        try:
            with self._lock:
                record = self.load()
                merged = record.merged(answers)
                if large := merged.too_large():
                    raise StoreError(
                        "Bài làm đã quá dài." if large == "lesson" else "Câu trả lời này dài quá. Hãy rút gọn bớt."
                    )
                if merged is not record:
                    self._replace(merged.to_json())
                return merged, "saved"
        except (OSError, TimeoutError) as error:
            raise StoreError("Chưa lưu được: máy hết chỗ hoặc thư mục không cho ghi. Đừng đóng bài vội.") from error

    def _replace(self, text: str) -> None:
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise


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
