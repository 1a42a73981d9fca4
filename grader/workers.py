"""Who does the work of judging: this process, or workers on a Dask cluster.

A local cluster's scheduler listens on loopback, where learners' own servers can reach it, and whoever reaches a
scheduler may run code on it: so it speaks TLS only, with certificates made for this run.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol

from grader.inbox import Submission
from grader.pipeline import Outcome, SetAside
from grader.sandbox.jobs import Job, Run
from grader.worker import KILLS, WorkerSettings, judge_many, run_many, warm_up

if TYPE_CHECKING:
    import distributed

log = logging.getLogger(__name__)

# So many go to a worker at once that sending them costs little beside the work.
CODE_CHUNK, PLAIN_CHUNK = 4, 64
FEW_WITH_CODE, FEW = 8, 20_000
"""So many are judged here before others are started for them, which takes seconds; without code, the writing of the
gradebook takes as long as the judging, and is done here in any case."""
# Chunks on their way to each worker: enough that it never waits, few enough that 50,000 submissions stay on disk.
AHEAD = 3


class Workers(Protocol):
    """Judges submissions. It may be shared by threads."""

    def judge(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        """Judge many, in any order, as they are done."""

    def start(self, submission: Submission) -> Future[Outcome]:
        """Judge one, without waiting for it."""

    def run_jobs(self, jobs: Sequence[Job]) -> list[Run]:
        """Run notebooks of classic assignments in the sandbox, in the order given."""

    def close(self) -> None:
        """End what was started."""


class HereWorkers:
    """Judges in this process, one at a time; learners' code still runs in the sandbox's own process."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings

    def judge(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        """Judge one after the other."""
        for submission in submissions:
            yield from judge_many(self.settings, [submission])

    def start(self, submission: Submission) -> Future[Outcome]:
        """Judge it now."""
        future: Future[Outcome] = Future()
        try:
            future.set_result(judge_many(self.settings, [submission])[0])
        except BaseException as error:
            future.set_exception(error)
        return future

    def run_jobs(self, jobs: Sequence[Job]) -> list[Run]:
        """Run one after the other."""
        return run_many(self.settings, jobs)

    def close(self) -> None:
        """Nothing was started that does not end with this process."""


class DaskWorkers:
    """Judges on Dask's workers.

    Parameters
    ----------
    count
        Processes of a cluster on this machine; its cores by default.
    scheduler
        Address of another cluster (``tls://host:port``, or ``tcp://`` in a network of one's own). Its workers need this
        project installed, and the lessons at the same path.
    threads
        Run the workers as threads of this process: right for code, which runs in the sandboxes' own processes anyway,
        and starts seconds sooner. Nothing listens then. For work in Python alone, processes are faster.
    warm
        Start the sandboxes at once.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        *,
        count: int | None = None,
        scheduler: str | None = None,
        threads: bool = False,
        warm: bool = False,
    ) -> None:
        import dask
        import distributed

        self.settings = settings
        self._cluster: Any = None
        if scheduler is None:
            # One death may be chance; with the second the task is blamed.
            dask.config.set(
                {
                    "distributed.scheduler.allowed-failures": 1,
                    "distributed.admin.tick.limit": "30s",
                    "distributed.worker.profile.enabled": False,  # it looks at every thread a hundred times a second
                }
            )
            count = count or os.cpu_count() or 1
            how: dict[str, Any] = {"n_workers": 1, "threads_per_worker": count, "processes": False}
            if not threads:
                how = {"n_workers": count, "threads_per_worker": 1, "host": "127.0.0.1", "security": True}
            self._cluster = distributed.LocalCluster(
                **how, dashboard_address=None, memory_limit=0, silence_logs=logging.ERROR
            )
            self.client = distributed.Client(self._cluster)
        else:
            self.client = distributed.Client(scheduler, timeout="15s")
        # A task that finds its thread's sandbox started is done at once, so each thread takes one of these.
        self._warming = [self.client.submit(warm_up, settings, pure=False) for _ in range(self.count if warm else 0)]

    @property
    def count(self) -> int:
        """How many submissions can be judged at once now, at least 1."""
        return max(1, sum(self.client.nthreads().values()))

    def judge(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        """Judge many, in any order. Those whose worker died are tried again alone: twice, and they are set aside."""
        import distributed

        waiting = iter(submissions)
        suspects: list[Submission] = []
        running: dict[distributed.Future, list[Submission]] = {}
        done = distributed.as_completed()

        def more() -> None:
            while len(running) < self.count * AHEAD and (chunk := _chunk(waiting)):
                future = self.client.submit(judge_many, self.settings, chunk, pure=False)
                running[future] = chunk
                done.add(future)

        more()
        while running:
            future = next(done)
            chunk = running.pop(future)
            try:
                yield from future.result()
            except distributed.KilledWorker:
                suspects += chunk
            more()
        for suspect in suspects:
            yield self._alone(suspect)

    def _alone(self, submission: Submission) -> Outcome:
        """Judge a submission with nothing else under way, so that a death is its own doing."""
        import distributed

        try:
            return self.client.submit(judge_many, self.settings, [submission], pure=False).result()[0]
        except distributed.KilledWorker:
            log.error("submission %s killed its worker twice; set aside", submission.receipt)
            return SetAside(submission, KILLS)

    def start(self, submission: Submission) -> Future[Outcome]:
        """Judge one on a worker, without waiting for it."""
        import distributed

        future: Future[Outcome] = Future()
        theirs = self.client.submit(judge_many, self.settings, [submission], pure=False)

        def settle(task: distributed.Future) -> None:
            try:
                future.set_result(task.result()[0])
            except distributed.KilledWorker:
                future.set_result(SetAside(submission, KILLS))
            except BaseException as error:
                future.set_exception(error)

        theirs.add_done_callback(settle)
        return future

    def run_jobs(self, jobs: Sequence[Job]) -> list[Run]:
        """Run notebooks on all workers, in the order given."""
        import distributed

        tasks = [self.client.submit(run_many, self.settings, [job], pure=False) for job in jobs]
        runs: list[Run] = []
        for task in tasks:
            try:
                runs.append(task.result()[0])
            except distributed.KilledWorker:
                runs.append(Run("died"))
        return runs

    def close(self) -> None:
        """End the connection, and the cluster if it is our own."""
        self.client.close()
        if self._cluster is not None:
            self._cluster.close()


class AutoWorkers:
    """Judges a few submissions here, and starts a cluster on this machine when there are many.

    Parameters
    ----------
    count
        Processes of the cluster. With 1 everything is done here. By default as many as the machine has cores, if there
        is work enough.
    """

    def __init__(self, settings: WorkerSettings, count: int | None = None) -> None:
        self.settings = settings
        self.count = count or os.cpu_count() or 1
        self._few = (FEW_WITH_CODE, FEW) if count is None else (0, 0)
        self._here = HereWorkers(settings)
        self._dask: DaskWorkers | None = None

    def judge(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        """Judge many, in any order, as they are done."""
        waiting = iter(submissions)
        few: list[Submission] = []
        while self.count > 1 and not self._many(few) and (submission := next(waiting, None)) is not None:
            few.append(submission)
        workers: Workers = self._here
        if self.count > 1 and self._many(few):
            workers = self._cluster(with_code=any(submission.notebook is not None for submission in few))
        yield from workers.judge(chain(few, waiting))

    def start(self, submission: Submission) -> Future[Outcome]:
        """Judge one now."""
        return self._here.start(submission)

    def run_jobs(self, jobs: Sequence[Job]) -> list[Run]:
        """Run notebooks, on a cluster only if there is one already: they come a few at a time."""
        return (self._dask or self._here).run_jobs(jobs)

    def close(self) -> None:
        """End the cluster."""
        if self._dask is not None:
            self._dask.close()

    def _many(self, submissions: Sequence[Submission]) -> bool:
        """Tell whether starting a cluster, some seconds, is worth it."""
        few_with_code, few = self._few
        with_code = sum(submission.notebook is not None for submission in submissions)
        return with_code > few_with_code or len(submissions) > few

    def _cluster(self, with_code: bool) -> DaskWorkers:
        if self._dask is None:
            self._dask = DaskWorkers(self.settings, count=self.count, threads=with_code, warm=with_code)
        return self._dask


def _chunk(waiting: Iterator[Submission]) -> list[Submission]:
    first = next(waiting, None)
    if first is None:
        return []
    return [first, *islice(waiting, (CODE_CHUNK if first.notebook is not None else PLAIN_CHUNK) - 1)]
