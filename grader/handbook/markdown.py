"""Markdown into plain data. typst gets a page's words as data, never as markup, so nothing in them can be a command."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_NAMES = {"image": "ảnh", "fence": "khối mã", "code_block": "khối mã (dòng thụt bốn dấu cách)", "hr": "gạch ngang"}
_MARKS = {"strong": "strong", "em": "emph", "link": "link"}

Block = dict[str, Any]
"""``{"kind": "paragraph", "runs"}``, ``{"kind": "list", "ordered", "items"}`` (an item is a list of blocks),
``{"kind": "table", "head", "rows"}`` (a cell is a list of runs), ``{"kind": "quote", "blocks"}`` or
``{"kind": "heading", "level", "runs"}``."""
Run = dict[str, Any]
"""``{"text", "strong", "emph", "code", "link"}``; a line break is the text ``"\\n"``."""


class UnknownMarkup(ValueError):
    """Something that the handbook does not print. The message is Vietnamese and names the line."""


def read_blocks(text: str) -> list[Block]:
    """Return the blocks of a Markdown text.

    Raises
    ------
    UnknownMarkup
        For pictures, code blocks and whatever else a page of the handbook does not have.
    """
    return _blocks(SyntaxTreeNode(_PARSER.parse(text)).children)


def plain(runs: Iterable[Run]) -> str:
    """Return the words of some runs without their marks."""
    return "".join(run["text"] for run in runs).strip()


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> list[Block]:
    return [_block(node) for node in nodes]


def _block(node: SyntaxTreeNode) -> Block:
    match node.type:
        case "paragraph":
            return {"kind": "paragraph", "runs": _runs(node)}
        case "heading":
            return {"kind": "heading", "level": int(node.tag[1:]), "runs": _runs(node)}
        case "bullet_list" | "ordered_list":
            items = [_blocks(item.children) for item in node.children]
            return {"kind": "list", "ordered": node.type == "ordered_list", "items": items}
        case "blockquote":
            return {"kind": "quote", "blocks": _blocks(node.children)}
        case "table":
            head, *body = ([_runs(cell) for cell in row.children] for part in node.children for row in part.children)
            return {"kind": "table", "head": head, "rows": body}
        case _:
            raise _unknown(node)


def _runs(node: SyntaxTreeNode) -> list[Run]:
    return [run for inline in node.children for run in _inline(inline.children, {})]


def _inline(nodes: Iterable[SyntaxTreeNode], marks: dict[str, Any]) -> list[Run]:
    runs: list[Run] = []
    for node in nodes:
        match node.type:
            case "text":
                runs.append({"text": node.content} | marks)
            case "code_inline":
                runs.append({"text": node.content} | marks | {"code": True})
            case "softbreak":
                runs.append({"text": " "} | marks)
            case "hardbreak":
                runs.append({"text": "\n"})
            case "strong" | "em" | "link":
                value = str(node.attrs["href"]) if node.type == "link" else True
                runs += _inline(node.children, marks | {_MARKS[node.type]: value})
            case _:
                raise _unknown(node)
    return runs


def _unknown(node: SyntaxTreeNode) -> UnknownMarkup:
    holder: SyntaxTreeNode | None = node
    while holder is not None and not holder.map:  # what stands within a line has no line of its own
        holder = holder.parent
    where = f"dòng {holder.map[0] + 1}: " if holder is not None and holder.map else ""
    return UnknownMarkup(f"{where}sổ tay không in được {_NAMES.get(node.type, node.type)}. Hãy viết bằng lời.")
