"""What a learner is told of a value that code handed over: in a notebook's output, and in formgrader."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any

from course.answers import ChartValue, FileValue, NumberValue, TableValue, TextValue, Value

CHART_NAMES = {
    "bar": "cột",
    "barh": "cột ngang",
    "line": "đường",
    "pie": "tròn",
    "scatter": "điểm",
    "other": "",
}
PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 6


def number_text(value: float) -> str:
    """Write a number as people here do: 1.234,5, with at most four decimals."""
    whole, _, rest = f"{abs(value):,.4f}".rstrip("0").rstrip(".").partition(".")
    sign = "-" if value < 0 and float(f"{value:.4f}") else ""
    return sign + whole.replace(",", ".") + (f",{rest}" if rest else "")


def cell_text(value: Any) -> str:
    """Write a table's cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "đúng" if value else "sai"
    return number_text(value) if isinstance(value, int | float) else str(value)


def summary(value: Value, unit: str = "") -> str:
    """Say in a few words what a value is, for example ``bảng 9 dòng × 2 cột``."""
    match value:
        case NumberValue():
            return f"số {number_text(value.number)}{f' {unit}' if unit else ''}"
        case TextValue():
            text = value.text if len(value.text) <= 60 else value.text[:59] + "…"
            return f"“{text}”"
        case TableValue():
            return f"bảng {len(value.rows)} dòng × {len(value.columns)} cột"
        case ChartValue():
            name = f"biểu đồ {CHART_NAMES[value.type]}".strip()
            size = f", {len(value.series)} nhóm số liệu" if value.series else f", {len(value.values)} số"
            return name + size + (f", tên “{value.title}”" if value.title else "")
        case FileValue():
            in_bytes = value.size or len(value.content) * 3 // 4
            return f"tệp {value.name} ({number_text(max(1, round(in_bytes / 1000)))} kB)"
    return "câu trả lời"


@dataclass(frozen=True)
class Received:
    """What ``lesson.answer`` returns: the sentence, and a table's first rows."""

    message: str
    value: Value | None = None
    reasons: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return "\n".join([self.message, *self.reasons])

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{_bold(line)}</p>" for line in [self.message, *self.reasons])
        return f'<div lang="vi">{lines}{_table_html(self.value) if isinstance(self.value, TableValue) else ""}</div>'


def _bold(line: str) -> str:
    """Escape a line; ``**words**`` become bold."""
    runs = html.escape(line).split("**")
    return "".join(f"<b>{run}</b>" if at % 2 and at < len(runs) - 1 else run for at, run in enumerate(runs))


def _table_html(table: TableValue) -> str:
    columns = table.columns[:PREVIEW_COLUMNS]
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell_text(cell))}</td>' for cell in row[:PREVIEW_COLUMNS])}</tr>"
        for row in table.rows[:PREVIEW_ROWS]
    )
    more = len(table.rows) - PREVIEW_ROWS
    rest = f"<p>… và {more} dòng nữa.</p>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{rest}"
