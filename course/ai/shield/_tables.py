"""Columns of a pasted table whose heading says what stands below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.ai.shield._kinds import Kind
from course.ai.shield._reading import Reading
from course.ai.shield._spot import Spot

_SEPARATORS = "\t|;,"
_HEADINGS: tuple[tuple[Kind, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "name",
        re.compile(r"ho(?: va)? ten|ten|ho ten.*|ten (?:khach|hoc sinh|chu ho|nguoi).*|chu ho"),
        re.compile(r"[^\W\d]+(?: [^\W\d]+){0,5}"),
    ),
    ("birth_date", re.compile(r"(?:ngay|nam|ngay thang nam) sinh|sinh|ns|sn|ntns"), re.compile(r"[\d /.\-]{4,14}")),
    ("cccd", re.compile(r".*(?:cccd|cmnd|can cuoc|dinh danh).*"), re.compile(r"[\d .\-]{9,18}")),
    ("phone", re.compile(r".*(?:sdt|dien thoai|so dt|di dong|zalo).*|dt|phone"), re.compile(r"\+?[\d .\-()]{7,18}")),
    ("bank_account", re.compile(r"stk|.*(?:tai khoan|so tk).*"), re.compile(r"[\d .\-]{6,24}")),
    ("tax_code", re.compile(r"mst|.*ma so thue.*"), re.compile(r"[\d .\-]{10,18}")),
    ("plate", re.compile(r".*bien (?:so|xe|kiem soat).*|bks|bsx"), re.compile(r"[\w .\-]{6,14}")),
    ("address", re.compile(r"(?:dia chi|noi o|cho o|que quan|thuong tru|hktt).*"), re.compile(r"(?=.*\w).{3,120}")),
)


def find(reading: Reading) -> Iterator[Spot]:
    """Return cells below headings such as "Họ tên" and "Số điện thoại"; a table needs at least two columns."""
    if "\n" not in reading.plain:
        return
    columns: dict[int, int] = {}
    separator, width, at = "", 0, 0
    for line in reading.plain.split("\n"):
        cells = line.split(separator) if separator else []
        if columns and len(cells) == width and _rule(line) is False:
            yield from _cells(reading, at, cells, columns)
        elif not (columns and _rule(line)):
            separator, width, columns = _heading(line)
        at += len(line) + 1


def _rule(line: str) -> bool:
    """Tell whether a line is Markdown's rule between heading and rows."""
    return bool(line) and not line.strip("|-: \t")


def _heading(line: str) -> tuple[str, int, dict[int, int]]:
    """Return a heading's separator, how many columns it has, and which of them hold what (an index of `_HEADINGS`)."""
    for separator in _SEPARATORS:
        if separator not in line or len(line) > 500:
            continue
        cells = line.split(separator)
        columns = {}
        for column, cell in enumerate(cells):
            for kind, (_, heading, _) in enumerate(_HEADINGS):
                if heading.fullmatch(cell.strip(" *\"'")):
                    columns[column] = kind
                    break
        if columns and (len(columns) > 1 or separator in "\t|"):
            return separator, len(cells), columns
    return "", 0, {}


def _cells(reading: Reading, at: int, cells: list[str], columns: dict[int, int]) -> Iterator[Spot]:
    for column, cell in enumerate(cells):
        if column in columns:
            kind, _, shape = _HEADINGS[columns[column]]
            start = at + len(cell) - len(cell.lstrip(" *\"'"))
            end = at + len(cell.rstrip(" *\"'\r"))
            if start < end and shape.fullmatch(reading.plain[start:end]):
                yield Spot(start, end, kind, 2)
        at += len(cell) + 1
