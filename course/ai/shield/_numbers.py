"""Long numbers: phone, căn cước, bank account, tax code. A word before a number says more than its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from course.ai.shield._kinds import Kind
from course.ai.shield._reading import Reading
from course.ai.shield._spot import Spot

_SEP = r"(?: ?[.\-] ?| {1,2}|)"  # between two digits of one number
_LONGEST_GAP = 42  # letters between a cue and its number

_PHONE = re.compile(
    rf"(?<!\d)(?<!\d[.,/])(?:\(?(?:\+ ?|00)?84\)?{_SEP}(?:\(0\)|0)?|\(?0){_SEP}"
    rf"(?:[35789](?:\)?{_SEP}\d){{8}}|1[2689](?:{_SEP}\d){{8}}|2(?:\)?{_SEP}\d){{8,9}})(?!\d)(?![.,/]\d{{3}}(?!\d))"
)
_TWELVE = re.compile(rf"(?<!\d)(?<!\d[.,/])0\d{_SEP}\d{_SEP}[0-3](?:{_SEP}\d){{8}}(?!\d)")
_BRANCH = re.compile(r"(?<![\d\-])\d{10} ?- ?\d{3}(?![\d\-])")
_CARD = re.compile(rf"(?<!\d)(?:9704|[45]\d{{3}})(?:{_SEP}\d){{12}}(?!\d)(?:{_SEP}\d{{3}}(?!\d))?")
_NUMBER = re.compile(rf"\(?\+?\d(?:\)?{_SEP}\d){{5,18}}(?!\d)")

_BANKS = (
    "vietcombank|vcb|agribank|bidv|vietinbank|ctg|techcombank|tcb|mb ?bank|mb|acb|sacombank|stb|vpbank|tpbank|"
    "shb|hdbank|vib|ocb|msb|seabank|lpbank|lienvietpostbank|lien viet|eximbank|scb|namabank|bac a bank|pvcombank|"
    "abbank|oceanbank|kienlongbank|ngan hang chinh sach|nhcsxh|ngan hang"
)
_CUE = re.compile(
    r"(?<![a-z])(?:"
    r"(?P<bank_account>stk|so tk|so tai khoan|tai khoan(?: so)?|tk(?: so)?|so the|the (?:atm|ngan hang|tin dung)|"
    rf"account|chuyen khoan|ck|chuyen tien|chuyen (?:vao|qua|toi|den)|{_BANKS})|"
    r"(?P<tax_code>mst|ma so thue|ma thue|tax code)|"
    r"(?P<cccd>cccd|cmnd|cmtnd|cmt|chung minh(?: nhan dan| thu)?|can cuoc(?: cong dan)?|the cc|so cc|"
    r"(?:so |ma )?dinh danh(?: ca nhan)?|so ddcn)|"
    r"(?P<phone>s?dtdd|sdt|sodt|dt|dien thoai(?: ban| di dong)?|so may(?: ban)?|di dong|zalo|viber|momo|tel|phone|"
    r"mobile|alo|hotline|duong day nong|lien he|goi(?: so| vao so)?|nhan tin|so)"
    r")(?![a-z])"
)
_BANK_AFTER = re.compile(rf"[ (,:\-]{{1,4}}(?:tai |o |cua |mo tai |ngan hang |nh |bank )*(?:{_BANKS})(?![a-z])")
_AMOUNT = re.compile(
    r" ?(?:d|đ|dong|vnd|vnđ|nghin|ngan(?! hang)|trieu|ty|k|usd|%|kg|ta|tan|m2|m²|ha|km|lit|nguoi|ho|con|cai|qua|bao|"
    r"met|luot|san pham)(?![a-z])"
)
_DATE = re.compile(r"\d{1,2} ?[.\-/ ] ?\d{1,2} ?[.\-/ ] ?(?:19|20)\d\d(?!\d)|(?:19|20)\d\d-\d\d-\d\d")
_MONEY = re.compile(r"[1-9]\d{0,2}(?:[. ]\d{3}){1,4}$")
_FIRM = re.compile(
    r"(?:so|tk|stk|khoan|account|the|atm|dung)[ :.\-]{0,4}(?:la |cua (?:em|anh|chi|minh|toi) (?:la )?)?:? ?$"
)
_WORD = r"(?:khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|bẩy|tam|chin)"
_SPOKEN = re.compile(rf"(?<![a-z])khong(?:[ ,.\-]{{1,2}}{_WORD}){{9,11}}(?![a-z])")


class _Cue(NamedTuple):
    end: int
    kind: Kind
    word: str


def find(reading: Reading) -> list[Spot]:
    """Return numbers of persons."""
    plain = reading.plain
    spots = []
    if _FIRST_DIGIT.search(plain):
        spots = [*_by_cue(plain), *_by_shape(plain)]
    if "khong" in plain:
        for match in _SPOKEN.finditer(plain):
            spots.append(Spot(*match.span(), "cccd" if len(match[0].split()) == 12 else "phone", 2))
    return spots


_FIRST_DIGIT = re.compile(r"\d")


def _by_shape(plain: str) -> Iterator[Spot]:
    """Numbers whose shape says what they are."""
    for match in _BRANCH.finditer(plain):
        yield Spot(*match.span(), "tax_code", 3)
    for match in _CARD.finditer(plain):
        yield Spot(*match.span(), "bank_account", 2)
    for match in _TWELVE.finditer(plain):
        amount = set(_groups(match[0])) == {3} and match.start() > 1 and plain[match.start() - 2].isdigit()
        if _is_twelve(match[0]) and not amount:
            yield Spot(*match.span(), "cccd", 3)
    for match in _PHONE.finditer(plain):
        if _is_phone(match[0]):
            banked = _BANK_AFTER.match(plain, match.end(), match.end() + 40)
            start = match.start() + (match[0][0] == "(" and ")" not in match[0])
            yield Spot(start, match.end(), "bank_account" if banked else "phone", 4)


def _is_twelve(number: str) -> bool:
    """Tell a căn cước number from a phone number with a figure behind it, from a row of small figures, from a date."""
    groups = _groups(number)
    together = min(groups) > 1 or groups == [3, 1, 2, 6] or len(groups) == 12
    return together and groups[0] not in (10, 11) and not _DATE.match(number)


def _is_phone(number: str) -> bool:
    """Tell a phone number from a row of small figures and from a date."""
    groups = _groups(number)
    if _DATE.match(number.lstrip("(+")) or (len(groups) > 6 and set(groups) != {1}):
        return False
    return set(groups) == {1} or groups[0] > 1 or (number[0] == "(" and groups[-1] > 1)


def _groups(number: str) -> list[int]:
    return [len(group) for group in re.findall(r"\d+", number)]


def _by_cue(plain: str) -> Iterator[Spot]:
    """Numbers that a word before them, or a bank's name after them, explains."""
    cues = [_Cue(cue.end(), cue.lastgroup, cue[0]) for cue in _CUE.finditer(plain)]  # type: ignore[arg-type]
    if not cues:
        return
    which = 0
    last = _Cue(-_LONGEST_GAP - 1, "phone", "")  # too far away to tell anything
    for match in _NUMBER.finditer(plain):
        while which < len(cues) and cues[which].end <= match.start():
            cue = cues[which]
            # "số" alone only stands nearer to the number: what came just before it still tells the kind.
            between = plain[max(0, last.end) : cue.end]
            if cue.word != "so" or not last.word or len(between) > 24 or re.search(r"[\d\n]", between):
                last = cue
            which += 1
        spot = _explained(plain, match, last)
        if spot:
            yield spot


