"""What a number, a table, a chart or a worked-out text earns, compared with what the reference makes of the data."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from course.answers import ChartSeries, ChartValue, NumberValue, TableValue, TextValue, Value
from course.comparing import normalised, words
from course.grades import Share

RELATIVE = 1e-6
ABSOLUTE = 0.005
"""Two numbers are the same when they differ by less: half of the last digit of two decimals."""

Row = Sequence[Any]


def grade_number(value: Value, wanted: NumberValue, tolerance: float = ABSOLUTE) -> Share:
    """A number: all or nothing, with room for rounding."""
    given = _demand(value, NumberValue).number
    return Share(1) if _same_number(given, wanted.number, tolerance) else Share(0)


def grade_text(value: Value, wanted: Iterable[TextValue]) -> Share:
    """A worked-out text: the same words as one of those wanted, whatever the capitals, spaces and stops."""
    given = words(_demand(value, TextValue).text)
    return Share(1) if any(given == words(one.text) for one in wanted) else Share(0)


def grade_table(value: Value, wanted: TableValue, *, in_order: bool = False, names: bool = False) -> Share:
    """A table: right rows less rows that do not belong there, over those wanted.

    A row is right when all its cells are. Rows belong together by their texts (a commune, a kind); a row with the texts
    of a wanted one and a wrong number is wrong, not too many. Columns may stand in another order when their names
    match.

    Parameters
    ----------
    in_order
        Whether a row must also stand in its place.
    names
        Whether the columns' names count; each name that is missing takes its part of the share.
    """
    given = _demand(value, TableValue)
    if len(given.columns) != len(wanted.columns):
        note = f"Bảng cần {len(wanted.columns)} cột, bảng của bạn có {len(given.columns)} cột."
        return Share(0, ["columns"], [note])
    ours, theirs = ([_folded(name) for name in table.columns] for table in (wanted, given))
    rows: list[Row] = list(given.rows)
    if ours != theirs and sorted(ours) == sorted(theirs) and len(set(ours)) == len(ours):
        places = [theirs.index(name) for name in ours]
        rows = [[row[place] for place in places] for row in rows]
    found = _compare_rows(rows, wanted.rows, in_order)
    total = max(1, len(wanted.rows))
    share = max(0.0, (found.right - found.extra) / total) if wanted.rows else float(not rows)
    notes = found.notes(len(wanted.rows))
    if names and (lost := [name for name, folded in zip(wanted.columns, ours, strict=True) if folded not in theirs]):
        share *= 1 - len(lost) / len(ours)
        notes.append(f"Tên cột chưa đúng, còn thiếu: {', '.join(lost)}.")
    return Share(share, [] if share >= 1 else ["rows"], notes if share < 1 else [])


@dataclass(frozen=True)
class _Rows:
    right: int
    extra: int
    moved: bool
    """Whether the rows would all be right in another order."""

    def notes(self, wanted: int) -> list[str]:
        if self.moved:
            return ["Các dòng đúng cả, chỉ chưa đúng thứ tự."]
        notes = [f"Đúng {self.right} trong {wanted} dòng."] if self.right else []
        return [*notes, f"Có {self.extra} dòng thừa."] if self.extra else notes


def _compare_rows(given: Sequence[Row], wanted: Sequence[Row], in_order: bool) -> _Rows:
    textual = [
        place for place in range(len(wanted[0]) if wanted else 0) if any(isinstance(row[place], str) for row in wanted)
    ]

    def key(row: Row) -> tuple[str, ...]:
        return tuple(_folded(str(row[place])) for place in textual)

    mine: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in given:
        mine[key(row)].append(row)
    right = 0
    for row in wanted:
        same = mine.get(key(row), [])
        match = next((place for place, one in enumerate(same) if _same_row(one, row)), None)
        if match is not None:
            same.pop(match)
            right += 1
    counted, allowed = Counter(map(key, given)), Counter(map(key, wanted))
    extra = sum(max(0, count - allowed[name]) for name, count in counted.items())
    if not in_order:
        return _Rows(right, extra, False)
    placed = sum(_same_row(one, row) for one, row in zip(given, wanted, strict=False))
    return _Rows(placed, extra, right == len(wanted) and extra == 0 and placed < right)


# --- charts ---------------------------------------------------------------------------------------------------------

CHART_REASONS = {
    "type": "Kiểu biểu đồ chưa hợp với câu hỏi.",
    "values": "Số liệu trong biểu đồ chưa đúng.",
    "labels": "Tên dưới các cột, các điểm chưa đúng.",
    "zero": "Trục số chưa bắt đầu từ 0, nên nhìn cao thấp dễ lầm.",
    "title": "Biểu đồ chưa có tên.",
    "axes": "Trục chưa có tên đủ cả hai.",
}
"""The parts of a chart, and what is said of one that is missing when the lesson has no words of its own."""


def grade_chart(value: Value, wanted: ChartValue, types: Sequence[str] = ("bar", "barh")) -> Share:
    """A chart: parts that are right over all parts. With wrong figures the rest is worth nothing.

    Parameters
    ----------
    wanted
        Its series only: what the figures and the names at the axis should be.
    types
        The types that suit the question.

    Returns
    -------
    Share
        ``missed`` names parts of ``CHART_REASONS``.
    """
    given = _demand(value, ChartValue)
    ours, theirs = _series(wanted), _series(given)
    right = {
        "type": given.type in types,
        "values": _same_values(theirs, ours, in_shares=given.type == "pie"),
        "labels": len(theirs) == len(ours) and all(map(_same_labels, theirs, ours)),
        "title": bool(given.title.strip()),
    }
    if given.type in ("bar", "barh"):  # lengths are compared only where there are bars
        right["zero"] = given.starts_at_zero
    if given.type != "pie":
        right["axes"] = bool(given.x_label.strip() and given.y_label.strip())
    missed = [part for part in CHART_REASONS if not right.get(part, True)]
    share = 0.0 if not right["values"] else 1 - len(missed) / len(right)
    return Share(share, list(missed))


def _series(chart: ChartValue) -> list[ChartSeries]:
    if not chart.series:
        return [ChartSeries(name="", labels=chart.labels, values=chart.values)]
    return sorted(chart.series, key=lambda one: _folded(one.name))


def _same_values(given: Sequence[ChartSeries], wanted: Sequence[ChartSeries], in_shares: bool) -> bool:
    """Compare by label where the labels are the same, else in any order, so that a wrong name costs one part only."""
    if len(given) != len(wanted):
        return False
    for one, other in zip(given, wanted, strict=True):
        target = _shares(other.values) if in_shares else list(other.values)
        ours, theirs = _by_label(other.labels, target), _by_label(one.labels, one.values)
        if [label for label, _ in ours] != [label for label, _ in theirs]:
            ours, theirs = ([("", value) for value in sorted(values, key=_rank)] for values in (target, one.values))
        if len(ours) != len(theirs) or not all(_same_cell(a, b) for (_, a), (_, b) in zip(ours, theirs, strict=True)):
            return False
    return True


def _same_labels(given: ChartSeries, wanted: ChartSeries) -> bool:
    """Compare names in any order. An axis may leave some out (a long line's): what it does show must be right."""
    if len(given.labels) != len(wanted.labels) or not any(given.labels):
        return not wanted.labels
    if all(given.labels):
        return sorted(map(_folded, given.labels)) == sorted(map(_folded, wanted.labels))
    return all(
        not one or _folded(one) == _folded(other) for one, other in zip(given.labels, wanted.labels, strict=True)
    )


def _by_label(labels: Sequence[str], values: Sequence[float | None]) -> list[tuple[str, float | None]]:
    pairs = zip(map(_folded, labels), values, strict=False)
    return sorted(pairs, key=lambda pair: (pair[0], _rank(pair[1])))


def _rank(value: float | None) -> float:
    return -math.inf if value is None else value


def _shares(values: Sequence[float | None]) -> list[float | None]:
    total = math.fsum(value or 0 for value in values) or 1
    return [None if value is None else value / total for value in values]


# --- cells ----------------------------------------------------------------------------------------------------------


def same(value: Value, other: Value) -> bool:
    """Tell whether two answers say the same, as a slip is recognised: figures and texts, not a chart's dress."""
    match value, other:
        case NumberValue(), NumberValue():
            return grade_number(value, other).share == 1
        case TextValue(), TextValue():
            return grade_text(value, [other]).share == 1
        case TableValue(), TableValue():
            return grade_table(value, other).share == 1
        case ChartValue(), ChartValue():
            labels = [sorted(map(_folded, one.labels)) for chart in (value, other) for one in _series(chart)]
            half = len(labels) // 2
            return labels[:half] == labels[half:] and _same_values(_series(value), _series(other), value.type == "pie")
    return False


def _same_row(given: Row, wanted: Row) -> bool:
    return len(given) == len(wanted) and all(map(_same_cell, given, wanted))


def _same_cell(given: Any, wanted: Any) -> bool:
    if isinstance(given, str) and isinstance(wanted, str):
        return _folded(given) == _folded(wanted)
    if isinstance(given, bool) or isinstance(wanted, bool) or given is None or wanted is None:
        return type(given) is type(wanted) and given == wanted
    if isinstance(given, int | float) and isinstance(wanted, int | float):
        return _same_number(given, wanted)
    return False


def _same_number(given: float, wanted: float, tolerance: float = ABSOLUTE) -> bool:
    return math.isclose(given, wanted, rel_tol=RELATIVE, abs_tol=tolerance)


def _folded(text: str) -> str:
    return normalised(text).casefold()


def _demand(value: Value, kind: type[Any]) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"This question cannot be answered by a {value.kind}")
    return value
