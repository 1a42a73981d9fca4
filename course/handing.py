"""The calls of a code lesson: where its data lie, and ``lesson.answer``, which hands a value over."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course.answers import AnswerRecord, FileValue, Value
from course.expecting import Expecting, Slips
from course.grades import Grade, make_grade
from course.handing_over import NotHandedOver, answer_value
from course.preparation import Preparation
from course.received import Received, summary
from course.references import Reference


class HandingOver(Expecting):
    """A lesson that takes what a learner's code has worked out."""

    key: str
    _folder: Path
    _audience: str
    _record: AnswerRecord
    _preparation: Preparation | None
    _shown: dict[str, Any]
    _answered_in: dict[str, str]

    def _keep(self, id: str, value: Value) -> tuple[str, str]:
        """Keep an answer; return how far it came and a sentence for when it could not be kept."""
        raise NotImplementedError

    def data(self, name: str | None = None) -> str:
        """Return where the lesson's table lies, or its table ``name``, as the learner's audience has it."""
        return self._data_path(name, self._audience)

    def _data_path(self, name: str | None, audience: str) -> str:
        number = self.key.split("/")[1]
        path = Path("data", number, f"{audience}{f'.{name}' if name else ''}.csv")
        root = self._preparation.data if self._preparation and self._preparation.data else self._folder
        # Relative where it can be: what a learner sees and types should not depend on the machine.
        return str(path) if root == Path.cwd() else str(root / path)

    def answer(
        self,
        id: str,
        value: Any,
        *,
        right: Reference | None = None,
        because: str = "",
        hint: str = "",
        slips: Slips = (),
        **how: Any,
    ) -> Received:
        """Hand over what code has worked out, and show what was received.

        Parameters
        ----------
        value
            A number, a text, a table (pandas, a dict, a list of dicts), a chart (what a call drew, or ``plt``),
            or the name or ``Path`` of a file, as the task wants. Another kind is no error: the message says what is
            wanted.
        right
            Practice only: a reference, as in ``expect``; it is answered at once. This needs no ``lesson.task``.
        """
        question = self._questions.get(id)
        practice = id.startswith("p")
        if right is not None and not practice and self._preparation and not self._preparation.headless:
            raise ValueError(f"{id}: câu chấm điểm không được mang đáp án (right=…).")
        called = question.label if question else "Luyện tập" if practice else f"Câu {id.removeprefix('q')}"
        is_asked = question.kind == "task" if question else practice and right is not None
        if not is_asked:
            return Received(f"{called}: chưa chạy ô hỏi câu này. Hãy chạy lại bài từ đầu (Run › Run All Cells).")
        headless = self._preparation is not None and self._preparation.headless
        if question is None and headless:
            return Received("")  # practice counts for nothing where code is only run
        wants = question.given["wants"] if question else self._kind_of(id, right)
        try:
            given = answer_value(value, wants)
        except NotHandedOver as problem:
            if id in self._shown:
                _, widget = self._shown[id]
                widget.feedback = {"sign": "wait", "message": f"{called} {problem}"}
            return Received(f"{called} {problem}")
        if (source := _cell_source()) is not None:
            self._answered_in[id] = source
        if isinstance(given, FileValue):
            self._files[id] = given
        unit = question.given["unit"] if question else ""
        received = f"Đã nhận {summary(given, unit)} cho {called}"
        saved = ""
        if question is not None:
            # A record is for what was answered, and travels: of a file it keeps the name and the seal. In the sandbox
            # the file itself is what is wanted.
            kept = given.without_content() if isinstance(given, FileValue) and self._preparation is None else given
            state, note = self._keep(id, kept)
            saved = {"saved": " và đã lưu", "waiting": ", đang chờ mạng để lưu, chưa mất gì"}.get(state, "")
            if state == "error":
                return Received(f"{called}: {note}", given)
        grade = None
        if practice and right is not None and not headless:
            share = self._share(id, given, wants, right, slips, self._audience, how)
            grade = make_grade(id, 1, share, because=because, hint=hint)
        self._show_feedback(id, grade)
        if grade is None:
            return Received(f"{received}{saved}.", given)
        verdict = {"right": "Đúng rồi.", "partly": "Gần đúng.", "wrong": "Chưa đúng."}[grade.sign]
        return Received(f"{received}{saved}. {verdict}", given, grade.reasons)

    def _kind_of(self, id: str, right: Reference | None) -> str:
        """Say what a practice without a task wants: whatever its reference gives."""
        if isinstance(right, Mapping):
            return "file"
        path = lambda name: self._data_path(name, self._audience)  # noqa: E731
        for wants in ("number", "table", "text"):
            with contextlib.suppress(NotHandedOver, TypeError, ValueError):
                if right is not None and self._references.value(f"{id}/0", wants, right, path):
                    return wants
        raise ValueError(f"{id}: right=… phải cho ra một con số, một đoạn chữ hoặc một bảng")

    def _show_feedback(self, id: str, grade: Grade | None) -> None:
        if id in self._shown:
            _, widget = self._shown[id]
            widget.feedback = {"sign": grade.sign, "reasons": grade.reasons} if grade else {}


def _cell_source() -> str | None:
    """Return the source of the notebook's cell that is running, ``None`` outside a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    history = getattr(shell, "history_manager", None)
    inputs = getattr(history, "input_hist_raw", None)
    return inputs[-1] if inputs else None
