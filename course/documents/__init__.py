"""A file that someone handed over, read as data: what a Word text, a workbook, a page, a picture or a plain text holds.

``open_file`` never runs anything that lies in a file, follows no address in it, and reads only so much. Parsers have
faults all the same, so a file that somebody else made is opened in the sandbox (``grader.opened_files``); in a
learner's own notebook it is the learner's own file.

The parsers are imported when the first file is opened.
"""

from course.documents.base import Document
from course.documents.model import (
    MAX_DOCUMENT_BYTES,
    Element,
    Opened,
    PageDocument,
    Picture,
    TextDocument,
    Unreadable,
    read_document,
)
from course.documents.office import Cell, Paragraph, Run, Section, Sheet, Table, WordDocument, Workbook
from course.documents.opening import open_file

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "Cell",
    "Document",
    "Element",
    "Opened",
    "PageDocument",
    "Paragraph",
    "Picture",
    "Run",
    "Section",
    "Sheet",
    "Table",
    "TextDocument",
    "Unreadable",
    "WordDocument",
    "Workbook",
    "open_file",
    "read_document",
]
