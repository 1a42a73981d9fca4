"""Run one job in a process forked for it, writing what comes of it line by line, so that a sudden end loses little."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from IPython.core import async_helpers

from grader.sandbox.inside import confine, linux
from grader.sandbox.inside.outputs import Outputs
from grader.sandbox.inside.shell import CellShell, connect, run_cell, use_charts

_DISK_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


class Results:
    """The pipe to the outside: one JSON object a line.

    Lines: ``{"cell": id, "outputs": […]}``, ``{"answers": {question: value}}`` and at last ``{"end": state}``.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, line: dict[str, Any]) -> None:
        """Write a line whole."""
        try:
            text = json.dumps(line, default=repr, ensure_ascii=False, allow_nan=False)
        except ValueError:  # NaN and infinity are no JSON
            text = json.dumps(_finite(line), default=repr, ensure_ascii=False)
        data = text.encode("utf-8", "replace") + b"\n"  # half a surrogate pair is no text, and no JSON either
        while data:
            data = data[os.write(self._descriptor, data) :]

    def end(self, state: str) -> None:
        """Write the last line and end this process, with no more of the learner's code running."""
        with contextlib.suppress(OSError):
            self.send({"end": state})
        os._exit(0)


def run_job(body: bytes, limits: dict[str, Any], results: int, shell: CellShell, nested: bool, user: int) -> None:
    """Confine this process and run the cells of a job. Never returns.

    Parameters
    ----------
    body
        The job as JSON (`grader.sandbox.sandbox` writes it).
    results
        The pipe to write to.
    nested
        Whether this process is the first of namespaces of its own.
    user
        Who to run as.
    """
    job = json.loads(body)
    os.setsid()  # a process group of its own: the warm process is not in reach of kill(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    home = confine.HOME if nested else tempfile.mkdtemp(prefix="bdhai-job-") if not job["folder"] else job["folder"]
    if nested:
        confine.own_namespaces(int(limits["disk_mb"]), user)
    confine.become(user)
    folder = Path(home)
    confine.write_files(job["files"], folder)
    os.chdir(folder)
    sys.path.insert(0, "")  # as in a kernel: modules that lie beside the notebook
    files = dict(zip(("stdout", "stderr"), confine.only_own_descriptors(results), strict=True))
    confine.environment(job["environment"], home)
    confine.limit(limits)
    linux.drop_privileges()
    linux.allow_tracing()
    pipe = Results(confine.RESULTS)
    outputs = Outputs(int(limits["output_kb"]) << 10, lambda: pipe.end("output"), files)
    connect(shell, outputs, files)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # otherwise every job would draw the same "random" numbers
    async_helpers._asyncio_event_loop = None  # its descriptors were the warm process's
    use_charts(shell, bool(job["draw"]))
    short_of = "finished"
    with _lesson(job["lesson"], folder, pipe):
        for cell in job["cells"]:
            items, error = run_cell(shell, outputs, cell["source"], limits["cell_s"])
            pipe.send({"cell": cell["id"], "outputs": items})
            short_of = _short_of(error) or short_of
    pipe.end(short_of)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list | tuple) else value


def _short_of(error: BaseException | None) -> str:
    """Name what a cell ran out of, if that was its error."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return "disk"
    return ""


@contextlib.contextmanager
def _lesson(lesson: dict[str, str] | None, folder: Path, pipe: Results) -> Iterator[None]:
    """Prepare the lesson for its cells, and hand over each answer the moment it is kept."""
    if lesson is None:
        yield
        return
    from course.answer_store import MemoryStore
    from course.lesson import preparing

    save = MemoryStore.save

    def save_and_hand_over(store: Any, answers: Any) -> Any:
        kept = save(store, answers)
        if store.record.lesson == lesson["key"]:
            handed = {id: answer.value.model_dump(mode="json") for id, answer in answers.items()}
            pipe.send({"answers": handed})
        return kept

    MemoryStore.save = save_and_hand_over  # type: ignore[method-assign,assignment]
    with preparing(lesson["audience"], folder, headless=True):
        yield
