"""Office files are zip archives of XML: whether one is fit to be given to a parser is seen before it is.

Refused are archives that unpack to much more than an office file needs, macros, encrypted parts, and XML that declares
a document type (where entities that multiply, or that name other files, would stand; Office never writes one).
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from course.documents.opening import NotOpened

MAX_PARTS = 500
MAX_PART_BYTES = 8_000_000
MAX_BYTES = 24_000_000
MAX_TAGS = 500_000
_XML = (".xml", ".rels", ".vml")


def check_package(content: bytes, main: str, called: str) -> None:
    """Make sure that a file is an office package of the right kind, within bounds.

    Parameters
    ----------
    main
        The part that such a package must have, for example ``word/document.xml``.
    called
        What it is called, ``văn bản Word``.

    Raises
    ------
    NotOpened
        When it is not.
    """
    wrong = f"mang tên một {called} nhưng bên trong là thứ khác. Hãy tạo lại tệp bằng đúng chương trình"
    if not content.startswith(b"PK"):
        raise NotOpened(wrong)
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_BYTES:
                raise NotOpened("bung ra quá lớn nên không mở. Hãy tạo lại tệp, bỏ bớt hình và trang thừa")
            if any(part.file_size > MAX_PART_BYTES for part in parts):
                raise NotOpened("có một phần quá lớn nên không mở. Hãy tạo lại tệp, bỏ bớt hình và trang thừa")
            names = [part.filename for part in parts]
            if main not in names or len(set(names)) < len(names):
                raise NotOpened(wrong)
            if any(part.flag_bits & 1 for part in parts):
                raise NotOpened("có đặt mật khẩu. Hãy bỏ mật khẩu rồi nộp lại")
            if any(re.search(r"vbaproject|activex|oleobject", name, re.IGNORECASE) for name in names):
                raise NotOpened("có macro hoặc đối tượng nhúng. Hãy lưu lại dạng thường, không macro")
            tags = 0
            for part in parts:
                data = package.read(part)  # zipfile gives no more than the size that was added up above
                if part.filename.lower().endswith(_XML):
                    tags += data.count(b"<")
                    if b"<!DOCTYPE" in data.replace(b"\0", b""):  # in UTF-16 every other byte is zero
                        raise NotOpened("chứa đoạn mã lạ (DOCTYPE) mà Word và Excel không bao giờ ghi, nên không mở")
            if tags > MAX_TAGS:
                raise NotOpened("có quá nhiều nội dung nên không đọc hết được. Hãy làm gọn lại")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise NotOpened(f"bị hỏng, không mở được như một {called}. Hãy tạo lại tệp") from error
