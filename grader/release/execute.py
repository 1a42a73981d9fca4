"""Run a source lesson once for an audience, in this process, and keep what each cell shows.

A source notebook is the trainer's own and trusted, and a lesson's cells only make widgets, so no kernel is started:
six audiences of a lesson take a fraction of a second. Learners' notebooks never come here.
"""

from __future__ import annotations

import contextlib
import io
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import nbformat

from course.lesson import preparing
from grader.source_notebook import compile_cell


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
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class LessonRun:
    """A lesson as one audience sees it."""

    notebook: Path
    cells: list[Cell]
    points: dict[str, float]
    """Points of each graded question, from its test cell's metadata."""


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
    # What a cell prints is not part of the page.
    quiet = contextlib.redirect_stdout(io.StringIO())
    with preparing(audience, notebook.parent), contextlib.chdir(notebook.parent), quiet:
        for number, cell in enumerate(document.cells, start=1):
            grading = cell.metadata.get("nbgrader", {})
            if grading.get("grade") and not grading.get("solution"):
                points[grading["grade_id"]] = float(grading["points"])
            elif cell.cell_type == "markdown":
                cells.append(Cell("markdown", number, cell.source, attachments=cell.get("attachments", {})))
            elif cell.cell_type == "code" and cell.source.strip():
                display = _run_cell(cell.source, namespace, notebook, number)
                cells.append(Cell("code", number, cell.source, display))
    return LessonRun(notebook, cells, points)


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
