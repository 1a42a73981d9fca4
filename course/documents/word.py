"""Word texts, by python-docx: paragraphs and tables with the look that Word shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph as DocxParagraph

from course.documents.office import Paragraph, Run, Section, Table, WordDocument
from course.documents.packages import check_package
from course.markup import nfc

_ALIGN = {
    WD_ALIGN_PARAGRAPH.LEFT: "left",
    WD_ALIGN_PARAGRAPH.CENTER: "center",
    WD_ALIGN_PARAGRAPH.RIGHT: "right",
    WD_ALIGN_PARAGRAPH.JUSTIFY: "justify",
}
MAX_DEPTH = 20
"""Of styles that build on each other, and of tables within tables."""


def read(content: bytes, ending: str) -> WordDocument:
    """Read a ``.docx``."""
    check_package(content, "word/document.xml", "văn bản Word")
    document = docx.Document(BytesIO(content))
    look = _Look(document)
    body = document.element.body
    blocks: list[Paragraph | Table] = []
    for element in body.iter(qn("w:p"), qn("w:tbl")):
        if any(_is_within(element, body, name) for name in ("w:tbl", "w:txbxContent")):
            continue  # comes with its table; a text box is no part of the text
        if element.tag == qn("w:p"):
            blocks.append(look.paragraph(DocxParagraph(element, document)))
        else:
            blocks.append(look.table(element, document))
    pictures = len(list(body.iter(qn("pic:pic"))))
    return WordDocument(
        body=blocks, sections=[look.section(section) for section in document.sections], pictures=pictures
    )


def _is_within(element: Any, body: Any, name: str) -> bool:
    above = element.getparent()
    while above is not None and above is not body:
        if above.tag == qn(name):
            return True
        above = above.getparent()
    return False


class _Look:
    """Finds what a paragraph or its words look like: their own settings, else their style's, else the document's."""

    def __init__(self, document: Any) -> None:
        self._themes = _theme_fonts(document)
        styles = document.styles.element
        self._default_run = styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
        spacing = styles.find(f"{qn('w:docDefaults')}/{qn('w:pPrDefault')}/{qn('w:pPr')}/{qn('w:spacing')}")
        given = {} if spacing is None else {name: spacing.get(qn(f"w:{name}")) for name in ("line", "before", "after")}
        exact = spacing is not None and spacing.get(qn("w:lineRule")) in ("exact", "atLeast")
        self._line = int(given["line"]) / (20 if exact else 240) if given.get("line") else 1.0
        self._before, self._after = (int(given.get(name) or 0) / 20 for name in ("before", "after"))
        self._chains: dict[str, list[Any]] = {}

    def paragraph(self, given: Any) -> Paragraph:
        """Read a paragraph."""
        chain = self._chain(given.style)
        formats = [given.paragraph_format, *(style.paragraph_format for style in chain)]
        align = next((_ALIGN.get(one.alignment, "other") for one in formats if one.alignment is not None), "left")
        spacing = _first(formats, "line_spacing")
        before, after = (_points(_first(formats, name)) for name in ("space_before", "space_after"))
        return Paragraph.model_validate(
            {
                "style": given.style.name if given.style is not None and given.style.name else "",
                "align": align,
                "indent": _mm(_first(formats, "first_line_indent")),
                "left": _mm(_first(formats, "left_indent")),
                "line_spacing": self._line if spacing is None else round(float(getattr(spacing, "pt", spacing)), 2),
                "before": self._before if before is None else before,
                "after": self._after if after is None else after,
                "new_page": bool(_first(formats, "page_break_before")) or _breaks_page(given),
                "runs": _joined(self._run(run, chain) for run in _runs(given)),
            }
        )

    def table(self, element: Any, parent: Any) -> Table:
        """Read a table; the words of tables within it belong to the cell around them."""
        rows = [
            [
                [
                    self.paragraph(DocxParagraph(line, parent))
                    for line in cell.iter(qn("w:p"))
                    if not _is_within(line, cell, "w:txbxContent")
                ]
                for cell in row.iterchildren(qn("w:tc"))
            ]
            for row in DocxTable(element, parent)._tbl.tr_lst
        ]
        return Table(rows=rows)

    def section(self, given: Any) -> Section:
        """Read a section's page."""
        parts = [given.header, given.footer]
        return Section(
            width=_mm(given.page_width),
            height=_mm(given.page_height),
            top=_mm(given.top_margin),
            bottom=_mm(given.bottom_margin),
            left=_mm(given.left_margin),
            right=_mm(given.right_margin),
            header=[self.paragraph(line) for line in given.header.paragraphs if line.text.strip()],
            footer=[self.paragraph(line) for line in given.footer.paragraphs if line.text.strip()],
            numbered=any(_has_page_number(part) for part in parts),
        )

    def _run(self, run: Any, chain: list[Any]) -> Run:
        fonts = [run.font]
        if run.style is not None and run.style.style_id != "DefaultParagraphFont":
            fonts += [style.font for style in self._chain(run.style)]
        fonts += [style.font for style in chain]
        size = _first(fonts, "size")
        return Run(
            text=nfc(run.text),
            font=self._font(fonts),
            size=_points(size) if size is not None else self._default_size(),
            bold=bool(_first(fonts, "bold")),
            italic=bool(_first(fonts, "italic")),
            underline=bool(_first(fonts, "underline")),
        )

    def _font(self, fonts: list[Any]) -> str:
        for properties in (*(font._element.rPr for font in fonts), self._default_run):
            named = properties.find(qn("w:rFonts")) if properties is not None else None
            if named is None:
                continue
            # A theme's font goes before a name beside it.
            if theme := named.get(qn("w:asciiTheme")):
                return self._themes.get("major" if theme.startswith("major") else "minor", "")
            if name := named.get(qn("w:ascii")):
                return str(name)
        return "Times New Roman"

    def _default_size(self) -> float:
        size = self._default_run.find(qn("w:sz")) if self._default_run is not None else None
        return int(size.get(qn("w:val"))) / 2 if size is not None else 10.0  # what Word takes when nothing is said

    def _chain(self, style: Any) -> list[Any]:
        """A style and those that it builds on; a ring of them ends."""
        if style is None:
            return []
        key = f"{style.type}/{style.style_id}"
        if key not in self._chains:
            chain: list[Any] = []
            while style is not None and len(chain) < MAX_DEPTH:
                chain.append(style)
                style = style.base_style
            self._chains[key] = chain
        return self._chains[key]


