"""How well the prompt coach sees the parts of a request, and how long it takes, on requests kept from its rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from statistics import median
from typing import Any

from course.ai.coach import PARTS, coach
from course.ai.syllables import without_diacritics


@dataclass(frozen=True)
class Labelled:
    """A request, whose it is ("cb", "nd", "tn", "hs", "pn", "tt"), and the parts that a person sees in it."""

    who: str
    parts: frozenset[str]
    text: str


def labelled(name: str = "held_out") -> list[Labelled]:
    """Read a labelled set: ``held_out`` (written before the rules, never used to change them) or ``development``."""
    table = (files("grader.bench") / "data" / "coach" / f"{name}.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines()[1:]]
    return [Labelled(who, frozenset(parts.split()), text) for who, parts, text in rows]


def measure() -> dict[str, Any]:
    """Measure the coach on the held-out set.

    Returns
    -------
    dict
        ``coach_precision`` and ``coach_recall`` by part (shares from 0 to 1), the same ``_without_diacritics`` (every
        request stripped of them), ``coach_requests`` (how many), ``coach_positives`` (how many have each part) and
        ``coach_us_per_message`` (microseconds, median over the requests of the best of five).
    """
    requests = labelled()
    precision, recall = scores(requests)
    bare_precision, bare_recall = scores(requests, without_diacritics)
    return {
        "coach_requests": len(requests),
        "coach_positives": {part: sum(part in one.parts for one in requests) for part in PARTS},
        "coach_precision": precision,
        "coach_recall": recall,
        "coach_precision_without_diacritics": bare_precision,
        "coach_recall_without_diacritics": bare_recall,
        "coach_us_per_message": round(median(_microseconds(one.text) for one in requests), 1),
    }


def scores(
    requests: Iterable[Labelled], changed: Callable[[str], str] = str
) -> tuple[dict[str, float], dict[str, float]]:
    """Return precision and recall by part; 1.0 where there was nothing to be wrong about."""
    right, seen, there = (dict.fromkeys(PARTS, 0) for _ in range(3))
    for request in requests:
        present = coach(changed(request.text)).present
        for part in PARTS:
            seen[part] += part in present
            there[part] += part in request.parts
            right[part] += part in present and part in request.parts
    return (
        {part: round(right[part] / seen[part], 3) if seen[part] else 1.0 for part in PARTS},
        {part: round(right[part] / there[part], 3) if there[part] else 1.0 for part in PARTS},
    )


def _microseconds(text: str) -> float:
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        coach(text)
        best = min(best, time.perf_counter() - start)
    return best * 1e6
