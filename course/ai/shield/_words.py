"""Vietnamese word lists of the shield, read once from ``words.yml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from course.ai.shield._reading import read


class Words(NamedTuple):
    """A list of words as written, and without diacritics."""

    full: frozenset[str]
    plain: frozenset[str]


@cache
def words(name: str) -> Words:
    """Return a list of ``words.yml``."""
    items = [item.strip() for item in _lists()[name].split(",")]
    return Words(frozenset(items), frozenset(read(item).plain for item in items))


@cache
def _lists() -> dict[str, str]:
    text = (files("course.ai.shield") / "words.yml").read_text("utf-8")
    return {name: " ".join(value.split()) for name, value in yaml.safe_load(text).items()}
