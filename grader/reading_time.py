"""How long a lesson takes: what is read, and what is done."""

from __future__ import annotations

import re
from typing import Any

from course.markup import plain_text
from course.widgets import LessonWidget
from grader.judge import PreparedLesson
from grader.source_notebook import read_notebook, without_mark_scheme

WORDS_A_MINUTE = 150
TASK_SECONDS = {
    "choice": 20,
    "short_text": 75,
    "order": 40,
    "mark": 40,
    "dictation": 75,
    "task": 90,
    "chat": 60,
    "work": 240,
    "today": 10,
}
"""Seconds to do a task, beside reading it."""

_READ_TRAITS = (
    "ask",
    "html",
    "options",
    "items",
    "pieces",
    "say",
    "recorded",
    "task",
    "parts",
    "example",
    "tries",
    "checks",
    "alt",
)


def lesson_minutes(prepared: PreparedLesson) -> float:
    """Return a lesson's minutes for its audience, to one decimal.

    Of the reasons of a practice question a learner reads one, that of the option picked; the longest is counted.
    """
    words = sum(
        _words(plain_text(without_mark_scheme(cell.source)))
        for cell in read_notebook(prepared.source).cells
        if cell.cell_type == "markdown"
    )
    seconds = 0
    for question, widget in prepared.lesson.shown.values():
        words += _words_of(widget)
        seconds += TASK_SECONDS.get(question.kind, 0)
    return round(words / WORDS_A_MINUTE + seconds / 60, 1)


def _words_of(widget: LessonWidget) -> int:
    """Count what is read of a widget; of a question with several items, of the longest."""
    shown = {name: getattr(widget, name, "") for name in (*_READ_TRAITS, "reasons")}
    return max(_words_of_traits({**shown, **item}) for item in getattr(widget, "pool", None) or [{}])


def _words_of_traits(traits: dict[str, Any]) -> int:
    total = sum(_words(text) for name in _READ_TRAITS for text in _texts(traits[name]))
    return total + max(map(_words, _texts(traits["reasons"])), default=0)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return (
            _texts(value["text"]) if "text" in value else [text for inner in value.values() for text in _texts(inner)]
        )
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list) else []


def _words(text: str) -> int:
    """Count Vietnamese syllables, which is what people mean by words a minute."""
    return len(re.findall(r"\w+", re.sub(r"<[^>]+>", " ", text)))
