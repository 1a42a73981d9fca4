"""What the reference solution makes of a lesson's data: worked out where a lesson is judged, once, and kept."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from course.answers import ChartValue, TextValue, Value
from course.handing_over import answer_value

Reference = Callable[..., Any]
"""A function of the lesson's main table; each further argument is the table of that name (``gia``: ``data("gia")``)."""


class References:
    """Values of reference functions, kept by question, place, audience and data.

    A function gets tables of its own, so that one that changes them spoils nothing for the next.
    """

    def __init__(self) -> None:
        self._tables: dict[str, Any] = {}
        self._values: dict[tuple[str, str, str], list[Value]] = {}

    def value(self, name: str, wants: str, reference: Reference, path: Callable[[str | None], str]) -> list[Value]:
        """Return what a reference gives, as answers.

        Parameters
        ----------
        name
            Of the question and the reference's place in it.
        path
            Where the main table (``None``) or another one lies, for the audience in question.

        Returns
        -------
        list of Value
            One; several where a text may be written in several ways.
        """
        key = (name, wants, path(None))
        if key not in self._values:
            given = reference(*self._arguments(reference, path)) if callable(reference) else reference
            self._values[key] = _values(given, wants)
        return self._values[key]

    def call(self, function: Reference, path: Callable[[str | None], str], given: Any) -> Any:
        """Call a check of something handed over: its first argument is that, the second the lesson's main table."""
        return function(given, *self._arguments(function, path, skip=1))

    def _arguments(self, reference: Reference, path: Callable[[str | None], str], skip: int = 0) -> list[Any]:
        names = [
            one.name
            for one in inspect.signature(reference).parameters.values()
            if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) and one.default is one.empty
        ]
        return [self._table(path(None if place == 0 else name)) for place, name in enumerate(names[skip:])]

    def _table(self, path: str) -> Any:
        if path not in self._tables:
            import pandas

            self._tables[path] = pandas.read_csv(path)
        return self._tables[path].copy()


def _values(given: Any, wants: str) -> list[Value]:
    if wants == "text":
        texts = [given] if isinstance(given, str) else list(given)
        return [TextValue(kind="text", text=str(text)) for text in texts]
    return [_chart(given) if wants == "chart" else answer_value(given, wants)]


def _chart(given: Any) -> ChartValue:
    """Read what a chart should show: a column with its names, a table with a series a column, or a chart.

    Raises
    ------
    NotHandedOver
        When it is none of these.
    """
    if isinstance(given, Mapping):
        given = _series(list(given), list(given.values()), "")
        return ChartValue(kind="chart", type="other", labels=given["labels"], values=given["values"])
    if hasattr(given, "index") and hasattr(given, "to_frame"):
        one = _series(given.index, given, "")
        return ChartValue(kind="chart", type="other", labels=one["labels"], values=one["values"])
    if hasattr(given, "index") and hasattr(given, "columns"):
        many = [_series(given.index, given[name], str(name)) for name in given.columns]
        if len(many) == 1:
            return ChartValue(kind="chart", type="other", labels=many[0]["labels"], values=many[0]["values"])
        return ChartValue.model_validate({"kind": "chart", "type": "other", "series": many})
    value = answer_value(given, "chart")
    assert isinstance(value, ChartValue)
    return value


def _series(labels: Any, values: Any, name: str) -> dict[str, Any]:
    table = answer_value({"label": [_label(label) for label in labels], "value": list(values)}, "table").model_dump()
    numbers = [None if cell is None else float(cell) for _, cell in table["rows"]]
    return {"name": name, "labels": [label for label, _ in table["rows"]], "values": numbers}


def _label(given: Any) -> str:
    """Write a name as charts do: levels of an index in brackets, a day without its midnight."""
    if isinstance(given, tuple):
        return f"({', '.join(map(str, given))})"
    return str(given).removesuffix(" 00:00:00")
