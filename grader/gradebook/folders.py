"""A learner's folders of an assignment, ``submitted/`` and ``autograded/``, as nbgrader lays them out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from grader.files import replace_whole

TIMESTAMP = "timestamp.txt"
_LEARNER = "\0"


class LearnerFolders:
    """Paths of a class's folders: nbgrader's own pattern, worked out once an assignment."""

    def __init__(self, courses: CourseDirectory, assignment: str) -> None:
        self._submitted = courses.format_path(courses.submitted_directory, _LEARNER, assignment)
        self._autograded = courses.format_path(courses.autograded_directory, _LEARNER, assignment)

    def submitted(self, learner: str) -> str:
        """Return where what a learner handed in lies."""
        return self._submitted.replace(_LEARNER, learner)

    def autograded(self, learner: str) -> str:
        """Return where the graded notebooks of a learner lie."""
        return self._autograded.replace(_LEARNER, learner)


def write_folder(folder: str, files: Mapping[str, bytes], at: datetime) -> None:
    """Write files into a folder; files of other lessons stay.

    The timestamp comes last: by it nbgrader sees whether what was handed in has been graded.
    """
    try:
        os.mkdir(folder)  # noqa: PTH102  for every submission, and several times faster than Path
    except FileExistsError:
        pass
    except FileNotFoundError:
        Path(folder).mkdir(parents=True)
    for name, content in files.items():
        _put(folder, name, content)
    _put(folder, TIMESTAMP, at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC").encode())


def _put(folder: str, name: str, content: bytes) -> None:
    """Write one file, unless it is there with that content.

    Making files is the slowest part of recording, so a new one gets its name at once: until the timestamp stands beside
    it nobody takes it for finished, and a half of it that a crash left is replaced when the batch is written again. An
    old one is replaced whole, never opened for writing: nbgrader leaves its files read-only.
    """
    path = f"{folder}/{name}"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        if os.path.islink(path) or _read(path) != content:  # noqa: PTH114
            replace_whole(Path(path), content)
        return
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(handle, left) :]
    finally:
        os.close(handle)


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        return file.read()
