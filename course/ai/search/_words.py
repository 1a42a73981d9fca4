"""Search by words: BM25 over Vietnamese syllables and pairs of them, with and without diacritics."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from course.ai.syllables import key_of

if TYPE_CHECKING:
    import numpy as np

_WORD = re.compile(r"[\w\u0300-\u036f]+")


def passage_terms(text: str) -> list[str]:
    """Return what a passage is found by.

    Each syllable as written, each without diacritics, and each pair of neighbours without diacritics: most Vietnamese
    words are two syllables, and "nhà văn" is not "văn nhà".
    """
    keys = _keys(text)
    return [term for key, bare in keys for term in (key, f"~{bare}")] + _pairs(keys)


def query_terms(text: str) -> list[str]:
    """Return what to look for: syllables as written, or bare where the text is typed without diacritics; and pairs."""
    keys = _keys(text)
    return [f"~{bare}" if text.isascii() else key for key, bare in keys] + _pairs(keys)


def _keys(text: str) -> list[tuple[str, str]]:
    return [key_of(word) for word in _WORD.findall(text)]


def _pairs(keys: Sequence[tuple[str, str]]) -> list[str]:
    return [f"~{bare} {following}" for (_, bare), (_, following) in pairwise(keys)]


class WordIndex:
    """BM25 over passages."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        documents = [passage_terms(text) for text in texts]
        self._count = len(documents)
        self._in = Counter(term for document in documents for term in set(document))
        self._bm25 = bm25s.BM25()
        if self._in:
            self._bm25.index(documents, show_progress=False)

    def scores(self, query: str) -> np.ndarray:
        """Return the share of the query's words that each passage has, rare words counting more; 0 to about 1.

        Shape ``(passages,)``. It is BM25's score over the most that a passage could score when each word is met once.
        """
        import numpy as np

        wanted = query_terms(query)
        known = [term for term in wanted if term in self._in]
        if not known:
            return np.zeros(self._count)
        return np.asarray(self._bm25.get_scores(known)) / sum(map(self._rarity, wanted))

    def _rarity(self, term: str) -> float:
        has = self._in[term]
        return math.log(1 + (self._count - has + 0.5) / (has + 0.5))
