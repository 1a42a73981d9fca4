"""All that a lesson says to learners: its Markdown, the texts in its code cells, reasons included, and its sidecar."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.markup import plain_text
from course.texts import read_texts
from grader.source_notebook import read_notebook

_SIGNS = frozenset(
    {
        "find",
        "parts",
        "fixes",
        "recorded",
        "right",
        "choice",
        "choices",
        "marks",
        "order",
        "tone",
        "wants",
        "kind",
        "not",
        "picture",
    }
)
"""Arguments that are compared with an answer, or are names: not prose. Planted errors lie in ``recorded``."""


@dataclass(frozen=True)
class LessonText:
    """One text, without Markdown's signs."""

    where: str
    """For the lesson's writer: the cell, or the path in the sidecar."""
    text: str
    audience: str | None = None
    """Whose it is; ``None``: everybody's."""


def lesson_texts(source: Path) -> list[LessonText]:
    """Return the texts of a lesson, the notebook's first, then each audience's own.

    Raises
    ------
    NotebookError, TextsError
        When a file cannot be read.
    """
    texts: list[LessonText] = []
    for number, cell in enumerate(read_notebook(source).cells, start=1):
        found = [cell.source] if cell.cell_type == "markdown" else _in_code(cell.source)
        texts += [LessonText(f"ô {number}", plain_text(_unmarked(one))) for one in found]
    for audience, named in read_texts(source.parent, source.name[:2]).items():
        for name, value in named.items():
            texts += [
                LessonText(f"{audience}.{where}", plain_text(_unmarked(one)), audience)
                for where, one in _in_data(value, name)
            ]
    return [text for text in texts if text.text]


def _unmarked(text: str) -> str:
    return text.replace("[[", "").replace("]]", "")


def _in_code(source: str) -> Iterator[str]:
    """Yield what the calls of ``lesson`` say."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="lesson"))):
                skip = 1 if node.args and isinstance(node.args[0], ast.Constant) else 0  # the name of a question
                values = [*node.args[skip:], *(word.value for word in node.keywords if word.arg not in _SIGNS)]
                for value in values:
                    yield from _strings(value)


def _strings(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text):
            if " " in text:  # a single word is a name or a sign
                yield text
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                if not (isinstance(key, ast.Constant) and key.value in _SIGNS):
                    yield from _strings(value)
        case ast.Call():  # dict(choice="B", because="…")
            for word in node.keywords:
                if word.arg not in _SIGNS:
                    yield from _strings(word.value)
        case ast.Lambda():
            return
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _strings(child)


def _in_data(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in _SIGNS:
                yield from _in_data(inner, f"{where}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _in_data(inner, f"{where}.{number}")
