"""The end of a level: what was learnt, the points, what to repeat, and the minutes that own work saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from course.answers import AnswerRecord, DoneValue, WorkValue
from course.curriculum import LessonEntry, Level
from grader.database_tables import ResultRow

_FIRM = 0.8
"""Share of a lesson's points from which it need not be repeated."""
_MOST_REPEATED = 3
"""Lessons named to repeat; a longer list is not read, and the weakest help most."""


@dataclass(frozen=True)
class LessonAtEnd:
    """One lesson as the page at the end shows it."""

    entry: LessonEntry
    points: float | None
    """``None`` where it has not been graded yet."""
    max_points: float
    applied: bool
    """Whether the learner ticked off "Ứng dụng ngay"."""
    open: bool
    """Whether it has been released."""

    @property
    def share(self) -> float:
        """Points over what could be earned; 0 before the first grading."""
        return self.points / self.max_points if self.points is not None and self.max_points else 0.0


@dataclass(frozen=True)
class LevelEnd:
    """A level looked back on."""

    level: Level
    lessons: list[LessonAtEnd]
    minutes_saved: int | None
    """By own work, as the learner told; ``None`` where none was told."""

    @property
    def finished(self) -> bool:
        """Whether every lesson of the level has been graded."""
        return all(lesson.points is not None for lesson in self.lessons)

    @property
    def graded(self) -> list[LessonAtEnd]:
        """The lessons that have points."""
        return [lesson for lesson in self.lessons if lesson.points is not None]

    @property
    def points(self) -> float:
        """Points of all graded lessons."""
        return round(sum(lesson.points or 0.0 for lesson in self.graded), 2)

    @property
    def max_points(self) -> float:
        """What these lessons could earn."""
        return sum(lesson.max_points for lesson in self.graded)

    @property
    def repeat(self) -> list[LessonAtEnd]:
        """Which lessons to repeat, the weakest first."""
        weak = [lesson for lesson in self.graded if lesson.share < _FIRM]
        return sorted(weak, key=lambda lesson: (lesson.share, lesson.entry.position))[:_MOST_REPEATED]

    @property
    def applied(self) -> int:
        """In how many lessons "Ứng dụng ngay" was ticked off."""
        return sum(lesson.applied for lesson in self.lessons)

    @property
    def next(self) -> LessonAtEnd | None:
        """The first lesson that is there and still to do."""
        return next((lesson for lesson in self.lessons if lesson.open and lesson.points is None), None)


def look_back(
    level: Level, released: Iterable[str], records: Mapping[str, AnswerRecord], results: Mapping[str, ResultRow]
) -> LevelEnd:
    """Put the page of a level together.

    Parameters
    ----------
    released
        Keys of the lessons that can be done.
    records, results
        The learner's own, by lesson key.
    """
    there = set(released)
    lessons = []
    for entry in level.lessons:
        result, record = results.get(entry.key), records.get(entry.key)
        today = record.answers.get("today") if record else None
        lessons.append(
            LessonAtEnd(
                entry,
                result.points if result else None,
                result.max_points if result else 0.0,
                today is not None and isinstance(today.value, DoneValue) and today.value.done,
                entry.key in there,
            )
        )
    own = [record for key, record in records.items() if key.startswith(f"{level.folder}/")]
    return LevelEnd(level, lessons, _minutes_saved(own))


def _minutes_saved(records: Iterable[AnswerRecord]) -> int | None:
    works = [answer.value for record in records for answer in record.answers.values()]
    told = [
        work.before - work.after
        for work in works
        if isinstance(work, WorkValue) and work.before is not None and work.after is not None
    ]
    return sum(told) if told else None
