"""The inbox: every submission is one file, safely on disk before its receipt is shown."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from course.answers import AnswerRecord, now
from grader.workspace import Workspace


@dataclass(frozen=True)
class Submission:
    """What a learner handed in to a class: the answers as they were at one moment."""

    receipt: str
    """For example ``7F3A-21C9-0B``."""
    class_id: str
    learner: str
    lesson: str
    at: datetime
    sha256: str
    """Of the record's JSON, so that a receipt proves what was received."""
    record: AnswerRecord


class TamperedSubmission(Exception):
    """A file in the inbox is not what was received."""


def accept(
    workspace: Workspace, class_id: str, learner: str, record: AnswerRecord, receipt: str | None = None
) -> Submission:
    """Write a submission so that not even a power cut loses it.

    Parameters
    ----------
    receipt
        The receipt's id when the same submission goes to more than one class; made here by default.

    Raises
    ------
    OSError
        When it cannot be written (a full disk); nothing half-written is left.
    UnsafeName
        When the learner's or the class's name must not become a folder.
    """
    text = record.to_json()
    submission = Submission(
        receipt or new_receipt(),
        class_id,
        learner,
        record.lesson,
        now(),
        hashlib.sha256(text.encode()).hexdigest(),
        record,
    )
    folder = workspace.inbox(class_id, learner)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{submission.receipt}.json"
    temporary = folder / f".{submission.receipt}.part"
    try:
        with temporary.open("x", encoding="utf-8") as file:
            json.dump(
                {
                    "receipt": submission.receipt,
                    "class": class_id,
                    "learner": learner,
                    "at": submission.at.isoformat(),
                    "sha256": submission.sha256,
                    "record": text,
                },
                file,
                ensure_ascii=False,
            )
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return submission


def read(path: Path) -> Submission:
    """Read one submission back.

    Raises
    ------
    TamperedSubmission
        When the file is broken, or its answers are not those that were received.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        text = data["record"]
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest != data["sha256"]:
            raise TamperedSubmission(f"{path.name}: the answers do not match the receipt's hash")
        record = AnswerRecord.model_validate_json(text)
        return Submission(
            data["receipt"],
            data["class"],
            data["learner"],
            record.lesson,
            datetime.fromisoformat(data["at"]),
            digest,
            record,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # Only the kind of error: its text may quote what the learner wrote, and this goes to the log.
        raise TamperedSubmission(f"{path.name}: {type(error).__name__}") from None


def submission_files(workspace: Workspace, class_id: str | None = None) -> Iterator[Path]:
    """Yield every submission's file, of one class or of all."""
    yield from sorted((workspace.state / "inbox").glob(f"{class_id or '*'}/*/*.json"))


def new_receipt() -> str:
    """Return a receipt's id: short enough to read out, long enough not to be guessed."""
    digits = secrets.token_hex(6).upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
