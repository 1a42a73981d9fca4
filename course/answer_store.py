"""Where answers are kept: in memory, or in a file beside the notebook (the service's: ``course.service_store``)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Protocol

from filelock import FileLock
from pydantic import ValidationError

from course.answers import Answer, AnswerRecord

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
