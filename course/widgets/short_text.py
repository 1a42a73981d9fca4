"""A short text that should hold certain parts."""

from __future__ import annotations

from typing import Any

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._question import QuestionWidget
from course.widgets._widget import one_line


class ShortText(QuestionWidget):
    """A text field and the parts that the text should hold.

    Attributes
    ----------
    rows
        Height of the field, in lines.
    placeholder
        What stands in the empty field, plain text.
    parts
        Names of the parts, plain text; a reminder when graded, a live check in practice.
    find
        Practice only: words by part. A part is there when one of its words stands in the text as a whole word;
        ``re:`` begins a regular expression that JavaScript understands too.
    example
        A text to compare with, plain text, shown on request; empty for none.
    """

    _esm = module_source("short_text")
    _css = style_source("short_text")

    rows = traitlets.Int(4).tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)
    parts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    find = traitlets.Dict().tag(sync=True)
    example = traitlets.Unicode().tag(sync=True)

    def _describe_answer(self, answer: dict[str, Any]) -> str:
        text = one_line(answer.get("text", ""))
        return f"đã viết “{text}”" if text else ""
