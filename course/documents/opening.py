"""``open_file``: from a file's name and bytes to a document, with every bad file told in one Vietnamese sentence."""

from __future__ import annotations

import importlib
from typing import Any

from course.answer_values import MAX_FILE_BYTES
from course.documents.model import MAX_DOCUMENT_BYTES, Opened, Unreadable

_READERS = {
    ".docx": ("word", "một văn bản Word"),
    ".xlsx": ("workbook", "một sổ Excel"),
    ".txt": ("plain", "một tệp chữ"),
    ".md": ("plain", "một tệp chữ"),
    ".json": ("plain", "một tệp chữ"),
    ".csv": ("plain", "một tệp chữ"),
    ".html": ("page", "một trang HTML"),
    ".htm": ("page", "một trang HTML"),
    ".svg": ("picture", "một bức hình"),
    ".png": ("picture", "một bức hình"),
    ".jpg": ("picture", "một bức hình"),
    ".jpeg": ("picture", "một bức hình"),
    ".gif": ("picture", "một bức hình"),
    ".webp": ("picture", "một bức hình"),
}
_OLD = {".doc": ".docx", ".xls": ".xlsx", ".docm": ".docx", ".xlsm": ".xlsx"}


class NotOpened(Exception):
    """A file is not fit to be read. The message is Vietnamese and goes on after "Tệp …"."""


def open_file(name: str, content: bytes) -> Opened:
    """Read a file as data. What cannot be read is no error: it gives ``Unreadable`` with the reason.

    Parameters
    ----------
    name
        Its ending decides what it is read as; what is inside must agree.
    """
    about: dict[str, Any] = {"name": name, "size": len(content)}
    ending = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    try:
        if ending in _OLD:
            raise NotOpened(f"có đuôi {ending}. Hãy lưu lại dạng {_OLD[ending]} rồi nộp")
        if ending not in _READERS:
            raise NotOpened(f"có đuôi {ending or 'lạ'}, loại này chưa chấm được. Nộp tệp: {', '.join(_READERS)}")
        if not content:
            raise NotOpened("chưa có gì bên trong. Hãy chạy lại ô tạo tệp")
        if len(content) > MAX_FILE_BYTES:
            raise NotOpened(f"nặng quá. Tệp nộp nhiều nhất {MAX_FILE_BYTES // 1000} kB")
        module, called = _READERS[ending]
        reader = importlib.import_module(f"course.documents.{module}")
        try:
            document: Opened = reader.read(content, ending).model_copy(update=about)
        except NotOpened:
            raise
        except Exception as error:  # a parser may raise anything when it meets a broken file
            raise NotOpened(f"không mở được như {called}. Hãy mở thử tệp rồi tạo lại") from error
        if len(document.as_json().encode()) > MAX_DOCUMENT_BYTES:
            raise NotOpened("có quá nhiều nội dung nên không đọc hết được. Hãy làm gọn lại")
    except NotOpened as problem:
        return Unreadable(reason=f"Tệp {name} {problem}.", **about)
    return document
