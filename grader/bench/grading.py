"""How fast the grader is beside stock nbgrader, how it grows, how long a learner waits, and how near the floor it is.

Both sides grade the same submissions on the same machine in one run, each by its own command from start to end, and
each writes nbgrader's gradebook and the autograded notebooks. Submissions lie ready (in our inbox, in stock's
``submitted/``), and the assignment is generated, before either is timed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from grader.bench.grading_class import (
    CLASS,
    as_json_line,
    environment,
    fresh_class,
    handed_in,
    put_into_inbox,
    put_into_submitted,
    run_ours,
    run_stock,
    scores,
    workspace_of,
)
from grader.bench.grading_latency import latency
from grader.bench.report import machine
from grader.workspace import Workspace

PANDAS_LESSON, PLAIN_LESSON = "level4/04", "level1/03"
FLOOR_AT_MOST = 200
"""Forking a process for each submission takes as long for the first as for the last, so a part of them will do."""
Say = Callable[[str], None]


def bench_grading(
    repository: Workspace,
    say: Say,
    *,
    with_code: int = 200,
    plain: int = 2000,
    stock_with_code: int = 40,
    stock_plain: int = 60,
    growth: Sequence[int] = (1000, 10_000, 50_000),
    rates: Sequence[int] = (1, 10, 50),
) -> dict[str, Any]:
    """Measure everything.

    Parameters
    ----------
    with_code, plain
        Submissions of the pandas lesson and of the lesson without code that ours grades.
    stock_with_code, stock_plain
        How many of the same submissions stock grades: each takes it seconds, and the time for all is its time for these
        times their number, which is said in the result.
    growth
        Sizes of classes to see how the time grows.
    rates
        Submissions a second, while a whole class is graded again, for the time a learner waits.
    """
    pandas = _compare(repository, PANDAS_LESSON, with_code, min(stock_with_code, with_code), say)
    nocode = _compare(repository, PLAIN_LESSON, plain, min(stock_plain, plain), say)
    return {
        "pandas_ratio": pandas["ratio"],
        "nocode_ratio": nocode["ratio"],
        "scores_equal": pandas["scores_equal"] and nocode["scores_equal"],
        "pandas": pandas,
        "nocode": nocode,
        "growth": [_grow(repository, count, workers, say) for count in growth for workers in (1, 2)],
        "latency": latency(repository, rates, say),
        "measured_on": machine(),
    }


def _compare(repository: Workspace, lesson: str, count: int, stock_count: int, say: Say) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bdhai-bench-") as folder:
        ours = workspace_of(Path(folder) / "ours", repository, lesson)
        stock = workspace_of(Path(folder) / "stock", repository, lesson)
        for workspace in (ours, stock):
            fresh_class(workspace, lesson)
        put_into_inbox(ours, handed_in(ours, lesson, count))
        put_into_submitted(stock, lesson, islice(handed_in(stock, lesson, count), stock_count))
        say(f"{lesson}: {count} bài, máy chấm của bộ học")
        own = run_ours(ours)
        say(f"{lesson}: {count} bài, không cách ly, không sổ điểm")
        floor_count = min(count, FLOOR_AT_MOST)
        floor = _floor(ours, lesson, floor_count)["seconds"] / floor_count * count
        say(f"{lesson}: {stock_count} bài, nbgrader autograde")
        theirs = run_stock(stock, lesson)
        ours_scores, stock_scores = scores(ours), scores(stock)
    different = {
        learner: [ours_scores.get(learner), score]
        for learner, score in stock_scores.items()
        if ours_scores.get(learner) != score
    }
    for_all = theirs.seconds / stock_count * count
    return {
        "lesson": lesson,
        "submissions": count,
        "seconds": round(own.seconds, 2),
        "peak_mb": round(own.peak_mb),
        "stock_submissions": stock_count,
        "stock_seconds": round(theirs.seconds, 2),
        "stock_seconds_for_all": round(for_all, 1),
        "stock_was_scaled": stock_count < count,
        "ratio": round(for_all / own.seconds, 1),
        "scores_equal": not different and len(ours_scores) == count and len(stock_scores) == stock_count,
        "scores_compared": len(stock_scores),
        "scores_different": different,
        "distinct_scores": sorted(set(ours_scores.values())),
        "floor_submissions": floor_count,
        "floor_seconds_for_all": round(floor, 2),
        "times_the_floor": round(own.seconds / floor, 2),
    }


def _floor(workspace: Workspace, lesson: str, count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "grader.bench.grading_floor", lesson, str(os.cpu_count())]
    lines = "\n".join(as_json_line(handed) for handed in handed_in(workspace, lesson, count))
    done = subprocess.run(command, input=lines, capture_output=True, text=True, env=environment(workspace), check=True)
    return json.loads(done.stdout)


def _grow(repository: Workspace, count: int, workers: int, say: Say) -> dict[str, Any]:
    say(f"{count} bài không mã, {workers} tiến trình")
    with tempfile.TemporaryDirectory(prefix="bdhai-bench-") as folder:
        workspace = workspace_of(Path(folder), repository, PLAIN_LESSON)
        fresh_class(workspace, PLAIN_LESSON)
        put_into_inbox(workspace, handed_in(workspace, PLAIN_LESSON, count))
        run = run_ours(workspace, workers=workers)
        graded = len(scores(workspace))
    return {
        "class": CLASS,
        "submissions": count,
        "workers": workers,
        "seconds": round(run.seconds, 1),
        "ms_each": round(run.seconds / count * 1000, 2),
        "peak_mb": round(run.peak_mb),
        "graded": graded,
    }
