"""The background worker that grades submissions as they come, and forgets none."""

from __future__ import annotations

import heapq
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread

from grader.database import Database
from grader.database_attempts import Counts
from grader.grading import Grading, Summary
from grader.inbox import Submission, submission_files
from grader.judged import Judged
from grader.pipeline import Failed, Outcome
from grader.sandbox.jobs import SandboxMissing
from grader.worker import WorkerSettings
from grader.workers import DaskWorkers, Workers
from grader.workspace import Workspace

log = logging.getLogger("bdhai.services")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 300.0  # seconds
_AT_ONCE = 100
_DELAYED = "Máy chấm đang bận. Bài đã được cất giữ, có điểm sẽ hiện ở đây."


@dataclass(order=True)
class _Job:
    due: float
    path: Path = field(compare=False)
    pause: float = field(default=_FIRST_PAUSE, compare=False)


class GradingWorker:
    """One thread that takes submissions from the inbox to the gradebooks and the results table.

    Answers without code are judged here, a fraction of a millisecond each. Code goes to workers on Dask, started with
    the first of it, so that a notebook that runs for a minute keeps nobody else waiting. What is waiting is derived
    from the inbox and the results at each start: nothing depends on this process living on.

    Parameters
    ----------
    code_workers
        Makes the workers for code; Dask on this machine by default.
    """

    def __init__(
        self,
        workspace: Workspace,
        database: Database,
        counts: Counts = "best",
        code_workers: Callable[[], Workers] | None = None,
    ) -> None:
        self.workspace = workspace
        self.database = database
        self._make_code_workers = code_workers or (
            lambda: DaskWorkers(WorkerSettings(workspace), threads=True, warm=True)
        )
        self._code_workers: Workers | None = None
        self._grading = Grading(workspace, database, counts=counts)
        self._jobs: list[_Job] = []
        self._done: list[tuple[_Job, Outcome | BaseException]] = []
        self._changed = Condition()
        self._stopping = False
        self._thread = Thread(target=self._run, name="grading", daemon=True)
        # Starting a cluster and running a classic assignment take seconds: neither holds up the thread above.
        self._slow = ThreadPoolExecutor(1, thread_name_prefix="grading-code")

    def start(self) -> None:
        """Begin, first with what an earlier process left waiting."""
        self._thread.start()

    def stop(self) -> None:
        """End after the submissions in hand; the rest stays in the inbox."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._slow.shutdown(wait=False, cancel_futures=True)
        if self._code_workers is not None:
            self._code_workers.close()

    def add(self, submission: Submission) -> None:
        """Grade a submission that has just been accepted."""
        folder = self.workspace.inbox(submission.class_id, submission.learner)
        self._put(_Job(time.monotonic(), folder / f"{submission.receipt}.json"))

    def waiting(self) -> list[Path]:
        """Return the submissions in the inbox that have neither a result nor a refusal, oldest first."""
        settled = self.database.settled()
        files = [path for path in submission_files(self.workspace) if (_class_of(path), path.stem) not in settled]
        return sorted(files, key=lambda path: path.stat().st_mtime_ns)

    def _put(self, job: _Job) -> None:
        with self._changed:
            heapq.heappush(self._jobs, job)
            self._changed.notify()

    def _next(self) -> tuple[list[_Job], list[tuple[_Job, Outcome | BaseException]]] | None:
        """Wait for jobs that are due or outcomes that have come; ``None`` at the end."""
        with self._changed:
            while not self._stopping:
                due: list[_Job] = []
                while self._jobs and len(due) < _AT_ONCE and self._jobs[0].due <= time.monotonic():
                    due.append(heapq.heappop(self._jobs))
                done, self._done = self._done, []
                if due or done:
                    return due, done
                self._changed.wait(max(0.0, self._jobs[0].due - time.monotonic()) if self._jobs else None)
            return None

    def _run(self) -> None:
        try:
            for path in self.waiting():
                self._put(_Job(time.monotonic(), path))
        except Exception as error:
            log.error("Could not look for waiting submissions: %s", type(error).__name__)
        while (found := self._next()) is not None:
            due, done = found
            summary = Summary()
            try:
                self._work(due, done, summary)
            except Exception as error:
                # A locked or full database, even for saying so: all of them stay, trying again is right.
                log.error("Grading %d submissions failed: %s", len(due) + len(done), type(error).__name__)
                for job in due:
                    summary.states.setdefault(job.path.stem, "delayed")
            for job in [*due, *(job for job, _ in done)]:
                if summary.states.get(job.path.stem) == "delayed":
                    self._again(job, summary.reasons.get(job.path.stem, ""))

    def _work(self, due: list[_Job], done: list[tuple[_Job, Outcome | BaseException]], summary: Summary) -> None:
        judged: list[Judged] = []
        for job, outcome in done:
            if isinstance(outcome, Judged):
                judged.append(outcome)
            elif isinstance(outcome, BaseException):
                summary.note(job.path.stem, "delayed", _told(outcome))
            else:
                self._grading.settle(outcome, summary)
        jobs = {(_class_of(job.path), job.path.stem): job for job in due}
        for submission in self._grading.take_many([job.path for job in due], summary):
            job = jobs[submission.class_id, submission.receipt]
            if submission.classic or submission.notebook is not None:
                self._slow.submit(self._start_code, job, submission)
                continue
            for outcome in self._grading.workers.judge([submission]):
                if isinstance(outcome, Judged):
                    judged.append(outcome)
                else:
                    self._grading.settle(outcome, summary)
        self._grading.record(judged, summary)

    def _start_code(self, job: _Job, submission: Submission) -> None:
        """Give code to the workers, in the thread for what is slow."""
        try:
            if self._code_workers is None:
                self._code_workers = self._make_code_workers()
            if submission.classic:
                self._grade_classic(job, submission)
                return
            future: Future[Outcome] = self._code_workers.start(submission)
            future.add_done_callback(lambda task: self._came(job, task.exception() or task.result()))
        except BaseException as error:
            self._came(job, error)

    def _grade_classic(self, job: _Job, submission: Submission) -> None:
        summary = Summary()
        Grading(self.workspace, self.database, self._code_workers).grade_classic(submission, summary)
        if summary.states.get(submission.receipt) == "delayed":
            self._came(job, Failed(submission, summary.reasons.get(submission.receipt, "")))

    def _came(self, job: _Job, outcome: Outcome | BaseException) -> None:
        with self._changed:
            self._done.append((job, outcome))
            self._changed.notify()

    def _again(self, job: _Job, reason: str) -> None:
        log.error("Grading %s failed, next try in %.1f s: %s", job.path.stem, job.pause, reason)
        try:
            self.database.set_submission_state(job.path.stem, _class_of(job.path), "grading", _DELAYED)
        except Exception as error:
            log.error("Could not note the delay of %s: %s", job.path.stem, type(error).__name__)
        self._put(_Job(time.monotonic() + job.pause, job.path, min(job.pause * 2, _LONGEST_PAUSE)))


def _told(error: BaseException) -> str:
    return f"SandboxMissing: {error}" if isinstance(error, SandboxMissing) else type(error).__name__


def _class_of(path: Path) -> str:
    return path.parent.parent.name
