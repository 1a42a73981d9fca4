"""How long a learner waits from handing in to the result, while a whole class is being graded again."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.bench.grading_class import (
    CLASS,
    environment,
    fresh_class,
    handed_in,
    put_into_inbox,
    run_ours,
    workspace_of,
)
from grader.grading import Grading, Summary, database_of
from grader.grading_worker import GradingWorker
from grader.inbox import accept
from grader.judged import Judged
from grader.worker import WorkerSettings
from grader.workers import DaskWorkers
from grader.workspace import Workspace

LESSON = "level1/03"
CLASS_SIZE = 2000
SECONDS = 20


def latency(repository: Workspace, rates: Sequence[int], say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure at so many submissions a second, each rate for some seconds.

    Returns
    -------
    list of dict
        ``per_second``, ``submissions``, and the wait in seconds: ``median_s``, ``p95_s``, ``p99_s``, ``longest_s``.
    """
    with tempfile.TemporaryDirectory(prefix="bdhai-bench-") as folder:
        workspace = workspace_of(Path(folder), repository, LESSON)
        fresh_class(workspace, LESSON)
        put_into_inbox(workspace, handed_in(workspace, LESSON, CLASS_SIZE))
        run_ours(workspace)
        return [_at_rate(workspace, rate, say) for rate in rates]


def _at_rate(workspace: Workspace, rate: int, say: Callable[[str], None]) -> dict[str, Any]:
    say(f"{rate} bài mỗi giây, trong lúc chấm lại cả lớp")
    database = database_of(workspace)
    worker = GradingWorker(workspace, database, code_workers=lambda: DaskWorkers(WorkerSettings(workspace)))
    done: dict[str, float] = {}
    _note_results(worker._grading, done)
    stop = threading.Event()
    regrading = threading.Thread(target=_regrade_until, args=(workspace, stop))
    started: dict[str, float] = {}
    worker.start()
    regrading.start()
    try:
        begin = time.perf_counter()
        for number, handed in enumerate(handed_in(workspace, LESSON, rate * SECONDS)):
            time.sleep(max(0.0, begin + number / rate - time.perf_counter()))
            at = time.perf_counter()
            submission = accept(workspace, CLASS, f"moi{rate}-{handed.learner}", handed.record)
            started[submission.receipt] = at
            worker.add(submission)
        limit = time.perf_counter() + 120
        while not done.keys() >= started.keys() and time.perf_counter() < limit:
            time.sleep(0.05)
    finally:
        stop.set()
        regrading.join()
        worker.stop()
        database.close()
    waits = sorted(done[receipt] - at for receipt, at in started.items() if receipt in done)
    cuts = statistics.quantiles(waits, n=100, method="inclusive")
    return {
        "per_second": rate,
        "submissions": len(started),
        "graded": len(waits),
        "median_s": round(statistics.median(waits), 3),
        "p95_s": round(cuts[94], 3),
        "p99_s": round(cuts[98], 3),
        "longest_s": round(waits[-1], 3),
    }


def _note_results(grading: Grading, done: dict[str, float]) -> None:
    """Note when each result stands in the gradebook and in the results table."""
    record = grading.record

    def noting(judged: Sequence[Judged], summary: Summary) -> None:
        record(judged, summary)
        now = time.perf_counter()
        done.update(
            {one.submission.receipt: now for one in judged if summary.states[one.submission.receipt] == "graded"}
        )

    grading.record = noting  # type: ignore[method-assign]


def _regrade_until(workspace: Workspace, stop: threading.Event) -> None:
    command = [sys.executable, "-m", "grader.cli", "grade", CLASS, "--again"]
    quiet = subprocess.DEVNULL
    while not stop.is_set():
        process = subprocess.Popen(command, env=environment(workspace), stdout=quiet, stderr=quiet)
        while process.poll() is None:
            if stop.wait(0.2):
                process.terminate()
                process.wait()
