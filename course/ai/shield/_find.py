"""Everything personal in a text, each stretch once."""

from __future__ import annotations

from dataclasses import dataclass

from course.ai.shield import _addresses, _codes, _dates, _names, _numbers, _tables
from course.ai.shield._kinds import HINTS, Kind
from course.ai.shield._reading import read
from course.ai.shield._spot import Spot


@dataclass(frozen=True)
class Finding:
    """A stretch of text that looks personal.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    start, end : int
        Where it stands in the text as given, counted in Python's letters.
    text : str
        The stretch as typed.
    hint : str
        One or two plain Vietnamese sentences: what it looks like, and why it matters.
    """

    kind: Kind
    start: int
    end: int
    text: str
    hint: str


def find(text: str) -> list[Finding]:
    """Return what looks personal in a text, in the order of the text, without overlaps."""
    reading = read(text)
    found: list[Spot] = []
    for rules in (_codes, _numbers, _tables, _dates):
        found += rules.find(reading)
    names = _names.find(reading)
    names += _names.beside(reading, found)
    found += _dates.beside_names(reading, names)
    found += _addresses.find(reading)
    found += names
    findings = []
    for spot in _apart(found, len(reading.clean)):
        start, end = reading.span(spot.start, spot.end)
        findings.append(Finding(spot.kind, start, end, text[start:end], HINTS[spot.kind]))
    return findings


def _apart(spots: list[Spot], length: int) -> list[Spot]:
    """Keep the surest of spots that overlap; the longer of two equally sure ones."""
    if len(spots) < 2:
        return spots
    taken = bytearray(length)
    kept = []
    for spot in sorted(spots, key=lambda spot: (spot.doubt, spot.start - spot.end)):
        if not any(taken[spot.start : spot.end]):
            taken[spot.start : spot.end] = b"\x01" * (spot.end - spot.start)
            kept.append(spot)
    return sorted(kept, key=lambda spot: spot.start)
