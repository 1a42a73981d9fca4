"""HTML pages, by Python's own tolerant parser: it fetches nothing and knows no entities but HTML's."""

from __future__ import annotations

from html.parser import HTMLParser

from course.documents.model import Element, PageDocument
from course.documents.opening import NotOpened
from course.documents.plain import decode

MAX_ELEMENTS = 4_000
MAX_ATTRIBUTE = 2_000
"""Characters kept of an attribute: a picture within the page is one."""
MAX_DEPTH = 200
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_UNSEEN = frozenset(("script", "style", "template", "title", "metadata"))
_BLOCKS = frozenset(
    [
        *("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "ul", "ol", "li", "table", "tr", "td", "th", "br", "form"),
        *("html", "body", "head", "header", "footer", "main", "nav", "section", "article", "figure", "figcaption"),
        *("title", "script", "style", "svg", "text"),
    ]
)


class Reader(HTMLParser):
    """Collects elements with the words in them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.started: list[tuple[str, dict[str, str], list[str]]] = []
        self.words: list[str] = []
        self._open: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        if len(self.started) >= MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise NotOpened("có quá nhiều thẻ nên không đọc hết được. Hãy làm gọn lại")
        attributes = {name[:100]: (value or "")[:MAX_ATTRIBUTE] for name, value in attrs[:50]}
        self.started.append((tag, attributes, []))
        if tag not in _VOID:
            self._open.append(len(self.started) - 1)
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element without content."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close the nearest element of that tag, and what was left open in it."""
        for place in range(len(self._open) - 1, -1, -1):
            if self.started[self._open[place]][0] == tag:
                del self._open[place:]
                break
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        """Give words to the element they stand in and to those around it, up to the nearest block."""
        for place in reversed(self._open):
            self.started[place][2].append(data)
            if self.started[place][0] in _BLOCKS:
                break
        if not any(self.started[place][0] in _UNSEEN for place in self._open):
            self.words.append(data)


def read_elements(text: str) -> tuple[list[Element], str]:
    """Return the elements of a page, each with its own words, and all the words that are seen."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    elements = [
        Element(tag=tag, attributes=attributes, text=" ".join("".join(words).split()))
        for tag, attributes, words in reader.started
    ]
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return elements, "\n".join(line for line in lines if line)


def read(content: bytes, ending: str) -> PageDocument:
    """Read a page."""
    text, encoding = decode(content)
    elements, words = read_elements(text)
    if not any(element.tag in ("html", "body", "p", "div", "h1", "title") for element in elements):
        raise NotOpened("chưa phải một trang HTML: không thấy thẻ nào của trang")
    return PageDocument(encoding=encoding, elements=elements, words=words)
