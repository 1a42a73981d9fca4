"""Cut a lesson that was run into steps: what stands on one screen of a phone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course.widgets import WIDGETS
from grader.release.code import code_html
from grader.release.execute import Cell, LessonRun, ReleaseError

OPENING = "Mở đầu"
KINDS = ("Nhớ lại", "Làm mẫu", "Làm cùng", "Tự làm", "Ứng dụng ngay", "Nộp bài")

_HEADING = re.compile(r"\A\s*##[ \t]+(?!#)(?P<line>.+?)[ \t]*(?:\n|\Z)")
_TITLE = re.compile(r"\A\s*#[ \t]+.+?(?:\n|\Z)")
_HEADING_TAG = re.compile(r"<(/?)h([1-6])(?:\s[^>]*)?>")

_QUESTION = ("question", "label", "ask", "graded", "points")
_TRAITS: dict[str, tuple[str, ...]] = {
    "choice": (*_QUESTION, "options", "several", "right", "reasons"),
    "short_text": (*_QUESTION, "rows", "placeholder", "parts", "find", "example"),
    "order": (*_QUESTION, "items", "right", "reason"),
    "mark": (*_QUESTION, "pieces", "right", "reasons"),
    "dictation": (*_QUESTION, "say", "recorded", "fixes"),
    "task": (*_QUESTION, "wants", "unit"),
    "today": ("question", "label", "task"),
    "text": ("html", "speech", "tone"),
    "picture": ("picture", "alt", "caption"),
    "chat": (*_QUESTION, "tries", "placeholder", "planted", "reveal"),
    "work": (*_QUESTION, "checks", "hints", "example"),
    "submit": (),
}
"""What of each widget's state the page carries. All else is ipywidgets' own, or comes while the page is used."""
_PICTURE = ("picture", "alt")
"""What the page carries besides of a question that has a picture."""
_KEYS = ("right", "reasons", "reason", "find", "fixes")
"""Traits that say what is right: practice questions only."""
ANSWER_KINDS = {
    "choice": "choice",
    "short_text": "text",
    "order": "order",
    "mark": "mark",
    "dictation": "dictation",
    "task": "task",
    "today": "done",
    "chat": "chat",
    "work": "work",
}
"""The kind of answer that each question widget gives; that of a task is what it ``wants``."""


@dataclass(frozen=True)
class Block:
    """A piece of a step: Markdown as HTML, or a widget with its state."""

    html: str = ""
    widget: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    pool: list[dict[str, Any]] = field(default_factory=list)
    """The state in items 2, 3… of a question that has a pool."""


@dataclass
class Step:
    """One screen of a lesson."""

    kind: str
    title: str
    blocks: list[Block] = field(default_factory=list)


def make_steps(run: LessonRun, title: str) -> list[Step]:
    """Cut a lesson into steps.

    Parameters
    ----------
    title
        The lesson's title, which heads the opening step.

    Raises
    ------
    ReleaseError
        For a step of an unknown kind, something the page cannot show, a question without its test cell, a key on a
        graded question, or a lesson that does not end with ``lesson.submit()``.
    """
    steps = [Step(OPENING, title)]
    for cell in run.cells:
        if cell.kind == "markdown":
            source = unicodedata.normalize("NFC", cell.source)
            if heading := _HEADING.match(source):
                steps.append(_start_step(heading["line"], run, cell))
                source = source[heading.end() :]
            elif len(steps) == 1 and not steps[0].blocks:
                source = _TITLE.sub("", source)  # the page has its own title
            if source.strip():
                steps[-1].blocks.append(Block(html=_render(source, run, cell)))
        elif cell.role != "lesson":
            steps[-1].blocks.append(Block(html=code_html(cell)))
        elif (block := _widget_block(run, cell)) is not None:
            steps[-1].blocks.append(block)
    if not any(block.widget == "submit" for block in steps[-1].blocks):
        raise ReleaseError(f"{run.notebook.name}: bước cuối phải có lesson.submit().")
    return steps


def _start_step(line: str, run: LessonRun, cell: Cell) -> Step:
    kind, _, title = (part.strip() for part in line.partition("·"))
    if kind not in KINDS:
        raise ReleaseError(
            f"{run.notebook.name}, ô {cell.number}: bước “{line}” phải viết dạng “## Loại · Tên bước”, "
            f"loại là một trong: {', '.join(KINDS)}."
        )
    return Step(kind, title or kind)


def _render(source: str, run: LessonRun, cell: Cell) -> str:
    """Render Markdown as nbconvert does. Raw HTML is shown as text: the page runs no authored markup."""
    renderer = IPythonRenderer(
        escape=True,
        allow_harmful_protocols=False,
        attachments=cell.attachments,
        embed_images=True,
        exclude_anchor_links=True,
        path=str(run.notebook.parent),
    )
    html = MarkdownWithMath(renderer=renderer).render(source)
    # A step has its own <h2>, so headings inside it stand below; their ids might be those of the page's own parts.
    return _HEADING_TAG.sub(lambda tag: f"<{tag[1]}h{max(3, int(tag[2]))}>", html).strip()


def _widget_block(run: LessonRun, cell: Cell) -> Block | None:
    shown = cell.display
    if shown is None:
        return None
    place = f"{run.notebook.name}, ô {cell.number}"
    name = next((name for name, widget in WIDGETS.items() if isinstance(shown, widget)), None)
    if name is None:
        raise ReleaseError(f"{place}: trang bài học chưa hiển thị được {type(shown).__name__}.")
    if name == "start":
        return None  # the page greets by itself, and the path offers the choice of audience
    state = shown.get_state()
    items = [_state(name, {**state, **item}, run, place) for item in getattr(shown, "pool", None) or [{}]]
    for number, item in enumerate(items[1:], start=2):
        if _shape(name, item) != _shape(name, items[0]):
            raise ReleaseError(f"{place}: bản {number} của câu {item['question']} khác bản 1 về số lựa chọn, số mục.")
    return Block(widget=name, state=items[0], pool=items[1:])


def _state(name: str, state: dict[str, Any], run: LessonRun, place: str) -> dict[str, Any]:
    """Return what the page carries of a widget, or of one item of its pool; of a graded question nothing of a key."""
    if state.get("graded"):
        id = state["question"]
        if id not in run.points:
            raise ReleaseError(f"{place}: câu {id} chưa có ô chấm (grade_id “{id}”).")
        state = {**state, "points": run.points[id]}
        if leaked := [key for key in _KEYS if state.get(key)]:
            raise ReleaseError(f"{place}: câu {id} được chấm điểm nên không được mang đáp án ({', '.join(leaked)}).")
        state = {trait: value for trait, value in state.items() if trait not in _KEYS}
    if state.get("alt") and not state.get("picture"):
        raise ReleaseError(f"{place}: thiếu tệp ảnh trong thư mục pictures.")
    if state.get("picture") and not state.get("alt"):
        raise ReleaseError(f"{place}: ảnh chưa có lời tả (alt=…) cho người nghe, người không nhìn thấy.")
    shown = (*_TRAITS[name], *(trait for trait in _PICTURE if state.get(trait)))
    return {trait: state[trait] for trait in shown if trait in state}


def _shape(widget: str, state: dict[str, Any]) -> dict[str, Any]:
    """Return how much there is to choose, order or mark: what an answer is checked by."""
    match widget:
        case "choice":
            return {"options": len(state["options"]), "several": state["several"]}
        case "order":
            return {"items": len(state["items"])}
        case "task":
            return {"wants": state["wants"]}
        case "work":
            return {"checks": len(state["checks"])}
        case "mark":
            return {"pieces": sum(piece["id"] is not None for piece in state["pieces"])}
    return {}


def questions_of(steps: list[Step]) -> list[dict[str, Any]]:
    """List what the service must know of a lesson's questions to check an answer. Nothing of a key is in it."""
    questions: list[dict[str, Any]] = []
    for block in (block for step in steps for block in step.blocks if block.state.get("question")):
        state = block.state
        question = {
            "id": state["question"],
            "kind": ANSWER_KINDS[block.widget],
            "graded": state.get("graded", False),
            "points": state.get("points", 0) if state.get("graded") else 0,
            "label": state.get("label", ""),
            **_shape(block.widget, state),
        }
        if block.pool:
            question["pool"] = 1 + len(block.pool)
        questions.append(question)
    return questions
