"""Notebooks of ours for cases that nbgrader's own have not: a cell that was taken out, and words on stderr."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

_TO_WRITE = "def {0}(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
_CHECKS = {
    "test-quiet": "assert double(2) == 4",
    "test-number": "double(1)",
    "test-warns": "import warnings\nwarnings.warn('xem lại')",
    "test-stderr-first": "import sys\nprint('xem lại', file=sys.stderr)\n1",
    "test-stderr-in-words": "import sys\nprint('một', file=sys.stderr, flush=True)\nprint('hai')",
    "test-shown-then-stderr": "import sys\nget_ipython().displayhook(2)\nprint('a', file=sys.stderr)",
    "test-subprocess": "!echo xem >&2",
    "test-calls": "assert told(2) == 4",
}


def source(checks: Collection[str], written: bool = False) -> NotebookNode:
    """The assignment: two functions to write, test cells for them, and a question answered in words where wanted."""
    cells = [
        *(_marked(new_code_cell(_TO_WRITE.format(name)), name) for name in ("double", "told")),
        *(_marked(new_code_cell(_CHECKS[name]), name, points=3) for name in checks),
    ]
    if written:
        cells.append(_marked(new_markdown_cell("Vì sao?"), "written", points=2, solution=True))
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def submitted(
    given: NotebookNode, without: Collection[str] = (), instead: Mapping[str, str] | None = None
) -> NotebookNode:
    """What a student made of it: cells taken out, and others rewritten, by their ``grade_id``."""
    cells = []
    for cell in given.cells:
        name = cell.metadata.nbgrader.grade_id
        if name not in without:
            cells.append(NotebookNode(cell | {"source": (instead or {}).get(name, cell.source)}))
    return NotebookNode(given | {"cells": cells})


def _marked(cell: NotebookNode, name: str, points: int = 0, solution: bool = False) -> NotebookNode:
    graded = points > 0
    marks = {"grade": graded, "grade_id": name, "locked": graded and not solution, "solution": solution or not graded}
    cell.metadata["nbgrader"] = marks | ({"points": points} if graded else {}) | {"schema_version": 3, "task": False}
    return cell
