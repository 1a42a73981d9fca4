"""The tasks nearest to a request that no rule matched: offered, never answered with."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache
from itertools import pairwise

from course.ai.replies._tasks import tasks
from course.ai.replies._words import bare, clean, read_as, spelled_out, typed_with_marks

_WORD = re.compile(r"[^\W\d_]+")
_LEAST = 4.0
"""Below it two texts share no more than any two do: a rare word weighs 4.4 among 81 tasks, a common one less than 1."""


def nearness(request: str) -> dict[str, float]:
    """Return how much a request shares with each task: its words and word pairs, the rarer the more; little is 0."""
    plain = read_as(spelled_out(clean(request)))
    marked = typed_with_marks(plain)
    said = set(_terms(plain, marked))
    weights = _weights(marked)
    shared = {key: sum(weights[term] for term in said & terms) for key, terms in _task_terms(marked).items()}
    return {key: weight if weight >= _LEAST else 0.0 for key, weight in shared.items()}


def _terms(plain: str, marked: bool) -> list[str]:
    words = _WORD.findall(plain if marked else bare(plain))
    # A Vietnamese word is often two syllables: a shared pair says more than two shared syllables.
    return [*words, *map(" ".join, pairwise(words))]


@cache
def _task_terms(marked: bool) -> dict[str, set[str]]:
    return {
        key: set(_terms(read_as(clean(" ".join([task.title, task.ask, *task.find, task.full]))), marked))
        for key, task in tasks().items()
    }


@cache
def _weights(marked: bool) -> Counter[str]:
    counts = Counter(term for terms in _task_terms(marked).values() for term in terms)
    return Counter({term: math.log(len(tasks()) / count) for term, count in counts.items()})
