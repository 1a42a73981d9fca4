"""Authored Markdown to safe HTML, and to text that can be read aloud."""

from __future__ import annotations

import html
import re
import unicodedata

from markdown_it import MarkdownIt

# Raw HTML is off: a lesson's author writes Markdown, and what a learner typed never comes here at all.
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")


def block_html(markdown: str) -> str:
    """Render paragraphs, lists and tables."""
    return _markdown.render(nfc(markdown)).strip()


def inline_html(markdown: str) -> str:
    """Render one line: bold, italic, code and links only."""
    return _markdown.renderInline(nfc(markdown)).strip()


def plain_text(markdown: str) -> str:
    """Return the words of a Markdown text without its signs, as a voice would read them."""
    rendered = re.sub(r"</(p|li|h\d|tr)>", ". ", block_html(markdown))
    text = html.unescape(re.sub(r"<[^>]+>", " ", rendered))
    return re.sub(r"\s*([.,;:!?…])(?:\s*\.)*", r"\1", re.sub(r"\s+", " ", text)).strip()


def nfc(text: str) -> str:
    """Normalise to composed form, so that equal words are equal strings."""
    return unicodedata.normalize("NFC", text)
