"""A lesson's source notebook: its cells by role."""

from __future__ import annotations

import ast
from pathlib import Path
from types import CodeType

import nbformat
from nbformat import NotebookNode

HIDDEN_BEGIN = "### BEGIN HIDDEN TESTS"
HIDDEN_END = "### END HIDDEN TESTS"


class NotebookError(Exception):
    """A notebook cannot be used. The message is Vietnamese and names the file."""


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of format 4.

    Raises
    ------
    NotebookError
        When the file is not a notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError, KeyError) as error:
        raise NotebookError(f"{path.name} không phải sổ bài học đọc được: {error}") from error
    except nbformat.ValidationError as error:
        raise NotebookError(f"{path.name} không đúng dạng sổ bài học: {error.message}") from error


def is_test_cell(cell: NotebookNode) -> bool:
    """Tell whether a cell grades a question."""
    marks = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(marks.get("grade")) and not marks.get("solution")


def hidden_part(source: str) -> str:
    """Return what stands between the hidden-test markers, empty where there is none."""
    begin, end = source.find(HIDDEN_BEGIN), source.find(HIDDEN_END)
    return source[begin + len(HIDDEN_BEGIN) : end] if 0 <= begin < end else ""


def compile_cell(source: str, where: str) -> tuple[CodeType, CodeType | None]:
    """Compile a code cell as its body and its last expression, whose value a notebook would show.

    Raises
    ------
    SyntaxError
        When it is not Python; ``where`` is its file name in tracebacks.
    """
    tree = ast.parse(source, where)
    result = None
    if tree.body and isinstance(last := tree.body[-1], ast.Expr):
        tree.body.pop()
        result = compile(ast.Expression(last.value), where, "eval")
    return compile(tree, where, "exec"), result
