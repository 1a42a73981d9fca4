"""The answer record: what a learner has answered in one lesson, as plain data.

The same models check an answer in a notebook, in the learn service and in the grader. An answer is never code and never
HTML; its text is text.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StrictInt, TypeAdapter

from course.answer_values import (
    ChartSeries,
    ChartValue,
    ChatValue,
    ChoiceValue,
    DictationValue,
    DoneValue,
    FileValue,
    MarkValue,
    Model,
    NumberValue,
    OrderValue,
    TableValue,
    TextValue,
    WorkValue,
)

SCHEMA = 1
MAX_QUESTION_BYTES = 20_000
MAX_CHAT_BYTES = 60_000
"""Of a conversation with the assistant; the widget lets its oldest messages go before."""
MAX_WORK_BYTES = 50_000
"""Of a piece of work: all its fields full of letters of three bytes."""
MAX_LESSON_BYTES = 200_000
MAX_ITEMS = 20
"""Items of a question that has a pool (``course.pools``)."""
MAX_PRODUCED_BYTES = 200_000
"""Of one answer that the sandbox produced on the hidden data: judged at once, never kept in a learner's record."""

_LIMITS = {"chat": MAX_CHAT_BYTES, "work": MAX_WORK_BYTES}

QuestionId = Annotated[str, Field(pattern=r"^(q|p|c)\d{1,2}$|^today$")]


Value = Annotated[
    ChoiceValue
    | TextValue
    | OrderValue
    | MarkValue
    | DictationValue
    | DoneValue
    | NumberValue
    | TableValue
    | ChartValue
    | FileValue
    | ChatValue
    | WorkValue,
    Field(discriminator="kind"),
]
_value = TypeAdapter[Value](Value)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def _is_first(item: int) -> bool:
    return item == 1


class Answer(Model):
    """One answer: its value, for which audience's text and which item of the question it was given, and when."""

    value: Value
    audience: str = Field(max_length=40)
    at: Moment
    item: StrictInt = Field(default=1, ge=1, le=MAX_ITEMS, exclude_if=_is_first)
    """The item's number where the question has a pool; a record names it only where it is not the first."""


class AnswerRecord(Model):
    """All answers of one learner in one lesson.

    ``version`` counts the writes that changed the record, so that two devices can tell whether they see the same one.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    lesson: str = Field(pattern=r"^level[1-5]/\d\d$")
    version: int = Field(default=0, ge=0)
    answers: dict[QuestionId, Answer] = Field(default_factory=dict)

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def merged(self, newer: dict[str, Answer]) -> AnswerRecord:
        """Take in answers from a device; per question the later one stands.

        Parameters
        ----------
        newer
            Answers by question id. An answer as old as the one that is here, or older, is left out.

        Returns
        -------
        AnswerRecord
            This very record when nothing changed, otherwise a new one with the next version.
        """
        changed = {
            id: answer for id, answer in newer.items() if id not in self.answers or answer.at > self.answers[id].at
        }
        if not changed:
            return self
        return self.model_copy(update={"version": self.version + 1, "answers": {**self.answers, **changed}})

    def too_large(self) -> str | None:
        """Name the first question over its limit, ``"lesson"`` when only the whole is, or ``None``."""
        total = 0
        for id, answer in self.answers.items():
            size = len(answer.model_dump_json().encode())
            total += size
            if size > _LIMITS.get(answer.value.kind, MAX_QUESTION_BYTES):
                return id
        return "lesson" if total > MAX_LESSON_BYTES else None

    def audience(self) -> str | None:
        """Return the audience of the newest answer, which is the one this lesson is being done in."""
        newest = max(self.answers.values(), key=lambda answer: answer.at, default=None)
        return newest.audience if newest else None

    def to_json(self) -> str:
        """Write the record as one JSON text, the same bytes for the same record."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False, sort_keys=True)


def check_value(value: object) -> Value:
    """Check a value that came from outside.

    Raises
    ------
    pydantic.ValidationError
        When it is not one of the kinds above.
    """
    return _value.validate_python(value)


def is_blank(value: Value) -> bool:
    """Tell whether a value says nothing (no option picked, an empty text)."""
    match value:
        case ChoiceValue():
            return not value.picked
        case TextValue() | DictationValue():
            return not value.text.strip()
        case OrderValue():
            return not value.order
        case MarkValue():
            return not value.marked
        case DoneValue():
            return not value.done
        case NumberValue() | FileValue() | ChartValue():
            return False
        case TableValue():
            return not value.columns
        case ChatValue():
            return not value.messages
        case WorkValue():
            texts = (value.task, value.request, value.result, value.fixed)
            nothing_written = not any(text.strip() for text in texts)
            return nothing_written and not value.checked and value.before is None and value.after is None
    raise AssertionError(value)


def now() -> datetime:
    """Return the present moment in UTC, in whole milliseconds (as browsers count)."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


__all__ = [
    "MAX_CHAT_BYTES",
    "MAX_ITEMS",
    "MAX_LESSON_BYTES",
    "MAX_PRODUCED_BYTES",
    "MAX_QUESTION_BYTES",
    "MAX_WORK_BYTES",
    "SCHEMA",
    "Answer",
    "AnswerRecord",
    "ChartSeries",
    "ChartValue",
    "ChatValue",
    "ChoiceValue",
    "DictationValue",
    "DoneValue",
    "FileValue",
    "MarkValue",
    "NumberValue",
    "OrderValue",
    "TableValue",
    "TextValue",
    "Value",
    "WorkValue",
    "check_value",
    "is_blank",
    "now",
]
