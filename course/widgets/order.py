"""Items to put in order."""

from __future__ import annotations

from typing import Any

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._question import Letters, QuestionWidget
from course.widgets._widget import one_line, words_of


class Order(QuestionWidget):
    """Items that the learner moves up and down.

    Attributes
    ----------
    items
        The items as first listed (A, B, C…), safe HTML.
    right
        Practice only: the letters in the right order.
    reason
        Practice only: why, safe HTML.
    """

    _esm = module_source("order")
    _css = style_source("order")

    items = traitlets.List(traitlets.Unicode()).tag(sync=True)
    right = Letters().tag(sync=True)
    reason = traitlets.Unicode().tag(sync=True)

    def _describe_answer(self, answer: dict[str, Any]) -> str:
        items = {chr(ord("A") + index): words_of(item) for index, item in enumerate(self.items)}
        placed = [items[letter] for letter in answer.get("order", ()) if letter in items]
        return one_line("đã xếp " + "; ".join(f"{n}. {item}" for n, item in enumerate(placed, 1))) if placed else ""
