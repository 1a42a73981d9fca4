"""Run a source lesson once for an audience, in this process, and keep what each cell shows.

A source notebook is the trainer's own and trusted, and a lesson's cells only make widgets, so no kernel is started:
six audiences of a lesson take a fraction of a second. Learners' notebooks never come here.

Of a code lesson the solutions are not run: every cell runs as a learner first has it. So nothing on a page can give
away what a solution works out; a teaching cell that needs it has no output there.
"""

from __future__ import annotations

import ast
import contextlib
import io
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import nbformat

from course.preparation import preparing
from grader.release.outputs import close_charts, output_html
from grader.source_notebook import (
    compile_cell,
    is_solution_cell,
    makes_questions,
    without_mark_scheme,
    without_solution,
)


class ReleaseError(Exception):
    """A lesson that cannot be released; its message, in Vietnamese, says where and what to mend."""


@dataclass(frozen=True)
class Cell:
    """One cell that a learner sees."""

    kind: Literal["markdown", "code"]
    number: int
    """Its place in the notebook, from 1, as people count."""
    source: str
    display: Any = None
    """The value of a code cell's last expression."""
    role: Literal["lesson", "teaching", "solution"] = "lesson"
    """Of a code cell: whether it shows or asks something, teaches code, or is where the learner writes."""
    output: str = ""
    """Of a teaching cell: what it puts out, as safe HTML."""
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class LessonRun:
    """A lesson as one audience sees it."""

    notebook: Path
    cells: list[Cell]
    points: dict[str, float]
    """Points of each graded question, from its test cell's metadata."""
    has_code: bool = False
    """Whether a learner writes code in it."""


def run_lesson(notebook: Path, audience: str) -> LessonRun:
    """Run a lesson's cells in order, without its test cells.

    Parameters
    ----------
    notebook
        A source notebook; its cells run in its own folder.
    audience
        For whom; the lessons made inside keep no answers.

    Raises
    ------
    ReleaseError
        When the notebook cannot be read or a cell fails; names the notebook, the cell and the line.
    """
    notebook = notebook.resolve()  # cells run in its folder, where a relative path would no longer lead to it
    try:
        document = nbformat.read(notebook, as_version=4)
    except Exception as error:
        raise ReleaseError(f"{notebook.name}: không đọc được sổ bài ({error}).") from error
    cells: list[Cell] = []
    points: dict[str, float] = {}
    namespace: dict[str, Any] = {"__name__": "__main__"}
    has_code = any(map(is_solution_cell, document.cells))
    if has_code:
        import matplotlib

        matplotlib.use("agg")
    after_solution = False
    with preparing(audience, notebook.parent), contextlib.chdir(notebook.parent):
        for number, cell in enumerate(document.cells, start=1):
            grading = cell.metadata.get("nbgrader", {})
            if grading.get("grade") and not grading.get("solution"):
                points[grading["grade_id"]] = float(grading["points"])
            elif cell.cell_type == "markdown":
                source = without_mark_scheme(cell.source)
                cells.append(Cell("markdown", number, source, attachments=cell.get("attachments", {})))
            elif is_solution_cell(cell):
                after_solution = True
                _refuse_key(cell.source, f"{notebook.name}, ô {number}")
                stub = without_solution(cell.source)
                with (
                    contextlib.suppress(ReleaseError),
                    contextlib.redirect_stdout(io.StringIO()),
                ):  # as a learner first has it, it may not run
                    _run_cell(stub, namespace, notebook, number)
                cells.append(Cell("code", number, stub, role="solution"))
            elif cell.cell_type == "code" and cell.source.strip():
                cells.append(_shown(cell.source, namespace, notebook, number, has_code, after_solution))
    return LessonRun(notebook, cells, points, has_code)


def _shown(
    source: str, namespace: dict[str, Any], notebook: Path, number: int, has_code: bool, after_solution: bool
) -> Cell:
    """Run a cell that is the lesson's own, and return it with what it shows."""
    printed = io.StringIO()
    if not has_code:
        with contextlib.redirect_stdout(printed):  # what such a cell prints is not part of the page
            return Cell("code", number, source, _run_cell(source, namespace, notebook, number))
    try:
        with contextlib.redirect_stdout(printed):
            display = _run_cell(source, namespace, notebook, number)
        if makes_questions(source):
            return Cell("code", number, source, display)
        output = output_html(display, printed.getvalue())
    except ReleaseError:
        if not after_solution or makes_questions(source):
            raise
        output = ""
    finally:
        close_charts()
    return Cell("code", number, source, role="teaching", output=output)


def _refuse_key(source: str, place: str) -> None:
    """Refuse ``lesson.answer("q1", …, right=…)``: a graded question carries no key."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "answer":
            asked = node.args[0] if node.args else None
            graded = not (isinstance(asked, ast.Constant) and str(asked.value).startswith("p"))
            if graded and any(word.arg in ("right", "slips", "because", "hint") for word in node.keywords):
                raise ReleaseError(f"{place}: câu chấm điểm không được mang đáp án (right=…, hint=…).")


def _run_cell(source: str, namespace: dict[str, Any], notebook: Path, number: int) -> Any:
    """Run one cell and return the value of its last expression, as Jupyter would show it."""
    place = f"{notebook.name}, ô {number}"
    try:
        body, result = compile_cell(source, place)
        exec(body, namespace)
        return eval(result, namespace) if result else None
    except SyntaxError as error:
        line = error.lineno if error.filename == place else _line_in(place, error)
        raise ReleaseError(f"{place}, dòng {line or 1}: Python không đọc được ({error.msg}).") from error
    except (Exception, SystemExit) as error:
        line = _line_in(place, error)
        raise ReleaseError(f"{place}, dòng {line or 1}: {type(error).__name__}: {error}") from error


def _line_in(place: str, error: BaseException) -> int | None:
    """Return the cell's own line that led to an error, not that of a library below it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == place]
    return lines[-1] if lines else None
