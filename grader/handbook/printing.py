"""Pages into a PDF, by typst."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import typst

from course.curriculum import load_curriculum
from grader.handbook.fonts import unpack_fonts
from grader.handbook.pages import HandbookError, Page

_TEMPLATE = Path(__file__).with_name("handbook.typ")


@dataclass(frozen=True)
class Printed:
    """The handbook as made.

    Attributes
    ----------
    pdf
        The file's bytes.
    places
        The first and last page of each lesson, by its number.
    """

    pdf: bytes
    places: dict[str, tuple[int, int]]

    @property
    def long_lessons(self) -> list[str]:
        """The lessons that do not fit one sheet's side."""
        return [number for number, (first, last) in self.places.items() if last > first]


def print_handbook(pages: list[Page], made: date) -> Printed:
    """Return the handbook of some pages.

    Parameters
    ----------
    made
        The day that stands on the cover.

    Raises
    ------
    HandbookError
        When typst fails, which no page should bring about.
    """
    with tempfile.TemporaryDirectory() as fonts:
        unpack_fonts(Path(fonts))
        compiler = typst.Compiler(
            _TEMPLATE,
            root=_TEMPLATE.parent,
            font_paths=[Path(fonts)],
            ignore_system_fonts=True,  # the same PDF on every machine
            sys_inputs={"handbook": json.dumps(_data(pages, made), ensure_ascii=False)},
        )
        try:
            pdf = compiler.compile(format="pdf")
            places = json.loads(compiler.query("<place>", field="value"))
        except typst.TypstError as error:
            raise HandbookError(f"typst không dựng được sổ tay: {error.message}") from error
    assert isinstance(pdf, bytes)
    found: dict[str, tuple[int, int]] = {}
    for place in places:  # one where a lesson begins, one where it ends
        first, _ = found.get(place["lesson"], (place["page"], 0))
        found[place["lesson"]] = (first, place["page"])
    return Printed(pdf, found)


def _data(pages: list[Page], made: date) -> dict[str, Any]:
    """Return what the template reads."""
    levels = [
        {
            "number": level.number,
            "title": level.title,
            "lessons": [
                {
                    "number": page.lesson.number,
                    "title": page.title,
                    "outcome": page.lesson.outcome,
                    "minutes": page.lesson.minutes,
                    "sections": [{"title": name, "blocks": blocks} for name, blocks in page.sections.items()],
                }
                for page in pages
                if page.lesson.level == level.number
            ],
        }
        for level in load_curriculum().levels
    ]
    return {"made": f"{made:%d/%m/%Y}", "levels": [level for level in levels if level["lessons"]]}
