"""Specimens: for each lesson, what earns full marks and what typical mistakes earn. They hold keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from course.answers import Answer, AnswerRecord, check_value, now
from course.texts import by_audience

FOLDER = Path(__file__).with_name("specimens")


@dataclass(frozen=True)
class Specimen:
    """A made-up learner's answers for one audience, and the points they should earn."""

    name: str
    record: AnswerRecord
    points: dict[str, float] | None
    """Points of the questions named; the others earn all. ``None`` for the blank, which earns nothing."""
    code: Mapping[str, str] | None = field(default_factory=dict)
    """Of a code lesson: solution cells in place of the notebook's own, by cell id. ``None``: no code was written."""


def read_specimens(lesson: str, audience: str) -> tuple[Specimen, Specimen, list[Specimen]]:
    """Return the solution, the blank and the mistakes of a lesson for an audience.

    Raises
    ------
    FileNotFoundError
        When the lesson has no specimens.
    ValueError
        When a value is not one that a learner could give.
    """
    data = _read(lesson)
    solution = data["solution"]
    blank = Specimen("Chưa trả lời", AnswerRecord(lesson=lesson), None, None)
    mistakes = [
        Specimen(
            mistake["name"],
            _record(lesson, audience, {**solution, **mistake.get("answers", {})}, mistake.get("items")),
            {id: float(by_audience(points, audience)) for id, points in mistake["points"].items()},
            {id: by_audience(code, audience) for id, code in mistake.get("code", {}).items()},
        )
        for mistake in data["mistakes"]
    ]
    return Specimen("Lời giải", _record(lesson, audience, solution), {}), blank, mistakes


def read_item_solutions(lesson: str, audience: str) -> list[Specimen]:
    """Return, for each further item of each question with a pool, the solution with that item in its place."""
    data = _read(lesson)
    return [
        Specimen(
            f"Lời giải, {id} bản {item}",
            _record(lesson, audience, {**data["solution"], id: value}, {id: item}),
            {},
        )
        for id, values in (data.get("pool") or {}).items()
        for item, value in enumerate(values, start=2)
    ]


def _read(lesson: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / f"{lesson}.yml").read_text("utf-8"))


def _record(
    lesson: str, audience: str, answers: dict[str, Any], items: Mapping[str, int] | None = None
) -> AnswerRecord:
    """Make a record, of first items but for those given; a mistake takes an answer away by giving ``null``."""
    at, items = now(), items or {}
    given = {
        id: Answer(value=check_value(_for_audience(value, audience)), audience=audience, at=at, item=items.get(id, 1))
        for id, value in answers.items()
        if value is not None
    }
    return AnswerRecord(lesson=lesson, version=1, answers=given)


def _for_audience(value: Any, audience: str) -> Any:
    value = by_audience(value, audience)
    if isinstance(value, dict):
        return {name: by_audience(inner, audience) for name, inner in value.items()}
    return value
