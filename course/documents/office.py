"""What is in a Word text and in a workbook."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from course.comparing import normalised, occurs
from course.documents.base import Document, Model

# --- Word -----------------------------------------------------------------------------------------------------------


class Run(Model):
    """Words of one look. Fonts and sizes are those that Word shows, whichever style they come from."""

    text: str
    font: str = ""
    size: float | None = None
    """In points."""
    bold: bool = False
    italic: bool = False
    underline: bool = False


class Paragraph(Model):
    """A paragraph. Lengths are in millimetres, spaces in points."""

    style: str = ""
    align: Literal["left", "center", "right", "justify", "other"] = "left"
    indent: float = 0
    """Of the first line; below zero where it hangs out."""
    left: float = 0
    line_spacing: float = 1.0
    """Times the height of a line, or points where it is more than 6."""
    before: float = 0
    after: float = 0
    new_page: bool = False
    """Whether it begins on a new page."""
    runs: list[Run] = Field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)

    @property
    def is_heading(self) -> bool:
        """Whether it has one of Word's heading styles, or its title style."""
        return self.style.startswith(("Heading", "Title"))

    def all(self, **look: Any) -> bool:
        """Tell whether all its words look so, for example ``all(bold=True, font="Times New Roman", size=14)``."""
        runs = [run for run in self.runs if run.text.strip()]
        return bool(runs) and all(getattr(run, name) == value for run in runs for name, value in look.items())


class Table(Model):
    """A table: rows of cells, each cell its paragraphs. A cell over several columns stands once."""

    rows: list[list[list[Paragraph]]] = Field(default_factory=list)

    @property
    def paragraphs(self) -> list[Paragraph]:
        """All paragraphs of its cells, as they are read."""
        return [line for row in self.rows for cell in row for line in cell]

    @property
    def texts(self) -> list[list[str]]:
        """The words of each cell."""
        return [["\n".join(line.text for line in cell).strip() for cell in row] for row in self.rows]


class Section(Model):
    """A page's measures, in millimetres, and what stands above and below on every page."""

    width: float = 0
    height: float = 0
    top: float = 0
    bottom: float = 0
    left: float = 0
    right: float = 0
    header: list[Paragraph] = Field(default_factory=list)
    footer: list[Paragraph] = Field(default_factory=list)
    numbered: bool = False
    """Whether a page number stands there."""


class WordDocument(Document):
    """A ``.docx``: paragraphs and tables as they follow each other."""

    kind: Literal["word"] = "word"
    body: list[Paragraph | Table] = Field(default_factory=list)
    sections: list[Section] = Field(default_factory=list)
    pictures: int = 0

    @property
    def paragraphs(self) -> list[Paragraph]:
        """Those outside tables."""
        return [block for block in self.body if isinstance(block, Paragraph)]

    @property
    def tables(self) -> list[Table]:
        """Its tables."""
        return [block for block in self.body if isinstance(block, Table)]

    @property
    def all_paragraphs(self) -> list[Paragraph]:
        """Those in tables' cells too, as they are read."""
        return [line for block in self.body for line in ([block] if isinstance(block, Paragraph) else block.paragraphs)]

    def paragraph(self, phrase: str) -> Paragraph | None:
        """Return the first paragraph, in or out of a table, that holds a phrase."""
        return next((line for line in self.all_paragraphs if occurs(phrase, line.text)), None)

    def _lines(self) -> list[str]:
        return [line.text for line in self.all_paragraphs]


# --- workbooks ------------------------------------------------------------------------------------------------------

Plain = bool | int | float | str | None


class Cell(Model):
    """A cell that holds something. Dates and times are ISO text."""

    ref: str
    value: Plain = None
    """Of a formula: what the program that saved it worked out; ``None`` where none did (openpyxl does not)."""
    formula: str = ""
    format: str = "General"
    """Excel's number format."""
    bold: bool = False
    align: str = ""
    filled: bool = False


class Sheet(Model):
    """One sheet. ``sheet["B3"]`` is a cell's value."""

    name: str
    cells: list[Cell] = Field(default_factory=list)
    merged: list[str] = Field(default_factory=list)
    widths: dict[str, float] = Field(default_factory=dict)
    """Of columns, by letter, where they were set; in characters."""
    charts: int = 0
    pictures: int = 0

    def __getitem__(self, ref: str) -> Plain:
        cell = self.cell(ref)
        return cell.value if cell else None

    def cell(self, ref: str) -> Cell | None:
        """Return the cell at ``"B3"``, ``None`` when it is empty."""
        return next((cell for cell in self.cells if cell.ref == ref), None)

    @property
    def rows(self) -> list[list[Plain]]:
        """Values by row and column, from A1 on; a formula that nobody worked out stands as its text."""
        from openpyxl.utils.cell import coordinate_to_tuple

        placed = {coordinate_to_tuple(cell.ref): cell for cell in self.cells}
        height = max((row for row, _ in placed), default=0)
        width = max((column for _, column in placed), default=0)
        grid: list[list[Plain]] = [[None] * width for _ in range(height)]
        for (row, column), cell in placed.items():
            grid[row - 1][column - 1] = cell.formula if cell.value is None and cell.formula else cell.value
        return grid

    def table(self, *heads: str) -> list[dict[str, Plain]]:
        """Read the table whose header row holds all these names, down to the first empty row; empty when none does."""
        rows = self.rows
        wanted = [_folded(head) for head in heads]
        for place, row in enumerate(rows):
            names = [_folded(cell) if isinstance(cell, str) else "" for cell in row]
            if all(head in names for head in wanted):
                below = []
                for one in rows[place + 1 :]:
                    if all(cell in (None, "") for cell in one):
                        break
                    below.append({str(name): cell for name, cell in zip(row, one, strict=True) if name is not None})
                return below
        return []


class Workbook(Document):
    """An ``.xlsx``."""

    kind: Literal["workbook"] = "workbook"
    sheets: list[Sheet] = Field(default_factory=list)

    def sheet(self, name: str | None = None) -> Sheet:
        """Return a sheet by name, the first by default; an empty one when it is not there."""
        found = (sheet for sheet in self.sheets if name is None or _folded(sheet.name) == _folded(name))
        return next(found, Sheet(name=name or ""))

    def _lines(self) -> list[str]:
        return [str(cell.value) for sheet in self.sheets for cell in sheet.cells if cell.value is not None]


def _folded(text: str) -> str:
    return normalised(text).casefold()
