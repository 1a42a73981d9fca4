"""The thread that looks, every second, whether something came by nbgrader's own Submit."""

from __future__ import annotations

import logging
from threading import Event, Thread

from grader.grading_worker import GradingWorker
from grader.intake import Intake

log = logging.getLogger("bdhai.services")

_PAUSE = 1.0  # seconds


class IntakeThread:
    """Looks, and gives what it took to the worker; what it could not give is found by the worker's next start."""

    def __init__(self, intake: Intake, worker: GradingWorker) -> None:
        self._intake = intake
        self._worker = worker
        self._ended = Event()
        self._thread = Thread(target=self._run, name="intake", daemon=True)

    def start(self) -> None:
        """Begin looking."""
        self._thread.start()

    def stop(self) -> None:
        """End after the look in hand."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._ended.wait(_PAUSE):
            try:
                for submission in self._intake.look():
                    self._worker.add(submission)
            except Exception as error:
                log.error("Could not look for nbgrader's submissions: %s", type(error).__name__)
