"""A picture of the lesson."""

from __future__ import annotations

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._widget import LessonWidget, one_line


class Picture(LessonWidget):
    """A picture that a tap makes larger, with its words for a screen reader and for a voice.

    Attributes
    ----------
    picture
        The author's SVG; empty where its file is missing, and then ``alt`` is shown.
    alt
        What is in the picture, plain text.
    caption
        A line below it, safe HTML; may be empty.
    """

    _esm = module_source("picture")
    _css = style_source("picture")

    picture = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)

    def describe(self) -> str:
        """Return what is in the picture."""
        return f"Ảnh: {one_line(self.alt)}"
