"""A learner's notebook as it is kept with a submission: what he or she wrote, without what came out."""

from __future__ import annotations

import json
from typing import Any

MAX_BYTES = 5_000_000
"""Of a notebook as it is sent, its outputs included."""
_MAX_CELLS = 1_000
_CELL_TYPES = {"code", "markdown", "raw"}


class BadNotebook(Exception):
    """A notebook that is not taken. The message is Vietnamese, for the learner."""


def without_outputs(text: str | bytes) -> str:
    """Check a notebook and return it as JSON text, the same for the same cells.

    Kept are each cell's id, kind, source and nbgrader's metadata. Outputs are made anew where it is graded; counters,
    widget states and a program's own notes would make two notebooks differ in which a learner wrote the same.

    Raises
    ------
    BadNotebook
        When it is too large or is not a notebook of format 4.
    """
    try:
        raw = text.encode() if isinstance(text, str) else text
        if len(raw) > MAX_BYTES:
            raise BadNotebook("Sổ bài làm lớn quá 5 MB. Bấm Edit › Clear Outputs of All Cells, lưu lại rồi nộp nhé.")
        notebook = json.loads(raw, parse_constant=_refuse_constant)
        kept = json.dumps(_kept(notebook), ensure_ascii=False, sort_keys=True)
        kept.encode()  # a half character, as "\ud83d", could not be written to disk
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadNotebook("Sổ bài làm gửi lên không đọc được. Hãy lưu sổ (Ctrl+S) rồi nộp lại.") from None
    return kept


def _kept(notebook: Any) -> dict[str, Any]:
    cells = notebook["cells"]
    if notebook["nbformat"] != 4 or not isinstance(cells, list) or len(cells) > _MAX_CELLS:
        raise ValueError("not a notebook of format 4")
    minor = notebook.get("nbformat_minor", 0)
    if not isinstance(minor, int):
        raise TypeError("nbformat_minor")
    return {"cells": [_cell(cell) for cell in cells], "metadata": {}, "nbformat": 4, "nbformat_minor": minor}


def _cell(cell: Any) -> dict[str, Any]:
    if cell["cell_type"] not in _CELL_TYPES:
        raise ValueError("cell_type")
    source = cell["source"]
    kept: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "source": source if isinstance(source, str) else "".join(source),
        "metadata": {},
    }
    if isinstance(cell.get("id"), str):
        kept["id"] = cell["id"]
    if isinstance(own := cell.get("metadata", {}).get("nbgrader"), dict):
        kept["metadata"] = {"nbgrader": own}
    if kept["cell_type"] == "code":
        kept |= {"outputs": [], "execution_count": None}
    return kept


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
