"""What an answer can be: one model a kind of value. The kinds that code hands over come last."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, model_validator

MAX_COLUMNS = 50
MAX_ROWS = 2_000
MAX_POINTS = 500
"""Bars of a chart, or points of a line."""
MAX_SERIES = 20
MAX_CELL = 1_000
"""Characters of a table's cell, or of a title."""
MAX_WHOLE = 2**63 - 1
"""The largest whole number; beyond it another program may read another number."""

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
    """A file that code made. Its name is a name only: no folder, no control character."""

    kind: Literal["file"]
    name: Annotated[StrictStr, Field(pattern=r"^[^/\\\x00-\x1f\x7f]{1,120}$")]
    content: Annotated[StrictStr, AfterValidator(_is_base64)]
