"""Run one job in a process forked for it, writing what comes of it line by line, so that a sudden end loses little."""

from __future__ import annotations

import errno
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.sandbox.inside import confine, linux
from grader.sandbox.inside.job_parts import Own, Shared
from grader.sandbox.inside.notebook import Notebook
from grader.sandbox.inside.shell import CellShell

_DISK_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


def run_job(
    shared: Shared,
    own: Own,
    limits: Mapping[str, Any],
    results: int,
    shell: CellShell,
    nested: bool,
    user: int,
    begun: Notebook | None = None,
) -> None:
    """Confine this process and run the cells of a job. Never returns.

    Parameters
    ----------
    results
        The pipe to write to.
    nested
        Whether this process is the first of namespaces of its own.
    user
        Who to run as.
    begun
        A notebook in which the shared cells have been run already, before this process was forked.
    """
    os.setsid()  # a process group of its own: the warm process is not in reach of kill(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    home = confine.HOME if nested else own.folder or tempfile.mkdtemp(prefix="bdhai-job-")
    if nested:
        confine.own_namespaces(int(limits["disk_mb"]), user)
    confine.become(user)
    folder = Path(home)
    confine.write_files(shared.files, folder)
    os.chdir(folder)
    streams = confine.only_own_descriptors(results)
    confine.environment(shared.environment, home)
    confine.limit(limits)
    linux.drop_privileges()
    linux.allow_tracing()
    if begun is None:
        sys.path.insert(0, "")  # as in a kernel: modules that lie beside the notebook
        notebook = Notebook(shell, limits)
        notebook.begin(shared, folder, streams)
        errors = notebook.run(shared.cells)
    else:
        notebook, errors = begun, []
        notebook.take_over(streams)
    notebook.results.write_to(confine.RESULTS)
    errors += notebook.run(own.cells)
    notebook.results.end(next((short for error in reversed(errors) if (short := _short_of(error))), "finished"))


def _short_of(error: BaseException) -> str:
    """Name what a cell ran out of, if that was its error."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return "disk"
    return ""
