"""A lesson's source notebook: its cells by role."""

from __future__ import annotations

import ast
import builtins
import symtable
from pathlib import Path
from types import CodeType

import nbformat
from nbformat import NotebookNode

HIDDEN_BEGIN = "### BEGIN HIDDEN TESTS"
HIDDEN_END = "### END HIDDEN TESTS"
SOLUTION_BEGIN = "### BEGIN SOLUTION"
SOLUTION_END = "### END SOLUTION"
SCHEME_BEGIN = "BEGIN MARK SCHEME"
SCHEME_END = "END MARK SCHEME"
STUB = "# Viết mã của bạn ở đây"
"""What a learner finds where the solution was; also nbgrader's ``ClearSolutions.code_stub``."""

# The calls of a lesson that show or ask something; a cell with none of them only teaches code.
_ASKING = frozenset(
    {
        "start",
        "text",
        "picture",
        "law",
        "choice",
        "short_text",
        "order",
        "mark",
        "dictation",
        "task",
        "chat",
        "work",
        "today",
    }
    | {"submit"}
)


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


def is_solution_cell(cell: NotebookNode) -> bool:
    """Tell whether a learner writes code in a cell: it holds a solution between nbgrader's markers."""
    return cell.cell_type == "code" and SOLUTION_BEGIN in cell.source


def is_task_cell(cell: NotebookNode) -> bool:
    """Tell whether a trainer gives points at a cell: Markdown with a mark scheme between nbgrader's markers."""
    return cell.cell_type == "markdown" and SCHEME_BEGIN in cell.source


def without_mark_scheme(source: str) -> str:
    """Return a task cell's Markdown as a learner gets it, as nbgrader's ``ClearMarkScheme`` writes it."""
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        if SCHEME_BEGIN in line:
            inside = True
        elif SCHEME_END in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def makes_questions(source: str) -> bool:
    """Tell whether a code cell makes the lesson, or shows or asks something in it.

    Raises
    ------
    SyntaxError
        When it is not Python.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id="Lesson"):
                return True
            case ast.Attribute(value=ast.Name(id="lesson"), attr=name) if name in _ASKING:
                return True
    return False


def free_names(source: str) -> set[str]:
    """Return the names that a cell takes from outside itself; Python's own are left out.

    A lambda's arguments are its own. Test cells may depend on ``lesson`` alone.

    Raises
    ------
    SyntaxError
        When it is not Python.
    """
    names: set[str] = set()
    tables = [symtable.symtable(source, "cell", "exec")]
    assigned = {symbol.get_name() for symbol in tables[0].get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        names |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (top or symbol.is_global()) and symbol.get_name() not in assigned
        }
    return names - set(dir(builtins))


def without_solution(source: str) -> str:
    """Return a solution cell as a learner gets it, as nbgrader's ``ClearSolutions`` writes it."""
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        if SOLUTION_BEGIN in line:
            inside = True
            lines.append(line[: len(line) - len(line.lstrip())] + STUB)
        elif SOLUTION_END in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


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
