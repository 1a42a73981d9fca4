"""The shapes that a file's content is read into. Plain data: they cross from the sandbox to the judge as JSON.

What a check in a test cell asks of a file, it asks of these.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from course.documents.base import Document, Model
from course.documents.office import WordDocument, Workbook

MAX_DOCUMENT_BYTES = 500_000
"""Of a document as JSON; what is larger counts as unreadable."""


class Unreadable(Document):
    """A file that could not be opened as what its name says; ``reason`` is Vietnamese, for the learner."""

    kind: Literal["unreadable"] = "unreadable"
    reason: str


class TextDocument(Document):
    """A ``.txt``, ``.md``, ``.json`` or ``.csv``."""

    kind: Literal["text"] = "text"
    content: str = ""
    encoding: str = "utf-8"
    """``utf-8``, ``utf-8-sig`` (with a BOM, as Excel needs it), ``utf-16`` or ``cp1258``."""
    rows: list[list[str]] = Field(default_factory=list)
    """Of a ``.csv``."""

    def _lines(self) -> list[str]:
        return [self.content]


class Element(Model):
    """An element of a page, in the order of their beginnings; ``text`` is its words, those of blocks in it left out."""

    tag: str
    attributes: dict[str, str] = Field(default_factory=dict)
    text: str = ""


class PageDocument(Document):
    """An ``.html`` page."""

    kind: Literal["page"] = "page"
    encoding: str = "utf-8"
    elements: list[Element] = Field(default_factory=list)
    words: str = ""
    """What a reader sees, without scripts and styles."""

    def find(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements of a tag that have these attributes."""
        return [
            element
            for element in self.elements
            if element.tag == tag and all(element.attributes.get(name) == value for name, value in attributes.items())
        ]

    @property
    def fetched(self) -> list[str]:
        """Addresses of what the page fetches by itself to be shown: such a page does not work offline."""
        found = []
        for element in self.elements:
            names = {"link": ("href",), "use": ("href", "xlink:href"), "image": ("href", "xlink:href")}.get(
                element.tag, ("src", "srcset", "poster", "data")
            )
            found += [element.attributes[name] for name in names if element.attributes.get(name)]
        return [address for address in found if not address.strip().lower().startswith(("data:", "#"))]

    def _lines(self) -> list[str]:
        return [self.words]


class Picture(Document):
    """A picture by its measures, in pixels; its points are not looked at."""

    kind: Literal["picture"] = "picture"
    format: Literal["png", "jpeg", "gif", "webp", "svg"]
    width: float
    height: float
    words: str = ""
    """Of an SVG."""

    def _lines(self) -> list[str]:
        return [self.words]


Opened = Annotated[
    WordDocument | Workbook | TextDocument | PageDocument | Picture | Unreadable, Field(discriminator="kind")
]
_opened = TypeAdapter[Opened](Opened)


def read_document(data: str | bytes) -> Opened:
    """Read a document's JSON, wherever it comes from.

    Raises
    ------
    ValueError
        When it is too large, or no document.
    """
    if len(data) > MAX_DOCUMENT_BYTES:
        raise ValueError("document too large")
    try:
        return _opened.validate_json(data)
    except ValidationError as error:
        raise ValueError("no document") from error
