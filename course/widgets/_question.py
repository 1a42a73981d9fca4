"""The traits that all questions share, and the description of an answer."""

from __future__ import annotations

from typing import Any

import traitlets

from course.widgets._widget import LessonWidget


class Letters(traitlets.List):
    """A list of letters or numbers as strings; ``"BAC"``, ``[2, 5]`` and ``None`` are taken too."""

    def set(self, obj: Any, value: Any) -> None:
        """Turn what an author may write into a list of strings."""
        super().set(obj, [str(one) for one in value or ()])


class QuestionWidget(LessonWidget):
    """A question: what is asked, the answer so far, whether it is kept, and what it earned.

    Attributes
    ----------
    question
        Id within the lesson, for example ``"q3"``.
    label
        What a learner calls it: ``"Câu 3"`` or ``"Luyện tập"``.
    ask
        What is asked, safe HTML.
    graded
        Whether it counts. A graded question shows no feedback before its ``result``.
    points
        What it is worth; 0 when that is not to be shown.
    answer
        The answer's value as ``docs/architecture.md`` gives it, or ``None``. The learner's side writes it.
    saved
        ``""``, ``"saving"``, ``"saved"``, ``"waiting"`` or ``"error"``.
    saved_note
        A sentence to show instead of the usual words for ``saved``.
    result
        ``None``, or a question of ``api/results``: ``{"id", "points", "max_points", "sign", "reasons"}``.
    item
        Which item is shown where the question has a pool, from 1.
    item_count
        How many there are. The learner's side asks for the next by the message ``{"type": "another"}``.
    picture
        The SVG of what is asked about, put above the answer; empty without one.
    alt
        What is in that picture, plain text.
    pool
        The traits of every item, for whoever shows another; empty without a pool. Stays on this side.
    """

    question = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    ask = traitlets.Unicode().tag(sync=True)
    graded = traitlets.Bool(False).tag(sync=True)
    points = traitlets.Float(0).tag(sync=True)
    answer = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)
    saved = traitlets.Enum(["", "saving", "saved", "waiting", "error"], default_value="").tag(sync=True)
    saved_note = traitlets.Unicode().tag(sync=True)
    result = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)
    item = traitlets.Int(1).tag(sync=True)
    item_count = traitlets.Int(1).tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    pool = traitlets.List(traitlets.Dict())

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._items: dict[int, QuestionWidget] = {}

    def describe(self) -> str:
        """Return the label and the answer in words."""
        return self.describe_with(self.answer, self.item)

    def describe_with(self, answer: dict[str, Any] | None, item: int = 1) -> str:
        """Return what ``describe`` would say if this were the answer, as the grader asks for many learners.

        Parameters
        ----------
        item
            Which item of its pool it answers.
        """
        if item != self.item and item <= len(self.pool):
            return self._as_item(item).describe_with(answer, item)
        words = self._describe_answer(answer) if answer else ""
        return f"{self.label or 'Câu hỏi'}: {words or 'chưa trả lời'}"

    def _as_item(self, item: int) -> QuestionWidget:
        if item not in self._items:
            self._items[item] = type(self)(**self.pool[item - 1], item=item)
        return self._items[item]

    def _describe_answer(self, answer: dict[str, Any]) -> str:
        """Put an answer in words; an empty text when it says nothing."""
        raise NotImplementedError
