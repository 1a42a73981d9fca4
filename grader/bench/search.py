"""How often search by meaning and search by words find the passage that answers, and how often they rightly refuse."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from statistics import median
from typing import Any

import yaml

from course.ai.search import By, Hit, Index, Passage, index

ANSWERED = ("near", "some", "far")
"""Kinds of question that a passage answers."""


@dataclass(frozen=True)
class Question:
    """A question of the labelled set.

    Attributes
    ----------
    set
        ``test`` or ``calibration``.
    kind
        ``near`` (words in common with the answer), ``some`` (few), ``far`` (no content word), ``none`` (nothing answers
        it); in the calibration set ``answered`` and ``none``.
    answer
        The name of the passage that answers it, or "".
    text
        The question.
    """

    set: str
    kind: str
    answer: str
    text: str


def passages() -> dict[str, Passage]:
    """Read the passages by name; the commune in them is made up."""
    data = yaml.safe_load((files("grader.bench") / "data" / "search" / "passages.yml").read_text("utf-8"))
    return {
        name: Passage(text, f"{source}, mục {name}") for source, part in data.items() for name, text in part.items()
    }


def questions(which: str = "test") -> list[Question]:
    """Read the questions of a set."""
    table = (files("grader.bench") / "data" / "search" / "questions.tsv").read_text("utf-8")
    return [one for line in table.splitlines()[1:] if (one := Question(*line.split("\t"))).set == which]


def measure() -> dict[str, Any]:
    """Measure the search on the test questions.

    Returns
    -------
    dict
        ``search_recall_at_1``, ``search_recall_at_3`` by way (``both``, ``meaning``, ``words``) and kind of question;
        ``search_says`` by way: the share of each kind that `Index.says` answers (of ``none``: wrongly);
        ``search_ms_per_query`` by way, median.

    Raises
    ------
    NotInstalled
        If the model is not installed.
    """
    by_name = passages()
    found = index(by_name.values(), by_meaning=True)
    asked = questions()
    found.search("chè", by="meaning"), found.search("che", by="meaning")  # the passages are read before the clock runs
    ways: tuple[By, ...] = ("both", "meaning", "words")
    answered = {way: [_ask(found, one, way) for one in asked] for way in ways}
    return {
        "search_passages": len(by_name),
        "search_questions": {kind: sum(one.kind == kind for one in asked) for kind in (*ANSWERED, "none")},
        "search_recall_at_1": {way: _recall(by_name, answered[way], 1) for way in ways},
        "search_recall_at_3": {way: _recall(by_name, answered[way], 3) for way in ways},
        "search_says": {way: _says(found, answered[way]) for way in ("both", "words")},
        "search_ms_per_query": {way: round(median(one.milliseconds for one in answered[way]), 2) for way in ways},
    }


@dataclass(frozen=True)
class _Answered:
    question: Question
    hits: list[Hit]
    milliseconds: float


def _ask(found: Index, question: Question, way: By) -> _Answered:
    start = time.perf_counter()
    hits = found.search(question.text, 5, way)
    return _Answered(question, hits, (time.perf_counter() - start) * 1e3)


def _recall(by_name: dict[str, Passage], answered: list[_Answered], count: int) -> dict[str, float]:
    """Return the share of questions, by kind, whose passage is among the first `count`."""
    return {
        kind: _share(
            by_name[one.question.answer] in [hit.passage for hit in one.hits[:count]]
            for one in answered
            if one.question.kind == kind
        )
        for kind in ANSWERED
    }


def _says(found: Index, answered: list[_Answered]) -> dict[str, float]:
    """Return the share of questions, by kind, that the index takes for answered."""
    return {
        kind: _share(found.says(one.hits) for one in answered if one.question.kind == kind)
        for kind in (*ANSWERED, "none")
    }


def _share(outcomes: Iterable[bool]) -> float:
    counted = list(outcomes)
    return round(sum(counted) / len(counted), 3)
