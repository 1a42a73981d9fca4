"""Item pools: a question that has several items of the same form, of which a learner sees one at a time.

The first is drawn from the learner's name, so neighbours see different ones and every device of a learner the same;
each further try takes the next. The number of the item is kept with the answer, and only there: whoever grades reads it
from the record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course.answers import MAX_ITEMS, Value, check_value
from course.preparation import current_preparation

if TYPE_CHECKING:
    from course.question import Question
    from course.widgets import QuestionWidget

_BLANK: Mapping[str, dict[str, Any]] = {
    "choice": {"kind": "choice", "picked": []},
    "short_text": {"kind": "text", "text": ""},
    "order": {"kind": "order", "order": []},
    "mark": {"kind": "mark", "marked": []},
    "dictation": {"kind": "dictation", "text": "", "spoken": False},
}

Pool = Sequence[Mapping[str, Any]]
"""The arguments in which items 2, 3… differ from item 1."""


def checked_pool(id: str, pool: Pool) -> list[dict[str, Any]]:
    """Return a pool as a list of mappings.

    Raises
    ------
    ValueError
        When it is longer than an answer record can tell.
    """
    if len(pool) + 1 > MAX_ITEMS:
        raise ValueError(f"{id}: nhiều nhất {MAX_ITEMS} bản của một câu.")
    return [dict(item) for item in pool]


def first_item(learner: str, lesson: str, question: str, items: int) -> int:
    """Draw the item that a learner sees first, from 1: the same on every device.

    FNV-1a of 32 bits, since the lesson page has to draw the same one (``host/items.js``).
    """
    mixed = 0x811C9DC5
    for byte in f"{learner}/{lesson}/{question}".encode():
        mixed = (mixed ^ byte) * 0x01000193 & 0xFFFFFFFF
    return mixed % items + 1


def drawn_item(lesson: str, question: Question) -> int:
    """Return the item that is seen first here: the first one where no learner is there."""
    if current_preparation():
        return 1
    from course.place import learner_name

    return first_item(learner_name(), lesson, question.name, question.items)


def next_item(item: int, items: int) -> int:
    """Return the item of the next try; after the last comes the first."""
    return item % items + 1


def blank_of(kind: str) -> Value:
    """Return the answer that says nothing, with which a learner begins another item."""
    return check_value(_BLANK[kind])


def on_another(widget: QuestionWidget, begin: Callable[[], None]) -> None:
    """Call back when the learner asks for another item."""

    def on_message(_widget: Any, content: Any, _buffers: Any) -> None:
        if isinstance(content, dict) and content.get("type") == "another":
            begin()

    widget.on_msg(on_message)


def show_items(widget: Any, items: list[dict[str, Any]], item: int) -> None:
    """Give a widget the traits of its items, and show one."""
    if len(items) > 1:
        widget.pool, widget.item_count = items, len(items)
        show_item(widget, item)
        return
    for name, value in items[0].items():
        setattr(widget, name, value)


def show_item(widget: QuestionWidget, item: int) -> None:
    """Put an item's words on a widget that has a pool; its answer is the caller's matter."""
    with widget.hold_sync():
        for name, value in widget.pool[item - 1].items():
            setattr(widget, name, value)
        widget.item = item
