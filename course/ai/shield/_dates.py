"""Birth dates: a date is personal only where something says that a person was born on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from course.ai.shield._reading import Reading
from course.ai.shield._spot import Spot

_YEAR = r"(?:1[89]\d\d|20[0-2]\d)"
_FULL = (
    rf"(?:\d{{1,2}} ?[/.\-] ?\d{{1,2}} ?[/.\-] ?(?:{_YEAR}|\d\d)(?!\d)"
    rf"|(?:mung )?\d{{1,2}},? thang \d{{1,2}},?(?: nam)? {_YEAR}(?!\d)"
    rf"|{_YEAR}-\d\d?-\d\d?(?!\d)|\d{{4}}{_YEAR}(?!\d))"
)
_PART = r"(?:(?:mung )?\d{1,2} ?(?:thang|/|-) ?\d{1,2}(?![\d/]))"
DATE = rf"(?:(?:ngay )?{_FULL}|(?:ngay )?{_PART}|(?:nam )?{_YEAR}(?![\d/]))"

_BORN = re.compile(
    r"(?<![a-z])(?:(?:ngay,? ?(?:thang,? ?)?(?:nam ?)?sinh|nam sinh|sinh)"
    rf"(?P<gap>(?: cua [^\d\n.,;]{{1,30}}?)?(?: (?:vao|la|ngay|nam))*(?: \([^()\n]{{1,20}}\))?[ :(\-]{{1,3}})"
    rf"(?P<date>{DATE})|sinh nam (?P<two>[3-9]\d(?![\d/.,%]))"
    rf"|sn[ :.]{{0,2}}(?P<short>{DATE}|\d\d(?![\d/.]))"
    rf"|(?:ns|dob|d\.o\.b|date of birth|ntns)[ :.]{{1,3}}(?P<other>{DATE})"
    rf"|sinh nhat(?P<party>[^\d\n|]{{1,40}}?)(?P<day>{DATE}))"
)
# What "sinh" also ends: khai sinh, vệ sinh, phát sinh…; and births that are no person's.
_OTHER_BIRTH = re.compile(
    r"(?<![a-z])(?:khai|ve|phat|hoc|tai|hoi|ky|thi|giao|hy|tiet|sang|moi|nha|dan|tuyen|nuoi|an|ho|tri|phuc)$"
)
_ANIMAL = re.compile(
    r"(?<![a-z])(?:lon|trau|heo|nai|de me|de con|bo (?:me|con|sua|cai|lai)|nghe con|dan [a-z]+)(?![a-z])"
)
_BEAST = re.compile(r"\b(?:bò|bê|nghé|dê|ngựa|trâu|lợn|heo|gà|vịt)\b", re.IGNORECASE)
_PUBLIC = re.compile(
    r"(?<![a-z])(?:bac ho|chu tich|dang|doan|cong ty|truong|thanh lap|hoi|ngay sinh nhat bac|bac)(?![a-z])"
)
_BESIDE = re.compile(
    rf" ?(?:[,;|(\t\-:]{{1,3}} ?|\s)(?:(?:nam|nu)[ ,;|\t\-]{{1,3}})?(?:sn ?|sinh (?:nam |ngay )?)?(?P<date>{DATE})"
)
_LISTED = re.compile(r" ?(?:[,;)|\t\n]|- |$)")
_LONE_YEAR = re.compile(r"(?:nam )?(?:19[2-9]\d|20[01]\d)")


def find(reading: Reading) -> Iterator[Spot]:
    """Return dates that a word before them makes a birth date."""
    plain = reading.plain
    if "s" not in plain and "dob" not in plain:
        return
    for match in _BORN.finditer(plain):
        name = next(group for group in ("date", "two", "short", "other", "day") if match[group])
        before = plain[max(0, match.start() - 30) : match.start()]
        if name in ("date", "two", "day") and (_OTHER_BIRTH.search(before.rstrip()) or _ANIMAL.search(before)):
            continue
        if _BEAST.search(reading.clean, max(0, match.start() - 30), match.start()):
            continue
        if name == "day" and _PUBLIC.search(match["party"]):
            continue
        start, end = match.span(name)
        if name == "short" and end - start == 2 and (_STREET.match(plain, end) or int(match[name]) < 25):
            continue  # "SN 12 đường…" is a house number
        yield Spot(_without_word(plain, start), end, "birth_date", 2)


_STREET = re.compile(r"[ ,]{1,2}(?:duong|pho|ngo|ngach|hem|kiet|to|khu|xom|thon)(?![a-z])")


def _without_word(plain: str, start: int) -> int:
    word = re.compile(r"(?:ngay|nam) ").match(plain, start)
    return word.end() if word else start


def beside_names(reading: Reading, names: Sequence[Spot]) -> Iterator[Spot]:
    """Return dates right after a name, as in lists: "Nguyễn Thị Mẫu, 12/5/1958" or "ông Mẫu (1958)"."""
    for name in names:
        match = _BESIDE.match(reading.plain, name.end, name.end + 40)
        if not match:
            continue
        start, end = match.span("date")
        date = match["date"]
        year = re.search(r"\d{4}", date)
        lone = _LONE_YEAR.fullmatch(date)
        listed = lone and (reading.plain[start - 1] in "(\t|;" or _LISTED.match(reading.plain, match.end()))
        if listed or (not lone and year and 1900 < int(year[0]) < 2022):
            yield Spot(_without_word(reading.plain, start), end, "birth_date", 3)
