"""The inbox: every submission is one file, safely on disk before its receipt is shown."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from course.answers import AnswerRecord, now
from course.curriculum import load_curriculum
from grader.workspace import Workspace, safe_name

_CONTENT = ("record", "notebook", "assignment", "files")
_RECEIPT = re.compile(r"[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{2,8}")


@dataclass(frozen=True)
class Submission:
    """What a learner handed in to a class: one lesson, or a classic nbgrader assignment as a whole."""

    receipt: str
    """For example ``7F3A-21C9-0B``."""
    class_id: str
    learner: str
    assignment: str
    """nbgrader's name: ``level1``, or a trainer's own, ``ps1``."""
    lesson: str
    """``level1/03``; for a classic assignment its name."""
    at: datetime
    sha256: str
    """Of what was handed in, so that a receipt proves what was received."""
    record: AnswerRecord | None = None
    """The answers of a lesson, as they were at one moment; ``None`` for a classic assignment."""
    notebook: str | None = None
    """The learner's notebook, where the lesson has code."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Of a classic assignment, by relative path."""

    @property
    def classic(self) -> bool:
        """Whether it is a classic assignment, graded by running its own tests in the sandbox."""
        return self.record is None


class TamperedSubmission(Exception):
    """A file in the inbox is not what was received."""


def accept(
    workspace: Workspace,
    class_id: str,
    learner: str,
    record: AnswerRecord,
    receipt: str | None = None,
    *,
    notebook: str | None = None,
) -> Submission:
    """Write a lesson's submission so that not even a power cut loses it.

    Parameters
    ----------
    receipt
        The receipt's id when the same submission goes to more than one class; made here by default.
    notebook
        The learner's notebook as JSON text, for a lesson with code.

    Raises
    ------
    OSError
        When it cannot be written (a full disk); nothing half-written is left.
    UnsafeName
        When the learner's or the class's name must not become a folder.
    """
    content = {"record": record.to_json()} | ({} if notebook is None else {"notebook": notebook})
    return _write(workspace, class_id, learner, receipt or new_receipt(), content)


def inbox_file(workspace: Workspace, class_id: str, learner: str, receipt: str) -> Path:
    """Return where a submission lies, or would lie; errors as for ``accept``, and of ``safe_receipt``."""
    return workspace.inbox(class_id, learner) / f"{safe_receipt(receipt)}.json"


def accept_assignment(
    workspace: Workspace,
    class_id: str,
    learner: str,
    assignment: str,
    files: Mapping[str, bytes],
    receipt: str | None = None,
) -> Submission:
    """Write the submission of a classic nbgrader assignment, all its files in one; errors as for ``accept``.

    Parameters
    ----------
    files
        By relative path, already checked: no links, no ``..``, no path that leads out.
    """
    content = {
        "assignment": safe_name(assignment),
        "files": {name: base64.b64encode(data).decode("ascii") for name, data in sorted(files.items())},
    }
    return _write(workspace, class_id, learner, receipt or new_receipt(), content)


def _write(workspace: Workspace, class_id: str, learner: str, receipt: str, content: dict[str, Any]) -> Submission:
    envelope = {
        "receipt": receipt,
        "class": class_id,
        "learner": learner,
        "at": now().isoformat(),
        "sha256": _digest(content),
        **content,
    }
    folder = workspace.inbox(class_id, learner)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{safe_receipt(receipt)}.json"
    temporary = folder / f".{receipt}.part"
    try:
        with temporary.open("x", encoding="utf-8") as file:
            json.dump(envelope, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return _submission(envelope)


def read(path: Path) -> Submission:
    """Read one submission back.

    Raises
    ------
    TamperedSubmission
        When the file is broken, lies in another learner's folder, or holds other things than were received.
    """
    try:
        submission = _submission(json.loads(path.read_text("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # Only the kind of error: its text may quote what the learner wrote, and this goes to the log.
        raise TamperedSubmission(f"{path.name}: {type(error).__name__}") from None
    place = (submission.class_id, submission.learner, submission.receipt)
    if place != (path.parent.parent.name, path.parent.name, path.stem):
        raise TamperedSubmission(f"{path.name}: lies in the folder of somebody else")
    return submission


def _submission(envelope: dict[str, Any]) -> Submission:
    """Make a submission of what its file holds, after comparing the hash."""
    content = {name: envelope[name] for name in _CONTENT if name in envelope}
    digest = _digest(content)
    if digest != envelope["sha256"]:
        raise ValueError("the content does not match the receipt's hash")
    own = {
        "receipt": envelope["receipt"],
        "class_id": envelope["class"],
        "learner": envelope["learner"],
        "at": datetime.fromisoformat(envelope["at"]),
        "sha256": digest,
    }
    if "assignment" in content:
        name = content["assignment"]
        files = {path: base64.b64decode(data, validate=True) for path, data in content["files"].items()}
        return Submission(**own, assignment=name, lesson=name, files=files)
    record = AnswerRecord.model_validate_json(content["record"])
    if not {answer.audience for answer in record.answers.values()} <= set(load_curriculum().audiences):
        raise ValueError("an answer is for an audience that there is not")
    level = record.lesson.split("/")[0]
    return Submission(**own, assignment=level, lesson=record.lesson, record=record, notebook=content.get("notebook"))


def _digest(content: dict[str, Any]) -> str:
    """Hash what was handed in: the record's own JSON where there is nothing else, so that anyone can compare."""
    if set(content) == {"record"}:
        return hashlib.sha256(content["record"].encode()).hexdigest()
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def submission_files(workspace: Workspace, class_id: str | None = None) -> Iterator[Path]:
    """Yield every submission's file, of one class or of all."""
    yield from sorted((workspace.state / "inbox").glob(f"{class_id or '*'}/*/*.json"))


def waiting_order(workspace: Workspace, class_id: str, level: str | None = None) -> list[Path]:
    """Return a class's submissions oldest first, of one level or of all; a broken file keeps its place by its age."""
    paths = sorted(submission_files(workspace, class_id), key=lambda path: path.stat().st_mtime_ns)
    return [path for path in paths if level is None or _assignment_of(path) in (level, None)]


def _assignment_of(path: Path) -> str | None:
    try:
        return read(path).assignment
    except TamperedSubmission:
        return None


def new_receipt() -> str:
    """Return a receipt's id: short enough to read out, long enough not to be guessed."""
    digits = secrets.token_hex(6).upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def safe_receipt(receipt: str) -> str:
    """Return a receipt's id that may become a file's name.

    Raises
    ------
    ValueError
        When it has another form.
    """
    if not _RECEIPT.fullmatch(receipt):
        raise ValueError(f"not a receipt: {receipt!r}")
    return receipt


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
