"""The pages of the handbook as their writers keep them: ``docs/so-tay/level1-06.md``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from course.curriculum import LessonEntry, load_curriculum
from grader.handbook.markdown import Block, UnknownMarkup, plain, read_blocks
from grader.workspace import Workspace

SECTIONS = ("Mục tiêu", "15 phút trong hội trường", "Bà con hay hỏi", "Lỗi hay gặp", "Khi mất mạng")
"""The headings of a page, in order."""
_PLAN = SECTIONS[1]
_MINUTES = re.compile(r"(\d+)\s*[-–]\s*(\d+)(?:\s*phút)?|(\d+)\s*phút")
_LENGTH = 15


class HandbookError(ValueError):
    """A page is missing or not as it should be. The message is Vietnamese: a line for each fault."""


@dataclass(frozen=True)
class Page:
    """One lesson's page.

    Attributes
    ----------
    sections
        The blocks below each heading of ``SECTIONS``.
    """

    lesson: LessonEntry
    title: str
    sections: dict[str, list[Block]]


def folder_of(workspace: Workspace) -> Path:
    """Return where the pages lie."""
    return workspace.lessons / "docs" / "so-tay"


def read_pages(workspace: Workspace, level: str | None = None) -> list[Page]:
    """Return the pages of a level such as ``level1``, or of every level that has any, in order.

    Raises
    ------
    HandbookError
        When a lesson that has been written has no page, a page has no lesson, or a page is not as it should be.
    """
    curriculum, folder = load_curriculum(), folder_of(workspace)
    there = {path.stem.replace("-", "/", 1): path for path in sorted(folder.glob("*.md"))}
    levels = [one.folder for one in curriculum.levels]
    if level is not None and level not in levels:
        raise HandbookError(f"Không có cấp {level!r}. Viết một trong: {', '.join(levels)}.")
    wanted = [level] if level else [one for one in levels if any(key.startswith(f"{one}/") for key in there)]
    entries = {entry.key: entry for one in curriculum.levels for entry in one.lessons}
    faults = [
        f"{path.name}: không có bài {key} trong chương trình." for key, path in there.items() if key not in entries
    ]
    written, pages = set(workspace.lesson_keys()), []
    for key, entry in entries.items():
        if key.split("/")[0] not in wanted:
            continue
        if key in there:
            try:
                pages.append(read_page(there[key], entry))
            except HandbookError as error:
                faults.append(str(error))
        elif key in written:
            faults.append(f"Bài {entry.number} chưa có trang sổ tay: viết docs/so-tay/{key.replace('/', '-')}.md.")
    if not pages and not faults:
        faults.append(f"Chưa có trang sổ tay nào trong {folder}.")
    if faults:
        raise HandbookError("\n".join(faults))
    return pages


def read_page(path: Path, entry: LessonEntry) -> Page:
    """Return one page.

    Raises
    ------
    HandbookError
        When it lacks a heading, has another or an empty one, or its plan does not fill fifteen minutes.
    """
    try:
        text = path.read_text("utf-8")
        blocks = read_blocks(unicodedata.normalize("NFC", text))
    except UnicodeDecodeError:
        raise HandbookError(f"{path.name}: tệp không phải chữ Unicode (UTF-8). Lưu lại bằng UTF-8.") from None
    except UnknownMarkup as error:
        raise HandbookError(f"{path.name}, {error}") from None
    title, *rest = blocks or [{"kind": "nothing"}]
    head = plain(title["runs"]) if (title["kind"], title.get("level")) == ("heading", 1) else ""
    number, _, name = head.partition(" ")
    if number != entry.number or not name.strip():
        raise HandbookError(f"{path.name}: dòng đầu phải là “# {entry.number} {entry.title}”.")
    sections: dict[str, list[Block]] = {}
    current: list[Block] | None = None
    for block in rest:
        if block["kind"] == "heading":
            heading = plain(block["runs"])
            if block["level"] != 2 or heading not in SECTIONS or heading in sections:
                raise HandbookError(f"{path.name}: thừa đề mục “{heading}”. Chỉ dùng, mỗi mục một lần: {_listed()}.")
            current = sections[heading] = []
        elif current is None:
            raise HandbookError(f"{path.name}: có chữ đứng trước đề mục “## {SECTIONS[0]}”. Chuyển xuống dưới đề mục.")
        else:
            current.append(block)
    faults = [f"{path.name}: thiếu đề mục “## {one}”." for one in SECTIONS if one not in sections]
    faults += [f"{path.name}: dưới “## {one}” chưa có gì." for one, found in sections.items() if not found]
    if faults:
        raise HandbookError("\n".join(faults))
    if list(sections) != list(SECTIONS):
        raise HandbookError(f"{path.name}: các đề mục chưa đúng thứ tự: {_listed()}.")
    _check_plan(path.name, sections[_PLAN])
    return Page(entry, name.strip(), sections)


def _check_plan(name: str, blocks: list[Block]) -> None:
    tables = [block for block in blocks if block["kind"] == "table"]
    if len(tables) != 1 or len(tables[0]["head"]) != 3:
        raise HandbookError(f"{name}: dưới “## {_PLAN}” cần một bảng ba cột: phút, giảng viên, học viên.")
    at = 0
    for row in tables[0]["rows"]:
        cell = plain(row[0])
        if not (found := _MINUTES.fullmatch(cell)):
            raise HandbookError(f"{name}: cột phút ghi “{cell}”. Viết như 0–2, hoặc 2 phút.")
        begin, end, long = (int(part) if part else None for part in found.groups())
        begin, end = (at, at + long) if long is not None else (begin, end)
        if begin != at or end is None or end <= at:
            raise HandbookError(f"{name}: dòng “{cell}” phải bắt đầu từ phút {at} và dài ít nhất một phút.")
        at = end
    if at != _LENGTH:
        raise HandbookError(f"{name}: bảng dừng ở phút {at}, phải đủ {_LENGTH} phút.")


def _listed() -> str:
    return ", ".join(f"“{one}”" for one in SECTIONS)
