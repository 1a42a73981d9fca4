"""A piece of the learner's own work, done with the assistant: brought, checked, and told in numbers."""

from __future__ import annotations

from typing import Any

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._question import QuestionWidget
from course.widgets._widget import words_of

FIELDS = {
    "task": "Việc gì",
    "request": "Yêu cầu đã gửi",
    "result": "Kết quả đem dùng",
    "checked": "Đã kiểm",
    "fixed": "Đã sửa",
    "minutes": "Số phút",
}
"""What each part of a piece is called, by learners and trainers."""


class Work(QuestionWidget):
    """Fields for a whole piece of work; request and result can be taken out of a talk with the assistant.

    Attributes
    ----------
    checks
        What may have been checked, to tick, safe HTML; lettered A, B, C… as listed.
    hints
        What stands in the empty fields, plain text, by field.
    example
        A piece to compare with, safe HTML, shown on request; empty for none.
    talk
        The messages of the talks before it in the lesson, ``[{"role", "text"}]``. The host keeps it up to date.
    """

    _esm = module_source("work")
    _css = style_source("work")

    checks = traitlets.List(traitlets.Unicode()).tag(sync=True)
    hints = traitlets.Dict().tag(sync=True)
    example = traitlets.Unicode().tag(sync=True)
    talk = traitlets.List(traitlets.Dict()).tag(sync=True)

    def _describe_answer(self, answer: dict[str, Any]) -> str:
        """Return the whole piece, for a trainer to read; what looks personal is masked where the learner left it."""
        parts = {name: _readable(str(answer.get(name) or "")) for name in ("task", "request", "result", "fixed")}
        checks = {chr(ord("A") + index): words_of(check) for index, check in enumerate(self.checks)}
        parts["checked"] = "; ".join(checks[letter] for letter in answer.get("checked", ()) if letter in checks)
        before, after = answer.get("before"), answer.get("after")
        if before is not None or after is not None:
            told = ["chưa ghi" if minutes is None else str(minutes) for minutes in (before, after)]
            parts["minutes"] = f"tự làm {told[0]}, có trợ lý {told[1]}"
        lines = [f"{words.upper()}\n{parts[name]}" for name, words in FIELDS.items() if parts.get(name)]
        return "\n\n" + "\n\n".join(lines) if lines else ""


def _readable(text: str) -> str:
    """Return a learner's text without signs that are not to be seen, and without what the privacy shield finds."""
    if not text.strip():
        return ""
    from course.ai.shield import shield  # its rules take a moment to load, and most questions need none

    shown = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text).strip()
    return shield(shown).text
