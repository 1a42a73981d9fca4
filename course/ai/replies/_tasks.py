"""The tasks that replies were written for, from ``data/*.yml``."""

from __future__ import annotations

import re
import string
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from course.ai.replies._details import PARTS
from course.ai.replies._words import pattern, typed_with_marks
from course.curriculum import load_curriculum

DATA = Path(__file__).parent / "data"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SLOTS = frozenset({*PARTS, "viec"})
Part = Literal["noi", "luc", "ai", "dang"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Without(_Strict):
    """What is left of a reply when one part was not said.

    Attributes
    ----------
    say
        The whole reply, about anywhere, any time or anyone.
    add
        What to add, as it stands after "Thêm: ".
    """

    say: str = Field(min_length=20)
    add: str = Field(min_length=5)


class Task(_Strict):
    """A task and its replies.

    Attributes
    ----------
    title
        Short, as in "Mời họp xóm".
    ask
        A full request to try.
    groups
        The audiences that this is written for; empty: all.
    lessons
        The lessons whose tasks this is.
    find
        Alternatives; an alternative is pieces joined by " + ", each a pattern, all of which the request must hold.
    unless
        A pattern that makes the request another task's.
    also
        What else counts as a part here: a class and a book are a pupil's "where".
    full, short, formal
        The reply to a full request, cut to a line, and in a formal tone where that makes sense.
    without
        The replies to requests that lack a part, in the order in which a missing part is told first.
    instead
        What stands for a part that was not said, in the replies that name it.
    """

    title: str
    ask: str
    groups: list[str] = []
    lessons: list[str] = []
    find: list[str] = Field(min_length=1)
    unless: str = ""
    also: dict[str, str] = {}
    full: str
    short: str
    formal: str = ""
    without: dict[Part, Without] = {}
    instead: dict[str, str] = {}

    @field_validator("find")
    @classmethod
    def _compiles(cls, find: list[str]) -> list[str]:
        for alternative in find:
            for piece in alternative.split(" + "):
                pattern(piece)
        return find

    @model_validator(mode="after")
    def _slots_can_be_filled(self) -> Task:
        for name, text in self.texts().items():
            unknown = slots_of(text) - SLOTS
            if unknown:
                raise ValueError(f"{name}: không có ô {unknown}")
            unfilled = slots_of(text) - set(self.without) - set(self.instead)
            if unfilled:
                raise ValueError(f"{name}: ô {unfilled} cần một lời thay (instead) khi người hỏi không nói")
        if set(self.also) - set(PARTS):
            raise ValueError(f"also: chỉ có {', '.join(PARTS)}")
        unknown_groups = set(self.groups) - set(load_curriculum().audiences)
        if unknown_groups:
            raise ValueError(f"không có nhóm {unknown_groups}")
        return self

    def texts(self) -> dict[str, str]:
        """Return every reply of the task by name."""
        replies = {"full": self.full, "short": self.short, "formal": self.formal}
        return replies | {f"without {part}": one.say for part, one in self.without.items()}

    def fit(self, plain: str) -> tuple[int, int]:
        """Say how well a request fits: the pieces and the letters met, ``(0, 0)`` when it does not."""
        exact = typed_with_marks(plain)
        if any(pattern(one, exact=exact or " " not in one).search(plain) for one in _alternatives(self.unless)):
            return (0, 0)
        best = (0, 0)
        for alternative in self.find:
            met = [pattern(piece, exact=exact).search(plain) for piece in alternative.split(" + ")]
            if all(met):
                best = max(best, (len(met), sum(len(one[0]) for one in met if one)))
        return best


@cache
def _alternatives(source: str) -> list[str]:
    """Split a pattern at its outer bars. A single word without diacritics says too little to rule a task out."""
    return re.findall(r"(?:\([^()]*\)|\[[^]]*\]|\\.|[^|()])+", source)


def slots_of(text: str) -> set[str]:
    """Return the names between braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@cache
def tasks() -> dict[str, Task]:
    """Read all tasks, by key.

    Raises
    ------
    ValueError
        When a file is not as it should be; names the file, the task and the line at fault.
    """
    found: dict[str, Task] = {}
    for path in sorted(DATA.glob("*.yml")):
        for key, given in yaml.load(unicodedata.normalize("NFC", path.read_text("utf-8")), Loader=_LOADER).items():
            if key in found or not re.fullmatch(r"[a-z0-9-]+", key):
                raise ValueError(f"{path.name}: tên {key!r} trùng, hoặc không chỉ gồm chữ thường, số và gạch nối")
            try:
                found[key] = Task.model_validate(given)
            except ValueError as error:
                raise ValueError(f"{path.name}, {key}: {error}") from error
    return found
