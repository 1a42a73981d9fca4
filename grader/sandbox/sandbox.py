"""``Sandbox``: run learners' code, one job after the other, and get plain data back."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Sequence
from typing import Literal, cast, get_args

from grader.sandbox.bubblewrap import missing_sandbox
from grader.sandbox.jobs import Job, Run, SandboxMissing, State, WorkerDied
from grader.sandbox.results import read_results
from grader.sandbox.worker import Ended, Worker

__all__ = ["Sandbox", "missing_sandbox"]

_log = logging.getLogger(__name__)
PRELOAD = ("pandas", "matplotlib.pyplot", "docx", "openpyxl")
_SAID_BY_ITSELF = {"finished", "memory", "disk", "output"}


class Sandbox:
    """Runs jobs away from everything else on this machine.

    Parameters
    ----------
    mode
        ``auto``: bubblewrap, warm where this machine lets it make namespaces in namespaces, otherwise one cold
        sandbox a job. ``cold``: one sandbox a job in any case. ``none``: no sandbox, the same limits; for one's own
        machine and code that one trusts.
    preload
        Modules imported before any job; one that is not installed is left out.

    Raises
    ------
    SandboxMissing
        On entering, when ``mode`` asks for a sandbox and this machine has none.
    """

    def __init__(self, mode: Literal["auto", "cold", "none"] = "auto", preload: Sequence[str] = PRELOAD) -> None:
        self.mode = mode
        self.preload = tuple(preload)
        self._cold = mode == "cold"
        self._worker: Worker | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Sandbox:
        if self.mode != "none" and (reason := missing_sandbox()):
            raise SandboxMissing(
                f"Không chấm bài có mã trên máy này được: {reason}. "
                "Hãy cài bubblewrap (sudo apt-get install bubblewrap) rồi thử lại. "
                "Trên máy của riêng mình, với mã mình tin, có thể chạy với --no-sandbox."
            )
        with self._lock:
            self._worker = self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._end()

    def run(self, job: Job) -> Run:
        """Run a job to its end, whatever it does.

        Raises
        ------
        WorkerDied
            When the warm process is gone. The next call starts a new one, so trying again is right.
        """
        with self._lock:
            worker = self._worker = self._worker or self._start()
            try:
                ended = worker.run(job)
            except WorkerDied:
                self._end()
                if worker.mode == "plain":
                    return Run("died")  # it was there for this job alone, and within its reach
                raise
            except BaseException:
                self._end()
                raise
            if worker.mode == "plain":
                self._end()
        received = read_results(ended.data, {cell.id for cell in job.cells})
        if received.broken:
            _log.warning("a job could not begin: %s", received.broken)
        state = _state(ended, received.end, worker.mode == "nested")
        return Run(state, received.outputs, received.answers, ended.seconds)

    def beside(self) -> Sandbox:
        """Return another sandbox for another thread, started: at once where it can share this one's warm process."""
        other = Sandbox(self.mode, self.preload)
        with self._lock:
            worker = self._worker
            if worker is not None and worker.mode == "nested":
                with contextlib.suppress(WorkerDied):
                    other._worker = Worker("nested", self.preload, beside=worker)
                    return other
        return other.__enter__()

    @property
    def warm(self) -> bool:
        """Whether jobs are forked from a process that has the libraries already."""
        return not self._cold

    def _start(self) -> Worker:
        if self.mode == "none":
            return Worker("bare", self.preload)
        if not self._cold:
            worker = Worker("nested", self.preload)
            if worker.nested:
                return worker
            worker.close()
            self._cold = True
            _log.warning(
                "this machine allows no namespaces within the sandbox: each job gets a sandbox of its own, slowly"
            )
        return Worker("plain", self.preload)

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            worker.close()


def _state(ended: Ended, said: str, first_in_namespace: bool) -> State:
    """Bring together what the watch saw and what the job says of itself; the watch is believed first."""
    if ended.reason in get_args(State):
        return cast(State, ended.reason)
    if said in _SAID_BY_ITSELF:
        return cast(State, said)
    # The first process of a namespace cannot be killed from inside it: this was the kernel, short of memory.
    if first_in_namespace and os.WIFSIGNALED(ended.status) and os.WTERMSIG(ended.status) == signal.SIGKILL:
        return "memory"
    return "died"
