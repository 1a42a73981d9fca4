"""Plain texts and CSV."""

from __future__ import annotations

import csv
import io

from course.documents.model import TextDocument
from course.documents.opening import NotOpened
from course.markup import nfc


def decode(content: bytes) -> tuple[str, str]:
    """Return a text and its encoding: UTF-8 with or without BOM, UTF-16, or windows-1258 as old programs write it.

    Raises
    ------
    NotOpened
        When it is no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8", "cp1258"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return nfc(text), encoding
    raise NotOpened("không phải tệp chữ, bên trong là thứ khác. Hãy tạo lại tệp")


def read(content: bytes, ending: str) -> TextDocument:
    """Read a text, a ``.csv`` also by rows."""
    text, encoding = decode(content)
    rows: list[list[str]] = []
    if ending == ".csv":
        head = text.split("\n", 1)[0]
        separator = max(",;\t", key=head.count)
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
    return TextDocument(content=text, encoding=encoding, rows=rows)
