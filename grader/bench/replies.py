"""How well prepared replies are matched to requests that were kept apart from them."""

from __future__ import annotations

import statistics
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from course.ai.replies import reply
from course.ai.replies._tasks import tasks

REQUESTS = Path(__file__).with_suffix(".yml")
NONE = "none"


def measure(path: Path = REQUESTS) -> dict[str, Any]:
    """Match every request and say how it went.

    Returns
    -------
    dict
        ``tasks``: the replies there are. ``plain``, ``rambling``, ``seen`` (see the file), each with
        ``answerable``, the requests that a reply was written for: ``right``, ``wrong`` (another task's reply),
        ``unmatched`` (told that there is none), and of these ``offered``, whose task is among the three offered
        instead. ``outside``: requests that nobody wrote for; ``outside_answered`` of them got a reply that is
        not theirs. ``bare``: the same for all held-out requests typed without diacritics. ``microseconds``: of
        one answer, at the median. ``mistakes``: ``[request, wanted, got]``.
    """
    sets = yaml.safe_load(unicodedata.normalize("NFC", path.read_text("utf-8")))
    report: dict[str, Any] = {"tasks": len(tasks())}
    bare: list[_Case] = []
    every: list[_Case] = []
    for name, requests_by_task in sets.items():
        cases = [_case(request, wanted) for wanted, requests in requests_by_task.items() for request in requests]
        report[name] = _counts(cases)
        every += cases
        if name != "seen":
            bare += [case for case in cases if case.request.isascii()]
    report["bare"] = _counts(bare)
    report["microseconds"] = round(statistics.median(case.seconds for case in every) * 1e6)
    report["mistakes"] = [[case.request, case.wanted, case.got] for case in every if case.got != case.wanted]
    return report


@dataclass(frozen=True)
class _Case:
    request: str
    wanted: str
    got: str
    offered: bool
    seconds: float


def _case(request: str, wanted: str) -> _Case:
    if wanted != NONE and wanted not in tasks():
        raise ValueError(f"there is no task {wanted!r}")
    start = time.perf_counter()
    answer = reply([{"role": "user", "content": request}])
    seconds = time.perf_counter() - start
    offered = not answer.matched and wanted != NONE and tasks()[wanted].ask in answer.text
    return _Case(request, wanted, answer.key if answer.matched else NONE, offered, seconds)


def _counts(cases: list[_Case]) -> dict[str, int]:
    inside = [case for case in cases if case.wanted != NONE]
    outside = [case for case in cases if case.wanted == NONE]
    return {
        "answerable": len(inside),
        "right": sum(case.got == case.wanted for case in inside),
        "wrong": sum(case.got not in (case.wanted, NONE) for case in inside),
        "unmatched": sum(case.got == NONE for case in inside),
        "offered": sum(case.offered for case in inside),
        "outside": len(outside),
        "outside_answered": sum(case.got != NONE for case in outside),
    }