def _explained(plain: str, match: re.Match[str], cue: _Cue) -> Spot | None:
    """Say what a number is, given the nearest cue before it."""
    number, end = match[0], match.end()
    digits = sum(_groups(number))
    if _AMOUNT.match(plain, end, end + 12) or _DATE.match(number):
        return None
    gap = plain[max(0, cue.end) : match.start()]
    if len(gap) > _LONGEST_GAP or re.search(r"[\d\n\x1e;]|\. ", gap):
        cue = _Cue(cue.end, "phone", "")
    if digits >= 8 and cue.kind not in ("tax_code", "cccd") and _BANK_AFTER.match(plain, end, end + 40):
        return Spot(match.start(), end, "bank_account", 1)
    if not cue.word:
        return None
    if cue.kind == "cccd" and digits in (9, 12):
        return Spot(match.start(), end, "cccd", 1)
    if cue.kind == "tax_code" and digits in (10, 12, 13):
        return Spot(match.start(), end, "tax_code", 1)
    if cue.kind == "phone":
        if (
            _PHONE.fullmatch(number)
            and len(gap) <= 20
            and _groups(number)[0] == 1 < min(_groups(number)[1:], default=0)
        ):
            return Spot(match.start(), end, "phone", 2)
        lost_zero = digits == 9 and number[0] in "35789" and len(gap) <= 12
        local = digits in (7, 8) and cue.word in _LINE and len(gap) <= 8
        if (lost_zero or local) and not (_MONEY.match(number) and cue.word not in _LINE):
            return Spot(match.start(), end, "phone", 2)
    if cue.kind == "bank_account" and digits >= 6:
        weak = cue.word.startswith("chuyen") or cue.word in ("ck", "ngan hang")
        if (_MONEY.match(number) or digits < 8) and not (
            not weak and (len(gap) <= 3 or _FIRM.search(plain[: match.start()][-16:]))
        ):
            return None
        if weak and _PHONE.fullmatch(number) and not _BANK_AFTER.match(plain, end, end + 40):
            return None
        return Spot(match.start(), end, "bank_account", 1)
    return None


_LINE = ("sdt", "sodt", "dt", "dien thoai", "dien thoai ban", "so may", "so may ban", "tel", "phone")
