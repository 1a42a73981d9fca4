"""One thing to do today."""

from __future__ import annotations

from typing import Any

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._question import QuestionWidget
from course.widgets._widget import words_of


class Today(QuestionWidget):
    """The task of "Ứng dụng ngay" and a box to tick when it is done.

    Attributes
    ----------
    task
        What to do, safe HTML.
    """

    _esm = module_source("today")
    _css = style_source("today")

    task = traitlets.Unicode().tag(sync=True)

    def describe_with(self, answer: dict[str, Any] | None, item: int = 1) -> str:
        """Return the task, and whether it is done."""
        done = bool(answer and answer.get("done"))
        return f"Ứng dụng ngay ({'đã làm' if done else 'chưa làm'}): {words_of(self.task)}"
