"""What a matplotlib chart shows, read from the chart itself: kind, values, labels, titles. Nothing is drawn for it."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

from course.answer_values import MAX_CELL, MAX_POINTS, MAX_SERIES
from course.markup import nfc


def is_chart(given: Any) -> bool:
    """Tell whether a value is a chart, or what stands for the one drawn last (``plt``)."""
    return axes_of(given) is not None or (given is not None and given is sys.modules.get("matplotlib.pyplot"))


def axes_of(given: Any) -> Any:
    """Find the axes of an Axes, a Figure, ``plt``, or what a drawing call returned; ``None`` if it is no chart."""
    if "matplotlib" not in sys.modules:
        return None
    axes_class = getattr(sys.modules.get("matplotlib.axes"), "Axes", None)
    figure_class = getattr(sys.modules.get("matplotlib.figure"), "FigureBase", None)
    if axes_class is not None and isinstance(given, axes_class):
        return given
    if figure_class is not None and isinstance(given, figure_class):
        return next((axes for axes in given.axes if axes.has_data()), None)
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and given is pyplot:
        return axes_of(pyplot.gcf()) if pyplot.get_fignums() else None
    if type(given).__module__ == "numpy" and type(given).__name__ == "ndarray":
        given = given.ravel().tolist()[:MAX_POINTS]
    if isinstance(given, Sequence) and not isinstance(given, str):  # subplots, or the lines and bars a call returned
        found = (axes_of(one) for one in given[:MAX_POINTS])
        return next((axes for axes in found if axes is not None), None)
    if axes_class is not None and isinstance(owner := getattr(given, "axes", None), axes_class):
        return owner
    return None


def read_chart(axes: Any) -> dict[str, Any]:
    """Return a chart's type, series and words, as ``ChartValue`` has them."""
    kind, series = _series(axes)
    value_axis = axes.get_xlim() if kind == "barh" else axes.get_ylim()
    title = axes.get_title() or axes.get_title("left") or axes.get_title("right")
    if not title and axes.figure is not None and axes.figure.get_suptitle():
        title = axes.figure.get_suptitle()
    chart: dict[str, Any] = {
        "type": kind,
        "title": _words(title),
        "x_label": _words(axes.get_xlabel()),
        "y_label": _words(axes.get_ylabel()),
        "starts_at_zero": bool(kind == "pie" or min(value_axis) <= 0 <= max(value_axis)),
    }
    series = [
        {"name": _words(one["name"]), "labels": one["labels"][:MAX_POINTS], "values": one["values"][:MAX_POINTS]}
        for one in series[:MAX_SERIES]
    ]
    if len(series) == 1:
        return chart | {"labels": series[0]["labels"], "values": series[0]["values"]}
    return chart | {"series": series}


def _series(axes: Any) -> tuple[str, list[dict[str, Any]]]:
    """Find what is drawn: bars before lines, since a line over bars is a help."""
    bars = [one for one in axes.containers if hasattr(one, "datavalues") and hasattr(one, "patches")]
    if bars:
        lying = getattr(bars[0], "orientation", "vertical") == "horizontal"
        return ("barh" if lying else "bar"), [_bars(axes, one, lying) for one in bars]
    wedges = [patch for patch in axes.patches if hasattr(patch, "theta1")]
    if wedges:
        names = [wedge.get_label() for wedge in wedges]
        if all(name.startswith("_") or not name for name in names):
            names = [text.get_text() for text in axes.texts][: len(wedges)]
        shares = [abs(wedge.theta2 - wedge.theta1) / 360 for wedge in wedges]
        return "pie", [
            {"name": "", "labels": [_words(name) for name in names], "values": [_number(one) for one in shares]}
        ]
    # A line that marks a level or a moment spans the whole chart and is not data.
    lines = [one for one in axes.lines if all(one.get_transform().contains_branch_seperately(axes.transData))]
    if lines:
        return "line", [
            {
                "name": _name(line),
                "labels": _labels(axes.xaxis, list(line.get_xdata(orig=True))),
                "values": [_number(value) for value in line.get_ydata(orig=True)],
            }
            for line in lines
        ]
    clouds = [one for one in axes.collections if hasattr(one, "get_offsets") and len(one.get_offsets())]
    if clouds:
        return "scatter", [
            {
                "name": _name(cloud),
                "labels": _labels(axes.xaxis, [x for x, _ in cloud.get_offsets().tolist()]),
                "values": [_number(y) for _, y in cloud.get_offsets().tolist()],
            }
            for cloud in clouds
        ]
    return "other", []


def _bars(axes: Any, container: Any, lying: bool) -> dict[str, Any]:
    if lying:
        axis, places = axes.yaxis, [patch.get_y() + patch.get_height() / 2 for patch in container.patches]
    else:
        axis, places = axes.xaxis, [patch.get_x() + patch.get_width() / 2 for patch in container.patches]
    values = [_number(value) for value in container.datavalues]
    return {"name": _name(container), "labels": _labels(axis, places), "values": values}


def _labels(axis: Any, places: list[Any]) -> list[str]:
    """Return what stands at an axis where the data are; a bare number where no words stand."""
    if any(isinstance(place, str) for place in places):
        return [_words(place) for place in places]
    if any(hasattr(place, "isoformat") or type(place).__name__ == "datetime64" for place in places):
        return [str(place)[:10] for place in places]
    formatter = axis.get_major_formatter()
    sort = type(formatter).__name__
    if "Date" in sort:
        from matplotlib.dates import num2date

        return [num2date(float(place)).date().isoformat() for place in places]
    numbers = [float(place) for place in places]
    if sort in ("FixedFormatter", "FuncFormatter", "StrCategoryFormatter"):
        ticks = [float(tick) for tick in axis.get_majorticklocs()]
        words = dict(zip(ticks, formatter.format_ticks(ticks), strict=True))
        labels = [_nearest(number, words) for number in numbers]
        if any(labels):
            return labels
    return [f"{number:.10g}" for number in numbers]


def _nearest(number: float, words: dict[float, str]) -> str:
    """Return the words at the tick that is nearest (bars of a group stand beside it); none where no tick is near."""
    ticks = [tick for tick, word in words.items() if word and abs(tick - number) <= 0.5]
    return _words(words[min(ticks, key=lambda tick: abs(tick - number))]) if ticks else ""


def _name(artist: Any) -> str:
    name = str(artist.get_label() or "")
    return "" if name.startswith("_") else name


def _number(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _words(text: Any) -> str:
    return nfc(str(text)).strip().removesuffix(" 00:00:00")[:MAX_CELL]
