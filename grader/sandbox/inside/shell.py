"""A notebook kernel's IPython shell without the kernel: same magics, same displays, same errors, one process."""

from __future__ import annotations

import ast
import builtins
import contextlib
import getpass
import importlib
import os
import signal
import sys
import time
import zlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError, UsageError
from traitlets.config import Config

from grader.sandbox.inside.outputs import CapturedSession, Outputs, Stream


class _Compiler(XCachingCompiler):
    """The kernel's compiler with a quick name for a cell: its own hash takes longer than most cells.

    The message of a syntax error shows the name, so what is no plain Python keeps the kernel's.
    """

    quick = False

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        """Return the name under which tracebacks find the source again."""
        if not self.quick:
            return super().get_code_name(raw_code, code, number)
        return f"/tmp/ipykernel_{os.getpid()}/{zlib.crc32(raw_code.encode('utf-8', 'replace'))}.py"


class CellShell(ZMQInteractiveShell):
    """The kernel's shell, wired to `Outputs`."""

    draws = False
    compile: _Compiler

    def enable_gui(self, gui: Any = None) -> None:
        """Charts are drawn into outputs or not at all: there are no windows here."""
        if gui not in (None, "inline", "agg"):
            raise UsageError(f"No event loop for {gui!r}.")

    def enable_matplotlib(self, gui: Any = None) -> tuple[Any, str]:
        """Do what ``%matplotlib inline`` asks for, unless charts are not drawn in this run."""
        if not self.draws and gui in (None, "inline", "auto"):
            return None, "inline"
        return super().enable_matplotlib(gui)

    def init_environment(self) -> None:
        """Leave the environment as the sandbox made it."""

    def transform_cell(self, raw_cell: str) -> str:
        """Turn what is IPython's own (magics, ``!ls``, ``x?``) into Python; what is Python already stays as it is."""
        self.compile.quick = False
        try:
            ast.parse(raw_cell)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return super().transform_cell(raw_cell)
        self.compile.quick = True
        return raw_cell if raw_cell.endswith("\n") else f"{raw_cell}\n"


def make_shell() -> CellShell:
    """Return a shell with nothing run in it yet, before any job is known."""
    config = Config()
    config.HistoryManager.enabled = False
    CellShell.clear_instance()
    return CellShell.instance(config=config, compiler_class=_Compiler, kernel=SimpleNamespace(eventloop=None))


def connect(shell: CellShell, outputs: Outputs, files: dict[str, int]) -> None:
    """Let everything that the shell shows go to ``outputs``."""
    session = CapturedSession(key=b"")
    session.outputs = outputs
    publishers: tuple[Any, ...] = (shell.displayhook, shell.display_pub)
    for publisher in publishers:
        publisher.session = session
    sys.stdout = Stream(outputs, "stdout", files["stdout"])
    sys.stderr = Stream(outputs, "stderr", files["stderr"])
    for module in (builtins, getpass):
        setattr(module, "input" if module is builtins else "getpass", _no_input)


def _no_input(prompt: str = "", stream: Any = None) -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def use_charts(shell: CellShell, draws: bool) -> None:
    """Decide what happens to matplotlib's figures; nothing is imported for a job that makes none."""
    shell.draws = draws
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline" if draws else f"module://{_QUIET}"
    if "matplotlib.pyplot" not in sys.modules:
        return
    if draws:
        shell.enable_matplotlib("inline")
    else:
        quiet = importlib.import_module(_QUIET)
        shell.events.register("post_execute", quiet.end_figures)


_QUIET = "grader.sandbox.inside.quiet_backend"


def run_cell(
    shell: CellShell, outputs: Outputs, source: str, cell_s: float | None = None
) -> tuple[list[dict[str, Any]], BaseException | None]:
    """Run one cell as nbgrader's Execute step does.

    Parameters
    ----------
    cell_s
        Seconds after which the cell is interrupted, and the error added that nbgrader adds then.

    Returns
    -------
    tuple
        The cell's outputs, and the error that ended it if one did.
    """
    outputs.start_cell()
    error: BaseException | None
    start = time.monotonic()
    with _interrupting(cell_s):
        try:
            result = shell.run_cell(source, store_history=True)
            error = result.error_before_exec or result.error_in_exec
        except KeyboardInterrupt as late:  # it came when the cell's own code had just ended
            error = late
    items = outputs.finish_cell()
    if error is not None or getattr(shell, "_last_traceback_during_displayhook", False):
        # nbgrader adds the kernel's reply where no output shows that error, so that a cell cannot hide its failure.
        name = type(error).__name__
        if not any(item["output_type"] == "error" and item["ename"] == name for item in items):
            traceback = shell._last_traceback or ["ERROR: An error occurred while showtraceback was disabled"]
            items.append({"output_type": "error", "ename": name, "evalue": str(error), "traceback": traceback})
    if cell_s and isinstance(error, KeyboardInterrupt) and time.monotonic() - start >= cell_s:
        items.append({"output_type": "error", "ename": "CellTimeoutError", "evalue": "", "traceback": [_TIMED_OUT]})
    return items, error


_TIMED_OUT = "\x1b[0;31mCellTimeoutError\x1b[0m: No reply from kernel before timeout"


@contextlib.contextmanager
def _interrupting(seconds: float | None) -> Iterator[None]:
    """Interrupt what runs in this block when its time is up."""
    if not seconds:
        yield
        return
    signal.signal(signal.SIGALRM, signal.default_int_handler)  # no frame of ours in the learner's traceback
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
