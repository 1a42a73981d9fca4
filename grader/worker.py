"""What a worker does: it keeps lessons and a warm sandbox ready, and judges what it is given.

These functions are called by name on Dask's workers, and directly where no cluster is needed. A worker holds no state
that matters: killing it loses only the work in hand.
"""

from __future__ import annotations

import atexit
import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock, RLock, local
from typing import Literal

from grader.inbox import Submission
from grader.pipeline import Failed, Outcome, SetAside, judge_submission
from grader.prepared import PreparedLessons, prepared_lessons
from grader.produced_store import ProducedStore
from grader.sandbox.ahead import take
from grader.sandbox.jobs import Job, Limits, Run, SandboxMissing, WorkerDied
from grader.sandbox.sandbox import Sandbox
from grader.workspace import Workspace

log = logging.getLogger(__name__)

KILLS = "Mã của bài này làm sập máy chấm hai lần, nên bài được để riêng cho giảng viên xem."


@dataclass(frozen=True)
class WorkerSettings:
    """What a worker has to know; the paths are those on the worker's own machine."""

    workspace: Workspace
    sandbox: Literal["auto", "cold", "none"] = "auto"
    """``auto``, or ``none`` when the operator said so."""
    limits: Limits | None = None
    """What a job may use, in place of its own limits; for tests that reach them on purpose."""


class _Worker:
    """The lessons that a process shares, and a sandbox for each of its threads."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.lessons: PreparedLessons = prepared_lessons(settings.workspace)
        self.store = ProducedStore(settings.workspace.state / "produced")
        self._of_thread = local()
        self._started: list[Sandbox] = []
        self._starting = Lock()

    def run(self, job: Job) -> Run:
        """Run a job; when the warm process dies, a new one is started and the job tried again, once."""
        if self.settings.limits is not None:
            job = replace(job, limits=self.settings.limits)
        try:
            return self.warm().run(job)
        except WorkerDied:
            log.warning("the sandbox's warm process died; trying again with a new one")
            self._drop()
            try:
                return self.warm().run(job)
            except WorkerDied:
                self._drop()
                raise

    def warm(self) -> Sandbox:
        """Return this thread's sandbox, started."""
        sandbox: Sandbox | None = getattr(self._of_thread, "sandbox", None)
        if sandbox is None:
            with self._starting:  # the second thread waits for the first one's, and then shares its warm process
                sandbox = self._started[0].beside() if self._started else self._first()
                self._started.append(sandbox)
            self._of_thread.sandbox = sandbox
        return sandbox

    def _first(self) -> Sandbox:
        return take(self.settings.sandbox) or Sandbox(mode=self.settings.sandbox).__enter__()

    def _drop(self) -> None:
        sandbox: Sandbox = self._of_thread.sandbox
        self._of_thread.sandbox = None
        with self._starting:
            self._started.remove(sandbox)
        sandbox.__exit__(None, None, None)

    def close(self) -> None:
        """End every thread's sandbox."""
        while self._started:
            self._started.pop().__exit__(None, None, None)


_workers: dict[WorkerSettings, _Worker] = {}
_making = RLock()


def _worker(settings: WorkerSettings) -> _Worker:
    with _making:
        if settings not in _workers:
            _workers[settings] = _Worker(settings)
            atexit.register(_workers[settings].close)
        return _workers[settings]


def close_worker(settings: WorkerSettings) -> None:
    """End what a worker in this process has started; its next job would start it anew."""
    with _making:
        worker = _workers.pop(settings, None)
    if worker is not None:
        worker.close()


def warm_up(settings: WorkerSettings) -> None:
    """Start the sandbox's warm process now, rather than with the first job.

    Raises
    ------
    SandboxMissing
        When this machine cannot sandbox.
    """
    _worker(settings).warm()


def judge_many(settings: WorkerSettings, submissions: Sequence[Submission]) -> list[Outcome]:
    """Judge submissions in the order given; one that fails does not stop the next.

    Raises
    ------
    SandboxMissing
        When code has to run and this machine cannot sandbox.
    """
    worker = _worker(settings)
    return [_judge_one(worker, submission) for submission in submissions]


def run_many(settings: WorkerSettings, jobs: Sequence[Job]) -> list[Run]:
    """Run notebooks of classic assignments.

    A job that kills the warm process twice comes back as ``died``.
    """
    worker = _worker(settings)
    runs = []
    for job in jobs:
        try:
            runs.append(worker.run(job))
        except WorkerDied:
            runs.append(Run("died"))
    return runs


def _judge_one(worker: _Worker, submission: Submission) -> Outcome:
    try:
        with worker.lessons.steady():
            return judge_submission(worker.lessons, submission, worker.run, worker.store)
    except WorkerDied:
        return SetAside(submission, KILLS)
    except SandboxMissing:
        raise
    except Exception as error:
        log.error("submission %s could not be judged: %s", submission.receipt, traceback.format_exc())
        return Failed(submission, f"{type(error).__name__}: {error}")
