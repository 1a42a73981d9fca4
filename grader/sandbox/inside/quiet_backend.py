"""A matplotlib backend that makes figures and never draws them: charts are read as data, not looked at.

Making a figure with its axes and ticks takes matplotlib longer than all else that a small chart needs. So one is made
before any job is known, and whoever asks for the first plain figure with one plain set of axes gets that one.
"""

from __future__ import annotations

from typing import Any

import matplotlib
from matplotlib._pylab_helpers import Gcf
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec

FigureCanvas = FigureCanvasAgg
FigureManager = FigureManagerBase
_TICKS = 8


def show(*args: Any, **kwargs: Any) -> None:
    """End the open figures, as the inline backend does after showing them."""
    Gcf.destroy_all()


def end_figures() -> None:
    """Run after each cell: the next cell starts with no figure, as in a notebook."""
    if Gcf.figs:
        Gcf.destroy_all()


class _Ready:
    """The figure made ahead, and the settings it was made with."""

    figure: Figure | None = None
    axes: Axes
    settings: dict[str, Any]


def make_ready() -> None:
    """Make a figure ahead. Called once in the warm process."""
    figure = Figure()
    axes = figure.add_subplot(111)
    for axis in (axes.xaxis, axes.yaxis):
        axis.get_major_ticks(_TICKS)
    figure.delaxes(axes)
    _Ready.figure, _Ready.axes, _Ready.settings = figure, axes, _settings()


def _settings() -> dict[Any, Any]:
    return dict(matplotlib.rcParams.items())


def new_figure_manager(num: int, *args: Any, FigureClass: type[Figure] = Figure, **how: Any) -> FigureManagerBase:
    """Make a figure and its manager, as every backend does (`matplotlib.pyplot.figure` calls this)."""
    ready = _Ready.figure
    plain = not args and FigureClass is Figure and set(how) <= {"figsize", "dpi", "facecolor", "edgecolor", "frameon"}
    if ready is None or not plain or _Ready.settings != _settings():
        return FigureCanvas.new_manager(FigureClass(*args, **how), num)
    _Ready.figure = None
    if how.get("figsize") is not None:
        ready.set_size_inches(how["figsize"])
    if how.get("dpi") is not None:
        ready.set_dpi(how["dpi"])
    for name in ("facecolor", "edgecolor", "frameon"):
        if how.get(name) is not None:
            getattr(ready, f"set_{name}")(how[name])
    ready.add_subplot = _first_subplot(ready, _Ready.axes)  # type: ignore[method-assign]
    return FigureCanvas.new_manager(ready, num)


def _first_subplot(figure: Figure, axes: Axes) -> Any:
    """Return what stands in for ``figure.add_subplot`` until it has been called once."""

    def add_subplot(*args: Any, **how: Any) -> Any:
        del figure.__dict__["add_subplot"]  # whatever it is, from now on the figure is like any other
        if not figure.axes and _is_whole(args) and _is_plain(how):
            if args and isinstance(args[0], SubplotSpec):
                axes.set_subplotspec(args[0])
            return figure.add_axes(axes)
        return figure.add_subplot(*args, **how)

    return add_subplot


def _is_whole(args: tuple[Any, ...]) -> bool:
    """Tell whether a place in the figure is all of it."""
    if len(args) == 1 and isinstance(args[0], SubplotSpec):
        return args[0].get_gridspec().get_geometry() == (1, 1)
    return args in ((), (111,), (1, 1, 1))


def _is_plain(how: dict[str, Any]) -> bool:
    """Tell whether nothing is asked for that the axes made ahead have not."""
    return all(name in ("sharex", "sharey") and value is None for name, value in how.items())
