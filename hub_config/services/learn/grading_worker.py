"""The background worker that grades submissions, one at a time, and forgets none."""

from __future__ import annotations

import heapq
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread

from grader.database import Database
from grader.grading import Grading
from grader.inbox import Submission, submission_files
from grader.workspace import Workspace

log = logging.getLogger("bdhai.services")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 300.0  # seconds
_DELAYED = "Máy chấm đang bận. Bài đã được cất giữ, có điểm sẽ hiện ở đây."


@dataclass(order=True)
class _Job:
    due: float
    path: Path = field(compare=False)
    pause: float = field(default=_FIRST_PAUSE, compare=False)


class GradingWorker:
    """One thread that takes submissions from the inbox to the gradebooks and the results table.

    A class's gradebook has one writer, and this thread is it. What is waiting is derived from the inbox and the results
    table at each start, so nothing depends on this process living on.
    """

    def __init__(self, workspace: Workspace, database: Database) -> None:
        self.workspace = workspace
        self.database = database
        self._grade_file = Grading(workspace, database).grade_file
        self._jobs: list[_Job] = []
        self._changed = Condition()
        self._stopping = False
        self._thread = Thread(target=self._run, name="grading", daemon=True)

    def start(self) -> None:
        """Begin, first with what an earlier process left waiting."""
        self._thread.start()

    def stop(self) -> None:
        """End after the submission in hand; the rest stays in the inbox."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def add(self, submission: Submission) -> None:
        """Grade a submission that has just been accepted."""
        folder = self.workspace.inbox(submission.class_id, submission.learner)
        self._put(_Job(time.monotonic(), folder / f"{submission.receipt}.json"))

    def waiting(self) -> list[Path]:
        """Return the submissions in the inbox that are neither graded nor refused nor replaced, oldest first."""
        settled = {(row.class_id, row.receipt) for row in self.database.submissions() if row.state != "grading"}
        settled |= {(row.class_id, row.receipt) for row in self.database.results()}
        files = [path for path in submission_files(self.workspace) if (_class_of(path), path.stem) not in settled]
        return sorted(files, key=lambda path: path.stat().st_mtime_ns)

    def _put(self, job: _Job) -> None:
        with self._changed:
            heapq.heappush(self._jobs, job)
            self._changed.notify()

    def _next(self) -> _Job | None:
        with self._changed:
            while not self._stopping:
                if not self._jobs:
                    self._changed.wait()
                elif (pause := self._jobs[0].due - time.monotonic()) > 0:
                    self._changed.wait(pause)
                else:
                    return heapq.heappop(self._jobs)
            return None

    def _run(self) -> None:
        try:
            for path in self.waiting():
                self._put(_Job(time.monotonic(), path))
        except Exception as error:
            log.error("Could not look for waiting submissions: %s", type(error).__name__)
        while (job := self._next()) is not None:
            try:
                self._grade_file(job.path)
            except Exception as error:
                # A locked gradebook, a full disk, a lesson being edited: the submission stays, trying again is right.
                log.error("Grading %s failed, next try in %.1f s: %s", job.path.stem, job.pause, type(error).__name__)
                self._tell_delayed(job)
                pause = min(job.pause * 2, _LONGEST_PAUSE)
                self._put(_Job(time.monotonic() + job.pause, job.path, pause))

    def _tell_delayed(self, job: _Job) -> None:
        try:
            self.database.set_submission_state(job.path.stem, _class_of(job.path), "grading", _DELAYED)
        except Exception as error:
            log.error("Could not note the delay of %s: %s", job.path.stem, type(error).__name__)


def _class_of(path: Path) -> str:
    return path.parent.parent.name
