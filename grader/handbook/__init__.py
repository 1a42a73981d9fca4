"""The trainers' handbook: a page a lesson, written in Markdown, printed as one PDF."""

from grader.handbook.pages import HandbookError, Page, read_pages
from grader.handbook.printing import Printed, print_handbook

__all__ = ["HandbookError", "Page", "Printed", "print_handbook", "read_pages"]
