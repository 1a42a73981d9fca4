"""Email addresses and vehicle plates: known by their shape alone."""

from __future__ import annotations

import re

from course.ai.shield._reading import Reading
from course.ai.shield._spot import Spot

# Bounded, and begun only where a word begins: a megabyte of letters is walked through once.
_EMAIL = re.compile(
    r"(?<![\w.+\-])[\w.+\-]{1,64}"
    r"(?: ?@ ?|(?: ?[(\[] ?| )(?:at|a cong|a-cong)(?: ?[)\]] ?| ))"
    r"[a-z0-9\-]{1,63}(?:(?:\.| ?[(\[]?(?:dot|cham)[)\]]? ?| \. ?)[a-z0-9\-]{2,30}){1,4}"
)
_PLATE = re.compile(
    r"(?<![\w./\-])[1-9]\d ?-? ?(?:[A-ZĐ]{1,2}\d?|[A-Z]\d)(?: ?- ?| |\.|)(?:\d{3}\.\d{2}|\d{5}|\d{2}\.\d{2}|\d{4})"
    r"(?![\w/]|[.,\-]\d)",
    re.IGNORECASE,
)
_PLATE_CUE = re.compile(r"bien so|bien kiem soat|bks|bsx|\bxe\b|o to|oto")
_NO_PLATE = re.compile(r"(?:thua|to ban do|lop|phong|mau|khoan|dieu|lo|quyet dinh|so hieu|ma hang)\s*(?:so )?$")


def find(reading: Reading) -> list[Spot]:
    """Return email addresses and plates."""
    spots = []
    if "@" in reading.plain or " at " in reading.plain or "cong" in reading.plain or "at)" in reading.plain:
        for match in _EMAIL.finditer(reading.plain):
            spots.append(Spot(match.start(), match.end() - match[0].endswith("-"), "email", 0))
    for match in _PLATE.finditer(reading.clean):
        if _is_plate(reading, match):
            spots.append(Spot(*match.span(), "plate", 1))
    return spots


def _is_plate(reading: Reading, match: re.Match[str]) -> bool:
    before = reading.plain[max(0, match.start() - 40) : match.start()]
    if _PLATE_CUE.search(before):
        return True
    letters = "".join(sign for sign in match[0] if sign.isalpha())
    if _NO_PLATE.search(before) or not letters.isupper():
        return False
    digits = re.split(r"[^\d]+", match[0].replace(".", ""))[-1]
    # Five figures, or a hyphen before four: "20A 1234" alone may be a room or a batch.
    return len(digits) >= 5 or "-" in match[0]
