"""Files as learners make them, and as nobody should."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import docx
import openpyxl
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt


def word_file() -> bytes:
    """A report of some lines and a table, in the look that offices ask for."""
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(14)
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.add_run("CỘNG HÒA XÃ HỘI ").bold = True
    head.add_run("CHỦ NGHĨA VIỆT NAM").bold = True
    document.add_heading("Báo cáo tháng 11", 1)
    body = document.add_paragraph("Tổng sản lượng là 47,5 kg.")
    body.paragraph_format.first_line_indent = Mm(10)
    body.paragraph_format.line_spacing = 1.5
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Theo xã"
    table.cell(1, 0).text, table.cell(1, 1).text = "Tân Cương", "31,5"
    section = document.sections[0]
    section.page_width, section.page_height, section.left_margin = Mm(210), Mm(297), Mm(30)
    return saved(document)


def saved(document: object) -> bytes:
    """The bytes of a document or a workbook."""
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def workbook_file() -> bytes:
    """A table with a title above its header, a number format and a sum."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Tháng 11"
    for row in (["BÁO CÁO"], [], ["Xã", "kg"], ["Tân Cương", 31.5], ["La Bằng", 11], ["Tổng", "=SUM(B4:B5)"]):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet["B4"].number_format = "#,##0.0"
    sheet["A3"].font = openpyxl.styles.Font(bold=True)
    return saved(book)


def with_part(package: bytes, name: str, content: bytes) -> bytes:
    """An office file with a part replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part))
        new.writestr(name, content)
    return file.getvalue()


def part_of(package: bytes, name: str) -> bytes:
    """A part of an office file."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return opened.read(name)


def png_file(width: int, height: int) -> bytes:
    """The head of a PNG of any size, with one line's worth of nothing in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


_DOCUMENT = "word/document.xml"
_SHEET = "xl/worksheets/sheet1.xml"
_XXE = b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_LAUGHS = (
    b'<!DOCTYPE w [<!ENTITY a "ha">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9))
    + b"]>"
)


def _declaring(package: bytes, part: str, declaration: bytes) -> bytes:
    head, _, rest = part_of(package, part).partition(b"?>")
    if not rest:
        head, rest = b"", head
    rest = rest.replace(b"kg.", b"&x;").replace(b"<v>11</v>", b"<v>&x;</v>")
    return with_part(package, part, (head + b"?>" if head else b"") + declaration + rest)


def hostile_files() -> dict[str, tuple[str, bytes, str]]:
    """By name: what the file is called, its bytes, and a piece of the reason that is told."""
    word, book = word_file(), workbook_file()
    utf_16 = part_of(word, _DOCUMENT).decode("utf-8")
    utf_16 = utf_16.replace("UTF-8", "UTF-16").replace("?>", "?><!DOCTYPE w [<!ENTITY x 'ha'>]>", 1)
    return {
        "zip bomb": ("b.docx", with_part(word, "word/media/a.xml", b"<a>" + b" " * 30_000_000), "bung ra quá lớn"),
        "one huge part": ("b.docx", with_part(word, _DOCUMENT, b" " * 9_000_000), "phần quá lớn"),
        "many elements": ("b.docx", with_part(word, _DOCUMENT, b"<a/>" * 1_500_000), "quá nhiều nội dung"),
        "an entity that names a file": ("b.docx", _declaring(word, _DOCUMENT, _XXE), "DOCTYPE"),
        "an entity in a workbook": ("b.xlsx", _declaring(book, _SHEET, _XXE), "DOCTYPE"),
        "entities that multiply": ("b.docx", _declaring(word, _DOCUMENT, _LAUGHS), "DOCTYPE"),
        "a declaration in UTF-16": ("b.docx", with_part(word, _DOCUMENT, utf_16.encode("utf-16")), "DOCTYPE"),
        "a macro": ("b.docx", with_part(word, "word/vbaProject.bin", b"Sub AutoOpen"), "macro"),
        "a macro's own ending": ("b.docm", word, "đuôi .docm"),
        "a program by another name": ("b.docx", b"MZ" + bytes(5000), "bên trong là thứ khác"),
        "a program called a text": ("b.txt", b"\x7fELF" + bytes(5000), "không phải tệp chữ"),
        "a program called a picture": ("b.png", b"MZ" + bytes(5000), "không phải hình"),
        "a workbook called a text": ("b.docx", book, "bên trong là thứ khác"),
        "a broken archive": ("b.docx", word[:-400], "bị hỏng"),
        "a picture of endless size": ("b.png", png_file(100_000, 100_000), "quá lớn"),
        "a picture wide as a road": ("b.png", png_file(60_000, 10), "quá lớn"),
        "a far cell": (
            "b.xlsx",
            with_part(book, _SHEET, part_of(book, _SHEET).replace(b'r="B6"', b'r="XFD1048576"')),
            "bảng quá lớn",
        ),
        "a deep page": ("b.html", b"<html>" + b"<div>" * 5000, "quá nhiều thẻ"),
        "nothing": ("b.docx", b"", "chưa có gì"),
        "no ending": ("b", b"abc", "đuôi lạ"),
        "a pickle": ("b.pkl", b"cos\nsystem\n(S'touch /tmp/x'\ntR.", "chưa chấm được"),
    }
