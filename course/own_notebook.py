"""The notebook file that goes in with a code lesson: found beside the answers, and known to hold what was run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SAVE_FIRST = "Sổ bài chưa lưu phần mã mới nhất. Bạn bấm Ctrl + S để lưu, rồi bấm nộp lại."
NOT_FOUND = "Chưa thấy tệp sổ bài trong thư mục này. Bạn lưu sổ (Ctrl + S) đúng tên cũ, rồi bấm nộp lại."


class NotSaved(Exception):
    """The file does not hold the code whose results are shown. The message is Vietnamese, for the learner."""


def notebook_to_submit(folder: Path, number: str, sources: Iterable[str]) -> str:
    """Return the notebook as JSON text, without outputs: the grader runs the code again, and a slow line carries less.

    Parameters
    ----------
    number
        The lesson's, ``04``: a notebook is called ``04-….ipynb``.
    sources
        Of the cells that handed answers over; each must stand in the file. A copy that holds them all is taken before a
        file that does not.

    Raises
    ------
    NotSaved
        When no notebook is there, or none holds the code.
    """
    wanted = {_plain(source) for source in sources}
    found = False
    for path in sorted(folder.glob(f"{number}-*.ipynb"), key=lambda path: (len(path.name), path.name)):
        try:
            notebook = json.loads(path.read_text("utf-8"))
            code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
            held = {_plain(_source(cell)) for cell in code}
        except (OSError, ValueError, KeyError, TypeError):
            continue
        found = True
        if wanted <= held:
            for cell in code:
                cell["outputs"], cell["execution_count"] = [], None
            notebook.get("metadata", {}).pop("widgets", None)
            return json.dumps(notebook, ensure_ascii=False)
    raise NotSaved(SAVE_FIRST if found else NOT_FOUND)


def _source(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _plain(source: str) -> str:
    """Leave out what saving may change: line ends, and blanks at the end."""
    return "\n".join(line.rstrip() for line in source.splitlines()).strip()
