"""What a teaching cell puts out, as it stands on a lesson page: a table, a chart, a number or a few lines of text."""

from __future__ import annotations

import base64
import html
import io
import sys
from typing import Any

from course.answers import ChartValue, TableValue
from course.charts import axes_of
from course.handing_over import NotHandedOver, answer_value
from course.received import CHART_NAMES, cell_text, number_text

ROWS = 8
COLUMNS = 8
TEXT = 2_000
"""Characters of a printed text."""


def output_html(value: Any, printed: str = "") -> str:
    """Return what a cell printed and its value as safe HTML; empty when there is nothing to show."""
    parts = [f"<pre>{html.escape(printed.strip()[:TEXT])}</pre>"] if printed.strip() else []
    if value is not None:
        parts.append(_value_html(value))
    return f'<div class="output">{"".join(parts)}</div>' if parts else ""


def close_charts() -> None:
    """Forget what was drawn, as a notebook does at the end of a cell."""
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")


def _value_html(value: Any) -> str:
    if (axes := axes_of(value)) is not None:
        return _chart_html(axes)
    if hasattr(value, "columns") or hasattr(value, "to_frame"):
        try:
            table = answer_value(value.head(ROWS + 1), "table")
            assert isinstance(table, TableValue)
            return _table_html(table, len(value))
        except NotHandedOver:
            pass
    if hasattr(value, "item") and getattr(value, "size", 0) == 1:
        value = value.item()
    shown = number_text(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
    return f"<pre>{html.escape(shown[:TEXT])}</pre>"


def _table_html(table: TableValue, length: int) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in table.columns[:COLUMNS])
    rows = "".join(
        "<tr>" + "".join(f"<td{_class(cell)}>{html.escape(cell_text(cell))}</td>" for cell in row[:COLUMNS]) + "</tr>"
        for row in table.rows[:ROWS]
    )
    rest = f'<p class="soft">… và {number_text(length - ROWS)} dòng nữa</p>' if length > ROWS else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{rest}"


def _class(cell: Any) -> str:
    return ' class="num"' if isinstance(cell, int | float) and not isinstance(cell, bool) else ""


def _chart_html(axes: Any) -> str:
    """Draw a chart as SVG with its words as text: a tenth of a picture's bytes, and the same bytes at every release."""
    import matplotlib

    drawn = io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "bdhai", "font.family": "sans-serif"}):
        axes.figure.savefig(drawn, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    chart = answer_value(axes, "chart")
    assert isinstance(chart, ChartValue)
    name = f"Biểu đồ {CHART_NAMES[chart.type]}".strip() + (f": {chart.title}" if chart.title else "")
    pairs = zip(chart.labels[:12], chart.values, strict=False)
    figures = "; ".join(f"{label}: {cell_text(value)}" for label, value in pairs)
    picture = base64.b64encode(drawn.getvalue()).decode("ascii")
    alt = html.escape(f"{name}. {figures}".strip())
    return f'<img src="data:image/svg+xml;base64,{picture}" alt="{alt}">'
