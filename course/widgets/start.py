"""The greeting of a lesson."""

from __future__ import annotations

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._widget import LessonWidget


class Start(LessonWidget):
    """Greeting, choice of audience and text size.

    Attributes
    ----------
    title
        The lesson's title, plain text.
    greeting
        For example ``"Chào bà con!"``, plain text.
    audience
        Id of the chosen audience. The learner's side writes it.
    audiences
        ``[{"id", "label"}]``, labels in plain text.
    """

    _esm = module_source("start")
    _css = style_source("start")

    title = traitlets.Unicode().tag(sync=True)
    greeting = traitlets.Unicode().tag(sync=True)
    audience = traitlets.Unicode().tag(sync=True)
    audiences = traitlets.List(traitlets.Dict()).tag(sync=True)

    def describe(self) -> str:
        """Return the title and the audience."""
        label = next((one["label"] for one in self.audiences if one["id"] == self.audience), "")
        return f"{self.title} ({label})" if label else self.title
