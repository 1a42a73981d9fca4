"""A matplotlib backend that makes figures and never draws them: charts are read as data, not looked at."""

from __future__ import annotations

from typing import Any

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

FigureCanvas = FigureCanvasAgg
FigureManager = FigureManagerBase


def show(*args: Any, **kwargs: Any) -> None:
    """End the open figures, as the inline backend does after showing them."""
    Gcf.destroy_all()


def end_figures() -> None:
    """Run after each cell: the next cell starts with no figure, as in a notebook."""
    if Gcf.figs:
        Gcf.destroy_all()
