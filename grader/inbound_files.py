"""Reading a folder that a learner can write to, even while it is read: no links, nothing endless, nothing huge."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_ENTRIES = 500
MAX_DEPTH = 6
MAX_FILE_BYTES = 10_000_000
MAX_ALL_BYTES = 20_000_000
LEFT_OUT = {"timestamp.txt", "submission_secret.txt", ".ipynb_checkpoints"}
"""nbgrader's own two files, of which the time is the learner's claim, and JupyterLab's copies."""


class Unacceptable(Exception):
    """What was handed in cannot be taken. The message is Vietnamese, for learner and trainer."""


@dataclass(frozen=True)
class _Entry:
    path: str
    name: str
    parent: int
    """Descriptor of the folder it lies in, open while the entry is looked at."""
    status: os.stat_result


class InboundFolder:
    """One folder, held open, so that it stays the same folder whatever is renamed meanwhile.

    Raises
    ------
    Unacceptable
        When it is a link or no folder.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            raise Unacceptable("Bài nộp không phải là một thư mục bình thường nên không nhận.") from error

    def __enter__(self) -> InboundFolder:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def changed_at(self) -> float:
        """Return when it or anything in it last changed, in seconds since 1970, by the system's own clock.

        Unlike the time of writing, which anyone may set, this one cannot be set back.

        Raises
        ------
        Unacceptable
            When it holds too much to look at.
        """
        return max([os.fstat(self._descriptor).st_ctime, *(entry.status.st_ctime for entry in self._walk())])

    def handed_in_at(self) -> float:
        """Return when its own list of files last changed: for a whole folder, when the copy into it ended."""
        return os.fstat(self._descriptor).st_ctime

    def has(self, name: str) -> bool:
        """Tell whether something of this name lies in it."""
        try:
            os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def read(self, name: str, limit: int) -> bytes | None:
        """Read one file that lies in it, ``None`` when there is none; raises ``Unacceptable``."""
        return _read(self._descriptor, name, limit)

    def read_all(self) -> dict[str, bytes]:
        """Read every file in it, by relative path; raises ``Unacceptable``."""
        files: dict[str, bytes] = {}
        total = 0
        for entry in self._walk():
            _check_name(entry.name)
            if stat.S_ISDIR(entry.status.st_mode):
                continue
            content = _read(entry.parent, entry.name, MAX_FILE_BYTES)
            if content is None:
                continue  # removed while we looked
            total += len(content)
            if total > MAX_ALL_BYTES:
                raise Unacceptable(f"Các tệp trong bài nộp lớn quá {MAX_ALL_BYTES // 1_000_000} MB nên không nhận.")
            files[entry.path] = content
        return files

    def _walk(self, folder: int | None = None, prefix: str = "", counted: list[int] | None = None) -> Iterator[_Entry]:
        folder = self._descriptor if folder is None else folder
        counted = [0] if counted is None else counted
        if prefix.count("/") > MAX_DEPTH:
            raise Unacceptable("Bài nộp có quá nhiều thư mục lồng nhau nên không nhận.")
        for name in sorted(_names(folder, counted)):
            try:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                continue
            yield _Entry(prefix + name, name, folder, status)
            if stat.S_ISDIR(status.st_mode):
                try:
                    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                except OSError as error:
                    raise Unacceptable(f"Không mở được thư mục {shown(name)} trong bài nộp.") from error
                try:
                    yield from self._walk(inner, f"{prefix}{name}/", counted)
                finally:
                    os.close(inner)


def _names(folder: int, counted: list[int]) -> list[str]:
    names = []
    with os.scandir(folder) as entries:
        for entry in entries:
            counted[0] += 1
            if counted[0] > MAX_ENTRIES:
                raise Unacceptable(f"Bài nộp có quá {MAX_ENTRIES} tệp nên không nhận.")
            if entry.name not in LEFT_OUT:
                names.append(entry.name)
    return names


def _read(folder: int, name: str, limit: int) -> bytes | None:
    try:
        # Without O_NONBLOCK a pipe would keep us waiting for ever.
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:  # ELOOP: it is a link
        raise Unacceptable(f"{shown(name)} không phải là tệp bình thường nên không nhận.") from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unacceptable(f"{shown(name)} không phải là tệp bình thường nên không nhận.")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise Unacceptable(f"Tệp {shown(name)} lớn quá nên không nhận.")
    return content


def _check_name(name: str) -> None:
    if shown(name) != name:
        raise Unacceptable(f"Tên tệp “{shown(name)}” có ký tự lạ hoặc dài quá. Hãy đổi tên tệp rồi nộp lại.")


def shown(name: str) -> str:
    """Return a name that can be shown and stored: control characters, half characters and the like become ``?``."""
    return "".join("?" if unicodedata.category(letter)[0] == "C" else letter for letter in name)[:100]
