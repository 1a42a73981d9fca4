"""A submission that has been judged, on its way from a worker to the gradebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from course.answers import AnswerRecord
from grader.inbox import Submission
from grader.judge import Verdict


@dataclass(frozen=True)
class Judged:
    """What a submission to one lesson earned.

    Attributes
    ----------
    record
        The answers that were judged: those of the widgets as handed in, those of code as the sandbox produced them.
    outputs
        Of the learner's own code cells on the hidden data, by cell id (nbformat outputs: text, errors, pictures). Empty
        for a lesson without code. They are the learner's: escaped wherever they are shown.
    graded_with
        Hash of the lesson's source, its hidden data and the environment; with the submission's own hash it tells
        whether a result still stands.
    message
        What kept the learner's code from running to its end, in Vietnamese; empty otherwise.
    """

    submission: Submission
    record: AnswerRecord
    verdicts: list[Verdict]
    graded_with: str
    graded_at: datetime
    outputs: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    message: str = ""

    @property
    def points(self) -> float:
        """Points earned."""
        return round(sum(verdict.points for verdict in self.verdicts), 2)

    @property
    def max_points(self) -> float:
        """Points that could be earned."""
        return sum(verdict.max_points for verdict in self.verdicts)

    @property
    def questions(self) -> list[dict[str, Any]]:
        """What a learner sees of each question, as ``GET api/results`` gives it: no traceback, no key."""
        return [
            {
                "id": verdict.grade_id,
                "points": verdict.points,
                "max_points": verdict.max_points,
                "sign": verdict.sign,
                "reasons": verdict.reasons,
            }
            for verdict in self.verdicts
        ]
