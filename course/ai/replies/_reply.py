"""Answer a conversation from the replies written beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.ai.replies._compose import compose
from course.ai.replies._details import Details, details
from course.ai.replies._follow import Wish, adds_only, only_wishes, wishes
from course.ai.replies._near import nearness
from course.ai.replies._small_talk import small_talk
from course.ai.replies._tasks import Task, tasks
from course.ai.replies._words import clean, read_as, spelled_out

LABEL = "Trả lời soạn sẵn – không phải AI"
"""Stands on every reply."""

LONGEST = 2000
"""Letters of a message that are read: intent and parts stand at the start of a request, pasted material after it."""

TURNS = 20
"""Messages of a learner that are read, the last ones."""


@dataclass(frozen=True)
class Reply:
    """An answer written beforehand.

    Attributes
    ----------
    text
        In Vietnamese, plain text with line ends.
    matched
        Whether a reply was written for what was asked.
    missing
        The parts that the request lacks, of ``noi``, ``luc``, ``ai``, ``dang``.
    key
        The task, as in the data; ``""`` when none was matched.
    """

    text: str
    matched: bool
    missing: list[str] = field(default_factory=list)
    key: str = ""

    @property
    def marked(self) -> str:
        """The text under its label, for whoever shows nothing but the text."""
        return f"{LABEL}\n\n{self.text}"


@dataclass
class _Said:
    """What a conversation has come to."""

    key: str = ""
    details: Details = field(default_factory=Details)
    wishes: tuple[Wish, ...] = ()


def reply(messages: Sequence[Mapping[str, Any]], lesson: str | None = None, audience: str | None = None) -> Reply:
    """Answer the last message of a learner.

    Parameters
    ----------
    messages
        As in OpenAI's chat completions: ``{"role": "user", "content": "…"}``; content may be a list of text parts.
    lesson, audience
        Such as ``"level1/03"`` and ``"nong-dan"``; they decide between replies that fit alike.
    """
    said = [
        text for one in messages if one.get("role") == "user" and (text := clean(_text(one.get("content"))[:LONGEST]))
    ]
    said = said[-TURNS:]
    if not said:
        return _unmatched(lesson, audience, "")
    talk = small_talk(said[-1])
    if talk:
        return Reply(talk[1], True, [], talk[0])
    state = _Said()
    for message in said:
        _take(state, message, lesson, audience)
    if not state.key:
        return _unmatched(lesson, audience, said[-1])
    task = tasks()[state.key]
    text, missing = compose(task, state.details, state.wishes)
    return Reply(text, True, missing, state.key)


def suggestions(lesson: str | None = None, audience: str | None = None, count: int = 3, near: str = "") -> list[str]:
    """Return full requests that a reply was written for: nearest to what was said, then of the lesson and audience."""
    shared = nearness(near)
    order = sorted(tasks().items(), key=lambda item: (-shared[item[0]], -_closeness(item[1], lesson, audience)))
    return [task.ask for _, task in order[:count]]


def _take(state: _Said, message: str, lesson: str | None, audience: str | None) -> None:
    """Let a message change what the conversation has come to."""
    plain = read_as(spelled_out(message))
    wanted = wishes(plain)
    key = "" if state.key and only_wishes(plain) else _match(plain, lesson, audience)
    if key and key != state.key:
        state.key, state.details, state.wishes = key, _details(tasks()[key], message), wanted
    elif key:
        state.details = state.details.filled_from(_details(tasks()[key], message))
        state.wishes = wanted
    elif state.key:
        more = _details(tasks()[state.key], message)
        if wanted or adds_only(plain, more):
            state.details = state.details.filled_from(more)
            state.wishes = (*state.wishes, *wanted)
        else:
            state.key = ""  # another matter, that nothing was written for


def _details(task: Task, message: str) -> Details:
    return details(message, task.also)


def _match(plain: str, lesson: str | None, audience: str | None) -> str:
    """Return the key of the task that fits best, or ``""``."""
    fits = [(task.fit(plain), _closeness(task, lesson, audience), key) for key, task in tasks().items()]
    best = max(fits, key=lambda one: one[:2])
    return best[2] if best[0][0] else ""


def _closeness(task: Task, lesson: str | None, audience: str | None) -> int:
    return 2 * (lesson in task.lessons) + (audience in task.groups)


def _unmatched(lesson: str | None, audience: str | None, request: str) -> Reply:
    asks = suggestions(lesson, audience, near=request)
    lines = [f"{at}. {ask}" for at, ask in enumerate(asks, 1)]
    text = "\n".join(["Chưa có câu trả lời soạn sẵn cho việc này. Có thể thử:", "", *lines])
    return Reply(text, False)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        parts = [
            one.get("text") for one in content if isinstance(one, Mapping) and one.get("type") in ("text", "input_text")
        ]
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""
