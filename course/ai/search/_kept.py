"""Embeddings of passages kept on disk, by the hash of what they were made from."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_MOST = 40  # files; the oldest go first


def folder() -> Path:
    """Return where embeddings are kept: ``BDHAI_MODELS``, or the user's cache folder."""
    if given := os.environ.get("BDHAI_MODELS"):
        return Path(given) / "search"
    import platformdirs

    return Path(platformdirs.user_cache_dir("bdhai", appauthor=False)) / "search"


def kept(texts: Sequence[str], made_by: str, make: Callable[[Sequence[str]], np.ndarray]) -> np.ndarray:
    """Return the embeddings of texts: read from disk where they were made before, else made and kept.

    Parameters
    ----------
    texts
        The passages.
    made_by
        What makes them, with its version: another model makes others.
    make
        Makes them.
    """
    import numpy as np

    digest = hashlib.sha256(made_by.encode())
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big") + raw)
    path = folder() / f"{digest.hexdigest()}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):
        found = np.load(path, allow_pickle=False)
        if found.ndim == 2 and len(found) == len(texts) and np.isfinite(found).all():
            return found
    made = make(texts)
    # A full or read-only disk only costs the time to make them again.
    with contextlib.suppress(OSError):
        _write(path, made)
    return made


def _write(path: Path, array: np.ndarray) -> None:
    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, array, allow_pickle=False)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    files = sorted(path.parent.glob("*.npy"), key=lambda one: one.stat().st_mtime)
    for old in files[:-_MOST]:
        old.unlink(missing_ok=True)
