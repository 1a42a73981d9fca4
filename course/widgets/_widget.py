"""What every widget of a lesson has in common."""

from __future__ import annotations

import html
import re
from typing import Any

import anywidget

LONGEST = 300
"""How many characters of a learner's text a widget's one-line description shows."""


class LessonWidget(anywidget.AnyWidget):
    """A widget whose ``repr`` says, in Vietnamese, what a reader would see.

    That line is the ``text/plain`` output in a notebook, which nbgrader's formgrader shows and nbval compares, so it is
    the same for the same state: no ids, addresses or times.
    """

    def describe(self) -> str:
        """Return the one-line description."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.describe()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle[0]["text/plain"] = repr(self)  # anywidget cuts it to 110 characters
        return bundle


def one_line(text: str) -> str:
    """Put a learner's text on one line, and cut it when it is long."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def words_of(markup: str) -> str:
    """Return the words of authored HTML on one line."""
    spaced = re.sub(r"<(?:/?(?:p|ul|ol|li|h\d|tr|td|th|blockquote|pre)|br)\b[^>]*>", " ", markup)
    return one_line(html.unescape(re.sub(r"<[^>]+>", "", spaced)))
