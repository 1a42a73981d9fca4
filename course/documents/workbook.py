"""Workbooks, by openpyxl: the cells that hold something, with their formulas and number formats."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.cell import get_column_letter

from course.documents.office import Cell, Plain, Sheet, Workbook
from course.documents.opening import NotOpened
from course.documents.packages import check_package
from course.markup import nfc

MAX_SHEETS = 50
MAX_AREA = 100_000
"""Cells of a sheet between A1 and its last one."""
MAX_WORDS = 2_000
"""Characters kept of a cell."""


def read(content: bytes, ending: str) -> Workbook:
    """Read an ``.xlsx``."""
    check_package(content, "xl/workbook.xml", "sổ Excel")
    book = load_workbook(BytesIO(content), keep_links=False)
    if len(book.sheetnames) > MAX_SHEETS or any(
        sheet.max_row * sheet.max_column > MAX_AREA for sheet in book.worksheets
    ):
        raise NotOpened("là bảng quá lớn nên không đọc hết được. Hãy bỏ bớt dòng, cột và trang trống")
    # What formulas came to when the file was last saved stands beside them and has to be asked for.
    worked_out = load_workbook(BytesIO(content), keep_links=False, data_only=True)
    return Workbook(sheets=[_sheet(sheet, worked_out[sheet.title]) for sheet in book.worksheets])


def _sheet(sheet: Any, worked_out: Any) -> Sheet:
    cells = [
        _cell(cell, worked_out)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.data_type is not None
    ]
    widths = {
        letter: round(float(column.width), 1)
        for letter, column in list(sheet.column_dimensions.items())[:500]
        if column.customWidth
    }
    return Sheet(
        name=nfc(sheet.title),
        cells=cells,
        merged=sorted(str(area) for area in sheet.merged_cells.ranges),
        widths=widths,
        charts=len(sheet._charts),
        pictures=len(sheet._images),
    )


def _cell(cell: Any, worked_out: Any) -> Cell:
    ref = f"{get_column_letter(cell.column)}{cell.row}"
    is_formula = cell.data_type == "f"
    formula = str(getattr(cell.value, "text", cell.value) or "")[:MAX_WORDS] if is_formula else ""
    fill = cell.fill.fill_type
    return Cell(
        ref=ref,
        value=_plain(worked_out[ref].value if is_formula else cell.value),
        formula=formula,
        format=str(cell.number_format)[:200],
        bold=bool(cell.font.b),
        align=str(cell.alignment.horizontal or ""),
        filled=fill not in (None, "none"),
    )


def _plain(value: Any) -> Plain:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds() / 86_400  # as Excel counts: days
    return nfc(str(value))[:MAX_WORDS]
