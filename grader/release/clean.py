"""Clean a lesson's source notebook: no outputs, no traces of a machine, and nbgrader's marks in step with the cells."""

from __future__ import annotations

import ast
import re
import unicodedata
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.source_notebook import NotebookError, hidden_part, is_solution_cell, is_task_cell, read_notebook

_TASK_POINTS = re.compile(r"BEGIN MARK SCHEME\D*(\d+(?:,\d+)?) điểm")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def clean_file(path: Path) -> bool:
    """Clean a notebook in place; tell whether anything changed.

    Raises
    ------
    NotebookError
        When it is not a notebook, or a test cell cannot be understood.
    """
    before = path.read_text("utf-8") if path.exists() else ""
    after = clean_text(path)
    if after != before:
        path.write_text(after, "utf-8")
    return after != before


def clean_text(path: Path) -> str:
    """Return what a clean notebook of this file looks like, without writing it.

    Cell ids stay as they are, so that a change is reviewed cell by cell.
    """
    notebook = read_notebook(path)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = NotebookNode(kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python"))
    for number, cell in enumerate(notebook.cells, start=1):
        cell.source = unicodedata.normalize("NFC", cell.source).rstrip()
        cell.setdefault("id", f"cell-{number:02}")
        cell.metadata = NotebookNode()
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.nbgrader = _marks(cell, f"{path.name}, ô {number}")
        elif is_task_cell(cell):
            cell.metadata.nbgrader = _task_marks(cell, f"{path.name}, ô {number}")
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def _marks(cell: NotebookNode, where: str) -> NotebookNode:
    """Return nbgrader's marks for a code cell: a test cell grades, a solution cell is the learner's, others are locked.

    Locked cells are put back from the source before nbgrader runs them, so a changed question counts for nothing.
    """
    marks = NotebookNode(schema_version=3, grade=False, solution=False, locked=True, task=False, grade_id=cell.id)
    hidden = hidden_part(cell.source)
    if not hidden:
        if is_solution_cell(cell):
            marks.update(solution=True, locked=False)
        return marks
    question, points = _expectation(hidden, where)
    marks.update(grade=True, grade_id=question, points=points)
    return marks


def _task_marks(cell: NotebookNode, where: str) -> NotebookNode:
    """Return nbgrader's marks for a cell at which a trainer gives points, beside those that the test cells give."""
    found = _TASK_POINTS.search(cell.source)
    if found is None or "END MARK SCHEME" not in cell.source:
        raise NotebookError(f"{where}: viết “### BEGIN MARK SCHEME · 5 điểm”, thang điểm, rồi “### END MARK SCHEME”.")
    points = float(found[1].replace(",", "."))
    marks = {"grade": False, "solution": False, "locked": True, "task": True, "grade_id": cell.id}
    return NotebookNode(schema_version=3, points=int(points) if points.is_integer() else points, **marks)


def _expectation(hidden: str, where: str) -> tuple[str, float]:
    """Read the question and its points from ``lesson.expect("q1", points=3, …)``."""
    try:
        tree = ast.parse(hidden.strip())
    except SyntaxError as error:
        raise NotebookError(f"{where}: phần chấm ẩn viết sai: {error}") from error
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "expect"
    ]
    if len(calls) != 1:
        raise NotebookError(f"{where}: phần chấm ẩn cần đúng một lời gọi lesson.expect(…)")
    points = next((word.value for word in calls[0].keywords if word.arg == "points"), None)
    try:
        return ast.literal_eval(calls[0].args[0]), ast.literal_eval(points)  # type: ignore[arg-type]
    except (ValueError, IndexError, TypeError) as error:
        raise NotebookError(f'{where}: viết lesson.expect("q1", points=3, …)') from error
