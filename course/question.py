"""A question as its notebook asks it: its arguments for an audience, and the widget traits made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from course.markup import block_html, inline_html, nfc, plain_text
from course.pictures import Pictures
from course.texts import Texts

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ONE_ARGUMENT = {"today": "task", "picture": "alt"}
_PIECE = re.compile(r"\[\[(.+?)\]\]", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """One call on a lesson: the widget it wants, its name, and its arguments as the notebook gave them."""

    kind: str
    name: str
    given: dict[str, Any]

    @property
    def graded(self) -> bool:
        """Graded questions are ``q1``, ``q2``, …; practice and texts are not graded."""
        return self.name.startswith("q") and self.name[1:].isdigit()

    @property
    def answered(self) -> bool:
        """Whether there is something to answer; texts and pictures are only shown."""
        return self.kind not in ("text", "picture")

    @property
    def label(self) -> str:
        """What a learner calls it."""
        if self.graded:
            return f"Câu {self.name[1:]}"
        if self.kind == "chat":
            return "Hỏi thử trợ lý"
        return "" if self.kind in ("text", "picture", "today") else "Luyện tập"

    @property
    def items(self) -> int:
        """How many items it has: one, or more where it has a pool (``course.pools``)."""
        return 1 + len(self.given.get("pool") or ())

    def arguments(self, texts: Texts, audience: str, item: int = 1) -> dict[str, Any]:
        """Return the arguments of an item (from 1), with an audience's own words put in.

        A further item begins from the first one as this audience has it.
        """
        first = self._first_arguments(texts, audience)
        if item == 1:
            return first
        own = (texts.get(audience, {}).get(self.name) or {}).get("pool") or []
        if own and len(own) != self.items - 1:
            raise ValueError(f"{audience}.{self.name}.pool: có {len(own)} bản, sổ bài có {self.items - 1}")
        further = {**self.given["pool"][item - 2], **(own[item - 2] or {} if own else {})}
        if unknown := set(further) - set(self.given) | set(further) & {"pool"}:
            raise ValueError(f"{audience}.{self.name}.pool: không có mục {', '.join(sorted(unknown))}")
        return {**first, **further}

    def _first_arguments(self, texts: Texts, audience: str) -> dict[str, Any]:
        own = texts.get(audience, {}).get(self.name)
        if own is None:
            return self.given
        if not isinstance(own, dict):  # a text, the task of the day, a picture: one argument that a variant can replace
            own = {_ONE_ARGUMENT.get(self.kind, "text"): own}
        unknown = set(own) - set(self.given)
        if unknown:
            raise ValueError(f"{audience}.{self.name}: không có mục {', '.join(sorted(unknown))}")
        return {**self.given, **own}


def _no_pictures(name: str) -> str:
    return ""


def traits_of(question: Question, arguments: dict[str, Any], pictures: Pictures = _no_pictures) -> dict[str, Any]:
    """Turn a question's arguments into its widget's traits (see the table of widgets in ``docs/architecture.md``)."""
    if question.kind == "picture":
        return {
            "picture": pictures(question.name),
            "alt": nfc(arguments["alt"]),
            "caption": inline_html(arguments["caption"]),
        }
    if question.kind == "text":
        return {
            "html": block_html(arguments["text"]),
            "speech": plain_text(arguments["text"]),
            "tone": arguments["tone"],
        }
    if question.kind == "today":
        return {"question": question.name, "label": question.label, "task": block_html(arguments["task"])}
    common = {
        "question": question.name,
        "label": question.label,
        "graded": question.graded,
        "ask": inline_html(arguments["ask"]),
    }
    if arguments.get("picture"):
        common |= {"picture": pictures(arguments["picture"]), "alt": nfc(arguments["alt"])}
    return common | _OWN_TRAITS[question.kind](arguments)


def traits_of_items(
    question: Question, texts: Texts, audience: str, pictures: Pictures = _no_pictures
) -> list[dict[str, Any]]:
    """Return the traits of each item of a question, in an audience's words; one where it has no pool."""
    numbers = range(1, question.items + 1)
    return [traits_of(question, question.arguments(texts, audience, number), pictures) for number in numbers]


def pieces_of(text: str) -> list[dict[str, str | None]]:
    """Cut a text into plain runs (``id`` ``None``) and the pieces in ``[[ ]]``, numbered from 1."""
    pieces: list[dict[str, str | None]] = []
    number = 0
    for position, run in enumerate(_PIECE.split(nfc(text))):
        is_piece = position % 2 == 1
        if is_piece:
            number += 1
        if run:
            pieces.append({"text": run, "id": str(number) if is_piece else None})
    return pieces


def _choice(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "options": [inline_html(option) for option in arguments["options"]],
        "several": arguments["several"],
        "right": list(arguments["right"] or ""),
        "reasons": dict(zip(LETTERS, map(inline_html, arguments["reasons"] or []), strict=False)),
    }


def _short_text(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "parts": list(arguments["parts"]),
        "rows": arguments["rows"],
        "placeholder": arguments["placeholder"],
        "example": arguments["example"],
        "find": {part: [nfc(sign) for sign in signs] for part, signs in (arguments["find"] or {}).items()},
    }


def _order(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "items": [inline_html(item) for item in arguments["items"]],
        "right": list(arguments["right"] or ""),
        "reason": inline_html(arguments["reasons"] or ""),
    }


def _mark(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "pieces": pieces_of(arguments["text"]),
        "right": [str(piece) for piece in arguments["right"] or ()],
        "reasons": {str(piece): inline_html(reason) for piece, reason in (arguments["reasons"] or {}).items()},
    }


def _dictation(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "say": nfc(arguments["say"]),
        "recorded": nfc(arguments["recorded"]),
        "fixes": [dict(fix) for fix in arguments["fixes"] or ()],
    }


def _task(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"wants": arguments["wants"], "unit": nfc(arguments["unit"])}


def _chat(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "tries": [nfc(text) for text in arguments["tries"]],
        "placeholder": nfc(arguments["placeholder"]),
        "planted": [{"ask": nfc(turn.get("ask", "")), "reply": nfc(turn["reply"])} for turn in arguments["planted"]],
        "reveal": block_html(arguments["reveal"]),
    }


def _work(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "checks": [inline_html(check) for check in arguments["checks"]],
        "hints": {field: nfc(hint) for field, hint in arguments["hints"].items()},
        "example": block_html(arguments["example"]) if arguments["example"] else "",
    }


_OWN_TRAITS = {
    "choice": _choice,
    "short_text": _short_text,
    "order": _order,
    "mark": _mark,
    "dictation": _dictation,
    "task": _task,
    "chat": _chat,
    "work": _work,
}
