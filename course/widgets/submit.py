"""Handing a lesson in, and its results."""

from __future__ import annotations

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._widget import LessonWidget

_PHASES = {
    "idle": "chưa nộp",
    "sending": "đang nộp",
    "grading": "đã nộp, đang chấm",
    "graded": "đã chấm",
    "waiting": "đang chờ mạng",
    "refused": "chưa nộp được",
}


class Submit(LessonWidget):
    """The button, its state, and the results.

    A press of the button sends ``{"type": "submit"}``.

    Attributes
    ----------
    phase
        ``"idle"``, ``"sending"``, ``"grading"``, ``"graded"``, ``"waiting"`` or ``"refused"``.
    message
        A sentence for the learner, plain text.
    unanswered
        Labels of the graded questions that have no answer yet.
    receipt
        Of the last submission, as ``api/results`` gives it.
    results
        ``None``, or the whole answer of ``api/results``.
    """

    _esm = module_source("submit")
    _css = style_source("submit")

    phase = traitlets.Enum(list(_PHASES), default_value="idle").tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    unanswered = traitlets.List(traitlets.Unicode()).tag(sync=True)
    receipt = traitlets.Unicode().tag(sync=True)
    results = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)

    def describe(self) -> str:
        """Return the state of the submission, with points when there are some."""
        if self.phase == "graded" and self.results:
            return f"Nộp bài: {_number(self.results['points'])}/{_number(self.results['max_points'])} điểm"
        return f"Nộp bài: {_PHASES[self.phase]}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
