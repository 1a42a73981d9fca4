"""A text of the lesson."""

from __future__ import annotations

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._widget import LessonWidget, words_of


class Text(LessonWidget):
    """A text that may differ by audience and can be read aloud.

    Attributes
    ----------
    html
        The text, safe HTML.
    speech
        The same as plain text, for a voice.
    tone
        ``"story"``, ``"tip"`` or ``"plain"``.
    """

    _esm = module_source("text")
    _css = style_source("text")

    html = traitlets.Unicode().tag(sync=True)
    speech = traitlets.Unicode().tag(sync=True)
    tone = traitlets.Enum(["story", "tip", "plain"], default_value="plain").tag(sync=True)

    def describe(self) -> str:
        """Return the text's words."""
        return words_of(self.html)
