"""A notebook as a job for the sandbox, and the job's outputs back in the notebook."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines
from nbformat.validator import validate
from nbgrader.utils import is_grade

from grader.classic.refusals import Refused
from grader.sandbox.jobs import CodeCell, Job, Limits, Run

_NOT_RUN = "skip-execution"  # nbclient's own tag
_OUTPUT_KB = 8 * 1024
_LEAST_WALL_S = 60.0
_SLOW_CELLS = 4
"""So many cells of one notebook may run into their time limit before the whole run does."""
_LANGUAGE_INFO = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": platform.python_version(),
}


def job_of(notebook: NotebookNode, folder: Path, cell_timeout: float | None) -> Job:
    """Return the job that runs a sanitised notebook.

    Parameters
    ----------
    notebook
        With the master's test cells already in it.
    folder
        Where it lies: everything else there goes along, except notebooks (they hold hidden tests).
    cell_timeout
        nbgrader's ``Execute.timeout``, seconds a cell; ``None`` or not positive: no limit for a cell.

    Raises
    ------
    Refused
        When the notebook is for another language.
    """
    _demand_python(notebook)
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb"
    }
    cells = tuple(CodeCell(id, cell.source) for id, cell in _cells_to_run(notebook))
    return Job(
        cells=cells,
        files=files,
        limits=_limits(cell_timeout, sum(map(len, files.values()))),
        draw=True,
        environment={"NBGRADER_EXECUTION": "autograde"},
    )


def put_outputs(notebook: NotebookNode, run: Run) -> None:
    """Put what a run printed into the notebook: outputs and nothing else.

    Raises
    ------
    Refused
        When the run was stopped for another reason than time, did not reach every cell, or gave outputs that are none.
        A cell without outputs would earn full marks, so none may be missing.
    """
    if run.state not in ("finished", "timeout", "cpu"):
        raise Refused(run.message)
    for number, (id, cell) in enumerate(_cells_to_run(notebook), start=1):
        outputs = run.outputs.get(id)
        if outputs is None and run.state == "finished":
            raise Refused(Run("died").message)
        cell.outputs = _checked([_timeout_error(run.message)] if outputs is None else outputs)
        cell.execution_count = number
        if is_grade(cell):
            _errors_count_first(cell)
    rejoin_lines(notebook)
    notebook.metadata["language_info"] = _LANGUAGE_INFO


def _cells_to_run(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Yield the cells that nbclient would run, by names of our own: a learner's ids may be missing, or the same."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        # A learner may have tagged a test cell so that it is skipped, and a skipped test earns full marks.
        if _NOT_RUN in cell.metadata.get("tags", []) and not is_grade(cell):
            continue
        yield f"cell-{index}", cell


def _demand_python(notebook: NotebookNode) -> None:
    kernel = notebook.metadata.get("kernelspec", {})
    name = str(kernel.get("name", "python3"))
    language = str(kernel.get("language", "python" if name.startswith(("python", "ipython", "conda")) else name))
    if language.lower() not in ("python", "python3", "ipython"):
        raise Refused(f"Sổ bài viết cho ngôn ngữ {language[:40]!r}; máy chấm này chỉ chạy Python.")


def _limits(cell_timeout: float | None, input_bytes: int) -> Limits:
    default = Limits()
    cell_s = cell_timeout if cell_timeout and cell_timeout > 0 else None
    wall = max(_LEAST_WALL_S, _SLOW_CELLS * (cell_s or 0))
    return Limits(
        wall_s=wall,
        cell_s=cell_s,
        cpu_s=wall,
        disk_mb=default.disk_mb + 2 * (input_bytes // 1_000_000),
        output_kb=_OUTPUT_KB,
    )


def _checked(outputs: list[dict[str, Any]]) -> list[NotebookNode]:
    """Return outputs as nbformat's, after holding each against its schema."""
    for output in outputs:
        try:
            validate(output, ref="output", version=4)
        except (nbformat.ValidationError, TypeError, AttributeError, RecursionError):
            raise Refused(Run("died").message) from None
    return [nbformat.from_dict(output) for output in outputs]


def _timeout_error(message: str) -> dict[str, Any]:
    """Return the error that nbgrader puts into a cell whose time is up."""
    traceback = [f"\x1b[0;31mCellTimeoutError\x1b[0m: {message}"]
    return {"output_type": "error", "ename": "CellTimeoutError", "evalue": "", "traceback": traceback}


def _errors_count_first(cell: NotebookNode) -> None:
    """Keep a number shown before an error from counting as points: nbgrader reads whichever comes first."""
    if any(output.output_type == "error" for output in cell.outputs):
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.output_type = "display_data"
                del output["execution_count"]
