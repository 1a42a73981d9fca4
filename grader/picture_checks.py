"""What a lesson's pictures may be: small, hand-drawn, with no script, no address and nothing of another file's."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from xml.etree import ElementTree

from course import Lesson
from course.curriculum import load_curriculum
from course.pictures import FOLDER

LARGEST_PICTURE = 8_000
"""Bytes; a scene of some lines of text takes two or three thousand."""
LARGEST_TOGETHER = 50_000
"""Bytes of all pictures that one audience's page carries, uncompressed."""

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"}
_ATTRIBUTES = {
    *("viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry"),
    *("d", "points", "transform", "opacity", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity"),
    *("stroke-dasharray", "stroke-linecap", "stroke-linejoin"),
    *("font-size", "font-weight", "font-style", "text-anchor", "text-decoration", "letter-spacing"),
}
"""Plain drawing: no ``style``, which the page's content policy forbids; no ``id``, which two pictures could share."""


def picture_problems(source: Path) -> list[str]:
    """Return what is wrong with a lesson's pictures, in Vietnamese, for the lesson's writer."""
    number = source.name[:2]
    files = sorted((source.parent / FOLDER).glob(f"{number}-*.svg"))
    problems = [f"{path.name}: {problem}" for path in files for problem in _problems(path)]
    audiences = load_curriculum().audiences
    for audience in audiences:
        others = tuple(f".{other}.svg" for other in audiences if other != audience)
        size = sum(path.stat().st_size for path in files if not path.name.endswith(others))
        if size > LARGEST_TOGETHER:
            problems.append(f"Ảnh của nhóm {audience} nặng {size / 1000:.0f} kB, quá {LARGEST_TOGETHER / 1000:.0f} kB.")
    return problems


def _problems(path: Path) -> list[str]:
    data = path.read_bytes()
    problems = []
    if len(data) > LARGEST_PICTURE:
        problems.append(f"nặng {len(data) / 1000:.1f} kB, quá {LARGEST_PICTURE / 1000:.0f} kB.")
    try:
        text = data.decode("utf-8")
        if "<!" in text or "<?" in text:  # no entities, no stylesheets; a comment would travel to every phone
            return [*problems, "chỉ được có hình vẽ, bỏ phần <!…> và <?…>."]
        root = ElementTree.fromstring(text)
    except (UnicodeDecodeError, ElementTree.ParseError) as error:
        return [*problems, f"không đọc được ({error})."]
    if not unicodedata.is_normalized("NFC", text):
        problems.append("có chữ ở dạng tách dấu (NFD); lưu lại ở dạng NFC.")
    if root.tag != f"{_NAMESPACE}svg" or "viewBox" not in root.attrib:
        problems.append("phải là một <svg> có viewBox.")
    elements = {node.tag.removeprefix(_NAMESPACE) for node in root.iter()} - _ELEMENTS
    attributes = {name for node in root.iter() for name in node.attrib} - _ATTRIBUTES
    if elements or attributes:
        problems.append(f"không dùng được {', '.join(sorted(elements | attributes))} trong ảnh bài học.")
    return problems


def unseen_pictures(lesson: Lesson) -> list[str]:
    """Return which pictures of a lesson, as one audience has it, lack their file or their words."""
    problems = []
    for name, (question, widget) in lesson.shown.items():
        asked = question.kind == "picture" or question.given.get("picture")
        for number, traits in enumerate(getattr(widget, "pool", None) or [widget.get_state()], start=1):
            place = f"{name}, bản {number}" if number > 1 else name
            if asked and not traits.get("picture"):
                problems.append(f"{place}: thiếu tệp ảnh trong thư mục {FOLDER}.")
            if asked and not traits.get("alt"):
                problems.append(f"{place}: ảnh chưa có lời tả (alt).")
    return problems
