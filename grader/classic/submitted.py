"""What lies in a submission's folder, looked at before nbgrader copies it: nbgrader follows links."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from grader.classic.refusals import Refused

MAX_BYTES = 20_000_000
MAX_FILES = 500
MAX_PATH = 200
_MAX_DEPTH = 10
# What a trainer's own course may hold beside its notebooks: data sets that were given out and came back.
_MAX_FOLDER_BYTES = 200_000_000
_MAX_FOLDER_FILES = 5_000


def check_name(name: str) -> PurePosixPath:
    """Return a file's path inside a submission.

    Parameters
    ----------
    name
        Relative, with ``/`` between its parts.

    Raises
    ------
    Refused
        When it leads out of the folder, is too long, or has control characters in it.
    """
    parts = name.split("/")
    strange = [sign for sign in name if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} or sign == "\\"]
    if not name or strange or any(part in {"", ".", ".."} for part in parts):
        raise Refused("Có tệp mang tên không hợp lệ. Hãy đổi tên tệp rồi nộp lại.")
    if len(name.encode("utf-8")) > MAX_PATH or len(parts) > _MAX_DEPTH:
        raise Refused("Có tệp mang tên quá dài hoặc nằm quá sâu. Hãy đặt tên ngắn hơn rồi nộp lại.")
    return PurePosixPath(name)


def check_sizes(sizes: Sequence[int], max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES) -> None:
    """Refuse too many files, or too much in them (bytes).

    Raises
    ------
    Refused
        When there are more than ``max_files``, or more than ``max_bytes`` in all.
    """
    if len(sizes) > max_files:
        raise Refused(f"Bài nộp có quá nhiều tệp (nhiều nhất {max_files}).")
    if sum(sizes) > max_bytes:
        raise Refused(f"Bài nộp quá nặng (nhiều nhất {max_bytes // 1_000_000} MB).")


def check_folder(folder: Path) -> None:
    """Look at a submission's folder, as any other program may have laid it out: names are the trainer's affair there.

    Raises
    ------
    Refused
        For a link, a device or a pipe, or far too many or too large files.
    """
    sizes = []
    for info in _walk(folder):
        if stat.S_ISLNK(info.st_mode):
            raise Refused("Bài nộp có liên kết tới nơi khác. Hãy nộp chính tệp đó.")
        if not stat.S_ISREG(info.st_mode):
            raise Refused("Bài nộp có thứ không phải là tệp.")
        sizes.append(info.st_size)
    check_sizes(sizes, _MAX_FOLDER_BYTES, _MAX_FOLDER_FILES)


def _walk(folder: Path) -> Iterator[os.stat_result]:
    if folder.is_symlink():
        yield folder.lstat()
        return
    for here, folders, files in os.walk(folder):
        for name in files:
            yield (Path(here) / name).lstat()
        for name in folders:  # a link to a folder is named among the folders
            if (Path(here) / name).is_symlink():
                yield (Path(here) / name).lstat()
