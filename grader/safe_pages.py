"""What a learner's notebook may put on a page that others look at: text, tables and pictures, never anything that runs.

formgrader and feedback pages are drawn by nbconvert, which trusts a notebook like a person's own.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable

import bleach
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.preprocessors import Preprocessor
from nbformat.notebooknode import NotebookNode

_NAME = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_STYLE = re.compile(r"<style\b.*?</style\s*>", re.IGNORECASE | re.DOTALL)
_TABLES = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
_TEXT = {"p", "div", "span", "pre", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "sub", "sup", "u", "s", "small"}
_TAGS = bleach.ALLOWED_TAGS | _TABLES | _TEXT
_ATTRIBUTES = {**bleach.ALLOWED_ATTRIBUTES, "th": ["colspan", "rowspan"], "td": ["colspan", "rowspan"]}


class SafeForPages(Preprocessor):
    """Makes a notebook fit to be drawn; it stands among the exporter's own steps, before the template sees anything."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Make every cell safe, and the notebook's own notes, which templates write into tags."""
        language = nb.metadata.get("language_info", {}).get("name", "python")
        name = language if isinstance(language, str) and _NAME.fullmatch(language) else "python"
        nb.metadata = NotebookNode({"language_info": NotebookNode({"name": name})})
        for number, cell in enumerate(nb.cells):
            _clean_cell(cell, number)
        return nb, resources


def _clean_cell(cell: NotebookNode, number: int) -> None:
    marks = cell.metadata.get("nbgrader")
    named = isinstance(marks, dict) and _NAME.fullmatch(str(marks.get("grade_id", "")))
    cell.metadata = NotebookNode({"nbgrader": marks} if named else {})
    if not _NAME.fullmatch(str(cell.get("id", "x"))):
        cell.id = f"cell-{number}"
    locked = bool(named and marks.get("locked"))
    if cell.cell_type == "raw":
        cell.source = html.escape(cell.source)
    elif cell.cell_type == "markdown" and not locked:  # locked cells are the trainer's own
        cell.source = _no_tags(cell.source)
        cell.pop("attachments", None)
    for output in cell.get("outputs", []):
        if "data" in output:
            output.metadata = NotebookNode()
            output.data = NotebookNode(_clean_data(output.data))


def _clean_data(data: NotebookNode) -> dict[str, str]:
    clean = {kind: _CLEANERS[kind](_text(data[kind])) for kind in _CLEANERS if kind in data}
    if "image/svg+xml" in data:  # as a picture an SVG runs nothing
        content = base64.b64encode(_text(data["image/svg+xml"]).encode("utf-8", "replace")).decode()
        clean["text/html"] = f'<img alt="" src="data:image/svg+xml;base64,{content}">'
    return clean or {"text/plain": "(không hiện được ở đây)"}


def _text(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _no_tags(markdown: str) -> str:
    return markdown.replace("<", "&lt;")


def _clean_html(text: str) -> str:
    return bleach.clean(_STYLE.sub("", text), tags=_TAGS, attributes=_ATTRIBUTES, strip=True)


def _picture(content: str) -> str:
    return content if _BASE64.fullmatch(content) else ""


_CLEANERS: dict[str, Callable[[str], str]] = {
    "text/plain": str,
    "text/html": _clean_html,
    "text/markdown": _no_tags,
    "text/latex": html.escape,
    "image/png": _picture,
    "image/jpeg": _picture,
}
"""All that is shown; every other kind of output has a ``text/plain`` beside it, or is left out."""
