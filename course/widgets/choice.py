"""Options to pick from: one, or several."""

from __future__ import annotations

from typing import Any

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._question import Letters, QuestionWidget
from course.widgets._widget import one_line, words_of


class Choice(QuestionWidget):
    """Options as cards, lettered A, B, C…

    Attributes
    ----------
    options
        The options in order, safe HTML.
    several
        Whether more than one may be picked.
    right
        Practice only: the letters that are right.
    reasons
        Practice only: the reason for each option, safe HTML; a list in the options' order, or a mapping by letter.
    """

    _esm = module_source("choice")
    _css = style_source("choice")

    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    several = traitlets.Bool(False).tag(sync=True)
    right = Letters().tag(sync=True)
    reasons = traitlets.Union([traitlets.List(), traitlets.Dict()], default_value=[]).tag(sync=True)

    def _describe_answer(self, answer: dict[str, Any]) -> str:
        options = {chr(ord("A") + index): words_of(option) for index, option in enumerate(self.options)}
        picked = [f"{letter}. {options[letter]}" for letter in answer.get("picked", ()) if letter in options]
        return one_line("đã chọn " + "; ".join(picked)) if picked else ""
