"""One attack: what it stands for, and what tells whether it succeeded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from grader.bench.attacks.ours import Ours
    from grader.bench.attacks.stock import Stock

Kind = Literal["points", "leak", "damage", "people", "fairness"]


class NotTried(Exception):
    """The hostile part never ran, so that nothing happened says nothing: a fault of the case."""


@dataclass(frozen=True)
class Attack:
    """One case.

    Attributes
    ----------
    row
        One of ``ROWS[kind]``.
    tries
        What the attacker does, in one line.
    ours, stock
        Make the attack against a grader; return what it gained, in a few words, or ``""`` when it gained nothing.
        ``stock`` is ``None`` where nbgrader has no such place to attack.
    """

    id: str
    kind: Kind
    row: str
    tries: str
    ours: Callable[[Ours], str]
    stock: Callable[[Stock], str] | None = None


def gains(*found: str) -> str:
    """Join what was gained; empty when nothing was."""
    return "; ".join(one for one in found if one)
