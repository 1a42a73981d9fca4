"""What an answer can be: one model a kind of value. The kinds that code hands over come last."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, model_validator

MAX_COLUMNS = 50
MAX_ROWS = 2_000
MAX_POINTS = 500
"""Bars of a chart, or points of a line."""
MAX_SERIES = 20
MAX_CELL = 1_000
"""Characters of a table's cell, or of a title."""
MAX_FILE_BYTES = 300_000
"""Of a file that can be handed over."""
MAX_FILE_TEXT = (MAX_FILE_BYTES + 2) // 3 * 4
"""The same as base64."""
MAX_WHOLE = 2**63 - 1
"""The largest whole number; beyond it another program may read another number."""
MAX_MESSAGES = 40
"""Messages kept of one conversation with the assistant; the oldest go first."""
MAX_MESSAGE = 20_000
"""Characters of one such message."""
MAX_MINUTES = 10_000
"""Of a piece of work: a week, and more than anybody saves."""

Letter = Annotated[str, Field(pattern=r"^[A-Z]$")]


class Model(BaseModel):
    """Checked on the way in, and never changed after."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ChoiceValue(Model):
    """Options picked by their letters."""

    kind: Literal["choice"]
    picked: list[Letter] = Field(max_length=26)


class TextValue(Model):
    """A text the learner wrote."""

    kind: Literal["text"]
    text: str


class OrderValue(Model):
    """Items in the learner's order, by their letters as first listed."""

    kind: Literal["order"]
    order: list[Letter] = Field(max_length=26)


class MarkValue(Model):
    """Pieces of a text that the learner marked, by number."""

    kind: Literal["mark"]
    marked: list[Annotated[str, Field(pattern=r"^\d{1,3}$")]] = Field(max_length=200)


class DictationValue(Model):
    """A text spoken or taken from the recorded transcript, then corrected."""

    kind: Literal["dictation"]
    text: str
    spoken: bool


class DoneValue(Model):
    """Whether the learner has done today's task."""

    kind: Literal["done"]
    done: bool


class Masked(Model):
    """What the privacy shield hid before a message left: its kind, and what a learner calls it; never the value."""

    kind: Annotated[StrictStr, Field(max_length=40)]
    label: Annotated[StrictStr, Field(max_length=80)]
    placeholder: Annotated[StrictStr, Field(max_length=80)] = ""


class ChatMessage(Model):
    """One message of a conversation with the assistant.

    Attributes
    ----------
    by
        Which assistant answered, in the words that the learner saw; empty for the learner's own.
    prepared
        Whether the answer was written beforehand, that is, by no AI.
    masked
        What the shield hid of a learner's message before it left.
    state
        ``whole``; ``stopped`` by the learner; ``cut`` by a fault.
    fresh
        Whether the learner began a new matter here: the assistant is not told what was said before.
    """

    role: Literal["user", "assistant"]
    text: Annotated[StrictStr, Field(max_length=MAX_MESSAGE)]
    by: Annotated[StrictStr, Field(max_length=120)] = ""
    prepared: StrictBool = False
    masked: list[Masked] = Field(default_factory=list, max_length=50)
    state: Literal["whole", "stopped", "cut"] = "whole"
    fresh: StrictBool = False


class ChatValue(Model):
    """A conversation with the assistant, and whether the learner has seen what was planted in it."""

    kind: Literal["chat"]
    messages: list[ChatMessage] = Field(max_length=MAX_MESSAGES)
    revealed: StrictBool = False


Minutes = Annotated[StrictInt, Field(ge=0, le=MAX_MINUTES)]


class WorkValue(Model):
    """A piece of the learner's own work, done with the assistant.

    Attributes
    ----------
    task
        What had to be done, in a sentence.
    request, result
        What was sent to the assistant, and what came of it, as the learner uses it.
    checked
        What was checked, by the letters of the question's list.
    fixed
        What was wrong or missing, and what the learner did about it.
    before, after
        Minutes that it takes without the assistant, and that it took with it, checking included.
    """

    kind: Literal["work"]
    task: Annotated[StrictStr, Field(max_length=500)] = ""
    request: Annotated[StrictStr, Field(max_length=4_000)] = ""
    result: Annotated[StrictStr, Field(max_length=8_000)] = ""
    checked: list[Letter] = Field(default_factory=list, max_length=26)
    fixed: Annotated[StrictStr, Field(max_length=1_000)] = ""
    before: Minutes | None = None
    after: Minutes | None = None


def _exact_float(value: float | int) -> float:
    return float(value)


# Strict: "12" is a text and True is no number, wherever an answer comes from.
Whole = Annotated[StrictInt, Field(ge=-MAX_WHOLE, le=MAX_WHOLE)]
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Number = Annotated[Real | Whole, AfterValidator(_exact_float)]
Words = Annotated[StrictStr, Field(max_length=MAX_CELL)]
Cell = StrictBool | Whole | Real | Words | None
"""A table's cell. Dates are ISO text; what is missing or not a number is ``None``."""


class NumberValue(Model):
    """A number that code worked out."""

    kind: Literal["number"]
    number: Number


class TableValue(Model):
    """A table that code made: the names of its columns, and its rows."""

    kind: Literal["table"]
    columns: list[Words] = Field(max_length=MAX_COLUMNS)
    rows: list[Annotated[list[Cell], Field(max_length=MAX_COLUMNS)]] = Field(max_length=MAX_ROWS)

    @model_validator(mode="after")
    def _rows_are_as_wide_as_the_head(self) -> TableValue:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row needs one cell a column")
        return self


Values = Annotated[list[Number | None], Field(max_length=MAX_POINTS)]
Labels = Annotated[list[Words], Field(max_length=MAX_POINTS)]


class ChartSeries(Model):
    """One of several lines or groups of bars."""

    name: Words
    labels: Labels
    values: Values


class ChartValue(Model):
    """What a chart shows, read from the chart itself; a chart of several series has empty ``labels`` and ``values``."""

    kind: Literal["chart"]
    type: Literal["bar", "barh", "line", "pie", "scatter", "other"]
    labels: Labels = Field(default_factory=list)
    values: Values = Field(default_factory=list)
    series: list[ChartSeries] = Field(default_factory=list, max_length=MAX_SERIES)
    title: Words = ""
    x_label: Words = ""
    y_label: Words = ""
    starts_at_zero: StrictBool = True
    """Whether the axis of the values reaches zero."""


def _is_base64(content: str) -> str:
    try:
        base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64") from error
    return content


class FileValue(Model):
    """A file that code made. Its name is a name only: no folder, no control character.

    A learner's record keeps it without its content: the file lies in the learner's folder, and is made anew to be
    graded.
    """

    kind: Literal["file"]
    name: Annotated[StrictStr, Field(pattern=r"^[^/\\\x00-\x1f\x7f]{1,120}$")]
    content: Annotated[StrictStr, Field(max_length=MAX_FILE_TEXT), AfterValidator(_is_base64)] = ""
    """Base64; empty where only the fact is kept."""
    size: Annotated[StrictInt, Field(ge=0, le=MAX_FILE_BYTES)] = 0
    """In bytes."""
    sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$|^$")] = ""

    def without_content(self) -> FileValue:
        """Return what is kept of it."""
        content = base64.b64decode(self.content)
        if not content:
            return self
        seal = hashlib.sha256(content).hexdigest()
        return FileValue(kind="file", name=self.name, size=len(content), sha256=seal)
