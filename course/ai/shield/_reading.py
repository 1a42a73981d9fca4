"""A text made even for the rules, and the way back to where things stand in the text as it was typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """A text in three even forms of the same length.

    Attributes
    ----------
    clean : str
        Composed (NFC), with plain digits, spaces and hyphens, without zero-width signs; letters as typed.
    bare : str
        The same without diacritics.
    plain : str
        The same in small letters without diacritics.
    """

    original: str
    clean: str
    bare: str
    plain: str
    _places: tuple[list[int], list[int]] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of `clean` stands in `original`."""
        if self._places is None:
            return start, end
        starts, ends = self._places
        return starts[start], ends[end - 1]


def read(text: str) -> Reading:
    """Make a text even."""
    even = text if text.isascii() else text.translate(_EVEN)
    clean, places = (even, None) if even.isascii() or not _UNEVEN.search(even) else _composed(even)
    bare = clean if clean.isascii() else clean.translate(_BARE)
    return Reading(text, clean, bare, bare.lower(), places)


def _composed(text: str) -> tuple[str, tuple[list[int], list[int]]]:
    """Compose letters and drop zero-width signs; also return where each letter of the result began and ended."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0

    def add(piece: str, start: int, end: int) -> None:
        pieces.append(piece)
        if len(piece) == end - start:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))

    for match in _UNEVEN.finditer(text):
        add(text[at : match.start()], at, match.start())
        at = match.end()
        if match[0][0] not in _ZERO_WIDTH:
            add(unicodedata.normalize("NFC", match[0]), *match.span())
    add(text[at:], at, len(text))
    return "".join(pieces), (starts, ends)


_ZERO_WIDTH = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# A letter with marks of its own, at most four: a longer heap is no letter, and normalizing one takes quadratic time.
_UNEVEN = re.compile(f"[{_ZERO_WIDTH}]+|[^\u0300-\u036f{_ZERO_WIDTH}][\u0300-\u036f]{{1,4}}")


def _even() -> dict[int, str]:
    """Return what each odd space, hyphen and digit is read as; always one sign for one."""
    table = {code: " " for code in (0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)}
    table |= {code: "-" for code in (*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63)}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width forms
    for first in (0x0660, 0x06F0, 0x0966, *range(0x1D7CE, 0x1D800, 10)):
        table |= {first + digit: str(digit) for digit in range(10)}
    return table


def _bare() -> dict[int, str]:
    """Return the letter without diacritics of every Latin letter that has one."""
    table = {0x110: "D", 0x111: "d"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            table[code] = base
    return table


_EVEN = _even()
_BARE = _bare()
