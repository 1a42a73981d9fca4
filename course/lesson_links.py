"""What ties some widgets of a lesson to more than their own answer: a chat to the assistant, a work to the talks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.lesson import Lesson
    from course.widgets import LessonWidget, Work


def link(lesson: Lesson, widget: LessonWidget) -> None:
    """Tie a widget that was just shown to what it needs; most need nothing."""
    from course.widgets import Chat, Work

    if isinstance(widget, Chat):
        from course.lesson_chat import connect

        connect(lesson, widget)
    elif isinstance(widget, Work):
        _follow_talks(lesson, widget)


def _follow_talks(lesson: Lesson, work: Work) -> None:
    """Let a piece of work see what was said in the chats shown before it, now and later."""
    from course.widgets import Chat

    chats = [shown for _, shown in lesson.shown.values() if isinstance(shown, Chat)]

    def hand_on(_change: Any = None) -> None:
        messages = [message for chat in chats for message in (chat.answer or {}).get("messages", ())]
        work.talk = [{"role": one.get("role"), "text": one.get("text")} for one in messages]

    for chat in chats:
        chat.observe(hand_on, "answer")
    hand_on()
