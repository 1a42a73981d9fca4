"""The coach's rules as data, read once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from course.ai.coach._phrases import Phrases

PARTS = ("vai", "viec", "boi_canh", "gioi_han", "dang", "noi", "luc", "ai")
"""Role, task, context, limits, form, place, time, audience: what a request may have, in the order it is shown."""

COMMON = "chung"
"""The kind of request that has no phrases of its own."""


@dataclass(frozen=True)
class Kind:
    """A kind of request: its title, the parts that matter for it, and lines of its own for what could be added."""

    title: str
    matters: tuple[str, ...]
    add: dict[str, str]


@dataclass(frozen=True)
class Rules:
    """All rules.

    Attributes
    ----------
    titles, add
        By part: its name, and the line that is shown when it is missing.
    kinds
        By name, the most telling first.
    short
        Short forms and the words they stand for.
    phrases
        Finds ``"noi"`` (a part), ``"not noi"`` (what only looks like it) and ``"kind hop"``.
    """

    titles: dict[str, str]
    add: dict[str, str]
    kinds: dict[str, Kind]
    short: dict[str, tuple[str, ...]]
    phrases: Phrases


@cache
def rules() -> Rules:
    """Read the rules.

    Raises
    ------
    ValueError
        If a phrase names a list that is not there.
    """
    words = _data("words")
    parts = {part: _data(part) for part in PARTS}
    kinds = _data("kinds")
    phrases = Phrases()
    for part, data in parts.items():
        lists = {**words["lists"], **data.get("lists", {})}
        phrases.add(part, data["found"], lists)
        phrases.add(f"not {part}", data.get("not", ()), lists)
    lists = {**words["lists"], **kinds.pop("lists")}
    for name, data in kinds.items():
        phrases.add(f"kind {name}", data["found"], lists)
    return Rules(
        titles={part: data["title"] for part, data in parts.items()},
        add={part: data["add"] for part, data in parts.items()},
        kinds={name: Kind(data["title"], tuple(data["matters"]), data.get("add", {})) for name, data in kinds.items()},
        short={short: tuple(str(full).split()) for short, full in words["short"].items()},
        phrases=phrases,
    )


def _data(name: str) -> dict[str, Any]:
    text = (files("course.ai.coach") / "rules" / f"{name}.yml").read_text("utf-8")
    return yaml.load(unicodedata.normalize("NFC", text), Loader=_LOADER)


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
