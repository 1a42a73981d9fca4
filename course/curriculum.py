"""The curriculum: levels, lessons and audiences, read from ``curriculum.yml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

LESSON_KEY = re.compile(r"level([1-5])/(\d\d)")


@dataclass(frozen=True)
class Audience:
    """A group of learners whose lessons have their own scenes and data."""

    id: str
    label: str
    """How a menu names it, for example ``Bà con nông dân``."""
    group: str
    """How a sentence names it, for example ``bà con nông dân``."""
    greeting: str
    address: str
    """The word that speaks to one of them: ``bà con``, ``anh chị``, ``em``."""


@dataclass(frozen=True)
class LessonEntry:
    """One lesson as the curriculum lists it, whether or not it has been written yet."""

    key: str
    """Folder and number, for example ``level1/03``."""
    level: int
    position: int
    title: str
    outcome: str
    minutes: int

    @property
    def number(self) -> str:
        """The number people use, for example ``1.3``."""
        return f"{self.level}.{self.position}"


@dataclass(frozen=True)
class Level:
    """One of the five levels (cấp)."""

    number: int
    title: str
    lessons: tuple[LessonEntry, ...]

    @property
    def folder(self) -> str:
        """The folder, which is also the name of the nbgrader assignment: ``level1``."""
        return f"level{self.number}"


@dataclass(frozen=True)
class Curriculum:
    """All levels and audiences, in order."""

    levels: tuple[Level, ...]
    audiences: dict[str, Audience]

    def lesson(self, key: str) -> LessonEntry:
        """Find a lesson by its key.

        Raises
        ------
        KeyError
            When the curriculum has no such lesson.
        """
        for level in self.levels:
            for lesson in level.lessons:
                if lesson.key == key:
                    return lesson
        raise KeyError(key)

    def after(self, key: str) -> LessonEntry | None:
        """Return the lesson that follows, or ``None`` after the last."""
        lessons = [lesson for level in self.levels for lesson in level.lessons]
        position = lessons.index(self.lesson(key)) + 1
        return lessons[position] if position < len(lessons) else None


@cache
def load_curriculum() -> Curriculum:
    """Read ``curriculum.yml`` once."""
    data = yaml.safe_load(Path(__file__).with_name("curriculum.yml").read_text("utf-8"))
    levels = tuple(
        Level(
            number,
            level["title"],
            tuple(
                LessonEntry(f"level{number}/{position:02}", number, position, **entry)
                for position, entry in enumerate(level["lessons"], start=1)
            ),
        )
        for number, level in enumerate(data["levels"], start=1)
    )
    return Curriculum(levels, {id: Audience(id, **texts) for id, texts in data["audiences"].items()})
