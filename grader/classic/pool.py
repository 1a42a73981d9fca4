"""Several sandboxes on one machine, for the command that grades a course by itself; classes on the hub use Dask."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Literal

from grader.sandbox.jobs import Job, Run, WorkerDied
from grader.sandbox.sandbox import Sandbox

_TRIES = 2


class SandboxPool:
    """``workers`` warm sandboxes, started when the block begins; :meth:`run_jobs` gives each the next job.

    Raises
    ------
    SandboxMissing
        At the start of the block, when ``mode`` is ``auto`` and this machine cannot sandbox.
    """

    def __init__(self, workers: int, mode: Literal["auto", "none"] = "auto"):
        self.workers = max(1, workers)
        self.mode = mode
        self._free: queue.SimpleQueue[Sandbox] = queue.SimpleQueue()
        self._open: set[Sandbox] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> SandboxPool:
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="sandbox")
        try:
            for _ in range(self.workers):
                self._free.put(self._start())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        while self._open:
            self._end(next(iter(self._open)))

    def run_jobs(self, jobs: list[Job]) -> list[Run]:
        """Run jobs; the runs come back in the order of the jobs.

        A job whose sandbox goes down is tried again in a new one; the second time it is set down as ``died``.
        """
        return list(self._threads.map(self._run, jobs))

    def _run(self, job: Job) -> Run:
        for _ in range(_TRIES):
            sandbox = self._free.get()
            try:
                run = sandbox.run(job)
            except WorkerDied:
                self._end(sandbox)
                sandbox = self._start()
            else:
                return run
            finally:
                self._free.put(sandbox)
        return Run("died")

    def _start(self) -> Sandbox:
        sandbox = Sandbox(self.mode)
        sandbox.__enter__()
        with self._lock:
            self._open.add(sandbox)
        return sandbox

    def _end(self, sandbox: Sandbox) -> None:
        with self._lock:
            self._open.discard(sandbox)
        sandbox.__exit__(None, None, None)
