"""What a rule reports."""

from __future__ import annotations

from typing import NamedTuple

from course.ai.shield._kinds import Kind


class Spot(NamedTuple):
    """A stretch of a `Reading`, what it looks like, and how much doubt there is (0 is none; the surer one wins)."""

    start: int
    end: int
    kind: Kind
    doubt: int