def _runs(paragraph: Any) -> Iterator[Any]:
    for one in paragraph.iter_inner_content():  # runs, and links that hold runs
        yield from getattr(one, "runs", (one,))


def _joined(runs: Iterator[Run]) -> list[Run]:
    """Put neighbours of one look together: Word cuts words wherever somebody has typed."""
    joined: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if joined and joined[-1].model_copy(update={"text": ""}) == run.model_copy(update={"text": ""}):
            joined[-1] = run.model_copy(update={"text": joined[-1].text + run.text})
        else:
            joined.append(run)
    return joined


def _first(formats: list[Any], name: str) -> Any:
    return next((value for one in formats if (value := getattr(one, name)) is not None), None)


def _mm(length: Any) -> float:
    return 0.0 if length is None else round(length.mm, 1)


def _points(length: Any) -> float | None:
    return None if length is None else round(length.pt, 1)


def _breaks_page(paragraph: Any) -> bool:
    """Whether a page break stands before the paragraph's first words."""
    for element in paragraph._p.iter(qn("w:br"), qn("w:t")):
        if element.tag == qn("w:t"):
            if (element.text or "").strip():
                return False
        elif element.get(qn("w:type")) == "page":
            return True
    return False


def _has_page_number(part: Any) -> bool:
    fields = [
        *(element.get(qn("w:instr"), "") for element in part._element.iter(qn("w:fldSimple"))),
        "".join(element.text or "" for element in part._element.iter(qn("w:instrText"))),
    ]
    return any(re.search(r"\bPAGE\b", field) for field in fields)


def _theme_fonts(document: Any) -> dict[str, str]:
    """Names of the theme's fonts for Latin letters: ``major`` for headings, ``minor`` for the rest."""
    from lxml import etree

    space = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    try:
        part = document.part.part_related_by(RELATIONSHIP_TYPE.THEME)
        theme = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    except (KeyError, etree.XMLSyntaxError):
        return {}
    return {
        name: latin.get("typeface", "")
        for name in ("major", "minor")
        if (latin := theme.find(f".//{space}{name}Font/{space}latin")) is not None
    }
