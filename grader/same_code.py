"""Which learners of a class handed in the very same code: something for a trainer to look at, never a verdict.

Only code that is the same to the letter is told of, comments and names included. Right answers to a small task are
often alike, so a few short lines that two people wrote the same say nothing and are left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from grader.source_notebook import is_test_cell

LEAST_CHARACTERS = 120
"""Of code that is the learner's own, blanks not counted."""
LEAST_LINES = 4


@dataclass(frozen=True)
class SameCode:
    """Learners whose code in a lesson is the same, in the order they were given: best the order they came in."""

    lesson: str
    learners: tuple[str, ...]

    @property
    def words(self) -> str:
        """What a trainer reads."""
        first, *others = self.learners
        return f"Mã của {first} và {', '.join(others)} giống hệt nhau từng chữ. Hãy hỏi chuyện trước khi kết luận."


def same_code(lesson: str, source: NotebookNode, notebooks: Iterable[tuple[str, str]]) -> list[SameCode]:
    """Find learners who handed in the same code.

    Parameters
    ----------
    lesson
        The lesson's key.
    source
        Its source notebook: what stands in it is nobody's own.
    notebooks
        Pairs of a learner and the notebook handed in, as JSON text. Of a learner's several notebooks each counts; one
        that cannot be read is left out.

    Returns
    -------
    list of SameCode
        One for each code that at least two learners share.
    """
    given = {line for cell in source.cells if cell.cell_type == "code" for line in _lines(cell.source)}
    test_cells = {cell.metadata.nbgrader.grade_id for cell in source.cells if is_test_cell(cell)}
    learners: dict[str, dict[str, None]] = {}
    for learner, text in notebooks:
        if mark := _mark(text, given, test_cells):
            learners.setdefault(mark, {})[learner] = None
    return [SameCode(lesson, tuple(names)) for names in learners.values() if len(names) > 1]


def _mark(text: str, given: set[str], test_cells: set[str]) -> str:
    """Return the hash of a learner's own lines, empty when there are too few of them to say anything."""
    try:
        own = [
            line
            for cell in json.loads(text)["cells"]
            if cell["cell_type"] == "code" and _grade_id(cell) not in test_cells
            for line in _lines("".join(cell["source"]))
            if line not in given
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    characters = sum(len(re.sub(r"\s", "", line)) for line in own)
    if len(own) < LEAST_LINES or characters < LEAST_CHARACTERS:
        return ""
    return hashlib.sha256("\n".join(own).encode("utf-8", "surrogatepass")).hexdigest()


def _lines(source: str) -> list[str]:
    return [line.strip() for line in source.splitlines() if line.strip()]


def _grade_id(cell: Mapping[str, Any]) -> str | None:
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
