"""Something that code works out: what is wanted, and what was handed over."""

from __future__ import annotations

from typing import Any

import traitlets
from pydantic import ValidationError

from course.answers import check_value
from course.received import summary
from course.widgets._assets import module_source, style_source
from course.widgets._question import QuestionWidget
from course.widgets._widget import one_line


class Task(QuestionWidget):
    """A question that ``lesson.answer`` answers; the widget itself never writes an answer.

    Attributes
    ----------
    wants
        ``"number"``, ``"text"``, ``"table"``, ``"chart"`` or ``"file"``.
    unit
        What is counted, plain text.
    kernel
        Whether code can run here. On the lesson page it cannot.
    feedback
        Of the last ``lesson.answer``: empty, ``{"sign": "wait", "message": …}`` for a value that could not be taken, or
        in practice ``{"sign": "right", "reasons": […]}``.
    """

    _esm = module_source("task")
    _css = style_source("task")

    wants = traitlets.Unicode("number").tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    kernel = traitlets.Bool(True).tag(sync=True)
    feedback = traitlets.Dict().tag(sync=True)

    def _describe_answer(self, answer: dict[str, Any]) -> str:
        try:
            value = check_value(answer)
        except ValidationError:
            return ""
        return one_line(f"đã nộp {summary(value, self.unit)}")
