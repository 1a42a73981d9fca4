"""How people are called: the display names of accounts, and a greeting that fits a group."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from course.curriculum import Audience

# "Chào bà con Hoa" is not Vietnamese: only a word for one person goes before a given name.
_FOR_ONE = {"bạn", "em", "chị", "anh", "cô", "chú", "bác"}


def account_names(state: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the display names that ``accounts.json`` has for these log-in names; empty when there is no such file."""
    try:
        accounts = json.loads((state / "accounts.json").read_text("utf-8"))["accounts"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: accounts[name]["display_name"] for name in names if accounts.get(name, {}).get("display_name")}


def greeting(display_name: str, audience: Audience | None) -> str:
    """Greet by name where there is one: ``Chào em Minh``, ``Chào Nguyễn Thị Hoa``, otherwise ``Chào bà con``."""
    words = display_name.split()
    named = len(words) > 1 and words[-1][:1].isupper()
    if audience is None:
        return f"Chào {display_name}" if named else "Chào bạn"
    if not named:
        return audience.greeting
    if audience.address in _FOR_ONE:
        return f"{audience.greeting} {words[-1]}"
    return f"Chào {display_name}"
