"""Addresses of homes: a house number on a road, or a hamlet where something says that somebody lives there.

A commune or a province alone is no address: learners are asked to name the place they write about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.ai.shield._reading import Reading
from course.ai.shield._spot import Spot
from course.ai.shield._words import words

_DOUBT = 5
_NUMBER = r"\d{1,4}[A-Za-z]?(?:/\d{1,4}[A-Za-z]?){0,3}(?![\d/.]|,\d)"
_NAME = r"[A-Z][A-Za-z']*(?: (?:[A-Z][A-Za-z']*|\d{1,2}(?!\d|/)))*"
# A place in small letters ends where the next unit or a stop word begins.
_SMALL = (
    r"(?!(?:van|nha|truong|toi|em|minh|nay|do|kia|ta|minh|ban|bo|me|co|khong|da|se|dang|trong|thi|la|va|cho|cua)\b)[a-z]{1,7}"
    r"(?: (?!(?:xa|phuong|huyen|tinh|quan|len|den|bi|co|la|de|hoi|xin|muon|chua|da|gui|cho|trong|thi|vua|hay|va|o|di|"
    r"so|sdt|dt|dien|mua|ban|lam|can|khong|cach|ngay|luc|nay|thanh|tp|xom|thon|to|goi|gap|nhe|a|ve|giup)\b)[a-z]{1,7})?\b"
)
_VALUE = rf"(?:{_NUMBER}|{_NAME}|{_SMALL})"
_LIKED = rf"(?:{_NUMBER}|{_NAME})"
_ROAD = rf"(?i:ngo|ngach|hem|kiet|duong|pho|dai lo|quoc lo) {_LIKED}"
_ROOM = r"(?i:phong|can ho|ki ?ot|ki-ot|toa|tang|lo|day) (?:so )?[A-Z]{0,2}\d{1,4}"
_HAMLET = (
    rf"(?:(?i:to dan pho|to|xom|thon|buon|khu pho|khu|khoi|tieu khu) (?:so )?{_VALUE}"
    rf"|(?i:ban|ap|lang) (?:{_NAME}|{_SMALL}))"  # before a figure these are "bán", "áp", "lắng"
)
_COMMUNE = rf"(?i:xa|phuong|thi tran|tt\.?) {_VALUE}"
_UPPER = rf"(?i:huyen|quan|tinh|thanh pho|tp\.? ?|thi xa|tx\.?) ?{_VALUE}"
_PROVINCES = (
    "Thai Nguyen|Bac Kan|Ha Noi|Lang Son|Cao Bang|Tuyen Quang|Ha Giang|Bac Ninh|Bac Giang|Phu Tho|"
    "Lao Cai|Yen Bai|Lai Chau|Dien Bien|Son La|Hoa Binh|Quang Ninh|Hai Phong|Hai Duong|Hung Yen|"
    "Thai Binh|Ninh Binh|Nam Dinh|Ha Nam|Thanh Hoa|Nghe An|Ha Tinh|Quang Binh|Quang Tri|Hue|Da Nang|"
    "Quang Nam|Quang Ngai|Kon Tum|Gia Lai|Binh Dinh|Dak Lak|Phu Yen|Khanh Hoa|Lam Dong|Dong Nai|"
    "Ho Chi Minh|HCM|Sai Gon|Tay Ninh|Long An|Dong Thap|Tien Giang|Vinh Long|Ben Tre|Tra Vinh|"
    "An Giang|Kien Giang|Can Tho|Ca Mau|Vinh Phuc"
)
_MORE = rf"(?:(?: ?, ?| ?- ?| )(?:{_ROOM}|{_ROAD}|{_HAMLET}|{_COMMUNE}|{_UPPER}|(?:{_PROVINCES})(?![A-Za-z])))"
_HOUSE = re.compile(
    rf"(?<![\w/.,])(?:{_ROOM}(?: ?, ?| ?- ?| ))?(?:(?i:so nha|nha so|so|sn) ?{_NUMBER}|{_NUMBER})"
    rf"(?: ?, ?| )(?:{_ROAD}|{_HAMLET}){_MORE}{{0,6}}"
)
_CHAIN = re.compile(
    rf"(?<![\w/])(?:{_ROOM}|(?:(?i:so nha|nha so) ?{_NUMBER}(?: ?, ?| ))?(?:{_HAMLET}|{_COMMUNE}|{_ROAD}))"
    rf"{_MORE}{{0,6}}"
)
_LIVES = re.compile(
    r"(?<![a-z])(?:tru(?! so )(?: tai| o)?|thuong tru|tam tru(?: tai)?|hktt|dktt|ho khau(?: tai| o)?|"
    r"dia chi(?: nha| o| nhan hang| giao hang)?|que(?: quan| o)?|nguyen quan|noi o(?: hien nay)?|cho o|"
    r"cu (?:tru|ngu)(?: tai)?|sinh song (?:tai|o)|nha (?:[a-z]{2,5} )?o|nha rieng|dc)"
    r"[ :\-]{1,3}(?:tai |la |o |so )?$"
)
_STAYS = re.compile(r"(?<![a-z])(?:o|ve|den|toi|giao|gui|nha|ship|tai)[ :]{1,2}(?:tan |nha )?$")
_PERSON = re.compile(
    r"(?<![a-z])(?:toi|em|minh|anh|chi|ong|ba|co|chu|bac|chau|cu|hoi vien|ho|khach|cong dan|gia dinh|giao|ship|gui|"
    r"ban|thay)(?![a-z])"
)
_NOT_HOME = re.compile(
    r"(?<![a-z])(?:hop|nha van hoa|truong|su kien|to chuc|duong|tram|dien tich|san bong|doan)(?![a-z])"
)
_NUMBERS = re.compile(r"\d{3}[ .\-]?\d{3,4} ?[/,;|\t\-]{1,2} ?$")


_IN_FORM = re.compile(r"[;|\t] ?$")


def find(reading: Reading) -> Iterator[Spot]:
    """Return addresses."""
    bare, plain = reading.bare, reading.plain
    if not _ANY.search(plain):
        return
    for match in _HOUSE.finditer(bare):
        if _DATED.search(plain[max(0, match.start() - 12) : match.start()]):
            continue
        units, end = _units(reading, *match.span())
        if units:
            yield Spot(match.start(), end, "address", _DOUBT)
    for match in _CHAIN.finditer(bare):
        units, end = _units(reading, *match.span())
        if units and _is_home(plain, match.start(), units):
            yield Spot(match.start(), end, "address", _DOUBT)


def _units(reading: Reading, start: int, end: int) -> tuple[list[str], int]:
    """Return the units of an address, and where it ends: before a word that only looks like one ("bán", "khỏi")."""
    units: list[str] = []
    bare, last = reading.clean.isascii(), -2
    for match in _UNIT.finditer(reading.plain, start, end):
        if not bare and reading.clean[match.start() : match.end()].lower() not in words("units").full:
            return (units, _trimmed(reading.plain, start, match.start())) if units else ([], end)
        if match.start() != last + 1:  # else it is the name of the unit before: "xóm Bản Mẫu"
            units.append(match[0])
        last = match.end()
    return units, end


def _trimmed(plain: str, start: int, end: int) -> int:
    return start + len(plain[start:end].rstrip(" ,-"))


_ANY = re.compile(
    r"(?<![a-z])(?:duong|pho|ngo|ngach|hem|to|xom|thon|ban|ap|buon|khu|khoi|xa|phuong|ki ?ot|phong|tt|lang)(?![a-z])"
)
_DATED = re.compile(r"(?:ngay|thang|tu|den|hoi|nam|khoang|dai|co|tong|thu|tren)[ :]{1,2}$")


def _is_home(plain: str, start: int, units: list[str]) -> bool:
    """Tell from what stands before a chain of places whether somebody lives there."""
    before = re.split(r"[\n\x1e]|[.!?] ", plain[max(0, start - 70) : start])[-1]
    if _LIVES.search(before):
        return True
    if len(units) < 2 or units[0] in ("xa", "phuong", "thi tran", "tt"):
        return False
    if _NUMBERS.search(before) or _IN_FORM.search(before):
        return True
    return bool(_STAYS.search(before) and _PERSON.search(before) and not _NOT_HOME.search(before))


_UNIT = re.compile(
    r"(?<![a-z])(?:ngo|ngach|hem|kiet|duong|pho|dai lo|quoc lo|to dan pho|to|xom|thon|ban|ap|buon|khu pho|khu|khoi|"
    r"tieu khu|lang|xa|phuong|thi tran|tt|huyen|quan|tinh|thanh pho|tp|thi xa|tx|phong|can ho|ki ?ot|ki-ot|toa|tang|"
    r"lo|day)(?= |\. ?)(?! va)"
)
