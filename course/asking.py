"""What a lesson's notebook can show and ask: one method a kind of question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course.handing_over import WANTED
from course.question import Question

if TYPE_CHECKING:
    from course import widgets


class Asking:
    """The calls of a notebook. Each names its arguments; how one is shown, answered and kept is ``Lesson``'s matter."""

    def _show(self, question: Question) -> Any:
        """Make the widget of a question, with the words of the learner's audience and the answer so far."""
        raise NotImplementedError

    def text(self, name: str, text: str, *, tone: str = "plain") -> widgets.Text:
        """Show a text that may differ by audience."""
        return self._show(Question("text", name, {"text": text, "tone": tone}))

    def choice(
        self,
        id: str,
        ask: str,
        options: Sequence[str],
        *,
        several: bool = False,
        right: str | None = None,
        reasons: Sequence[str] | None = None,
    ) -> widgets.Choice:
        """Ask to pick one option, or several; with ``right`` and ``reasons`` it is practice and answers at once."""
        return self._show(
            Question(
                "choice",
                id,
                {"ask": ask, "options": list(options), "several": several, "right": right, "reasons": reasons},
            )
        )

    def short_text(
        self,
        id: str,
        ask: str,
        *,
        parts: Sequence[str] = (),
        rows: int = 4,
        placeholder: str = "",
        example: str = "",
        find: Mapping[str, Sequence[str]] | None = None,
    ) -> widgets.ShortText:
        """Ask for a short text; ``find`` makes it practice with a live check of its parts."""
        arguments = {
            "ask": ask,
            "parts": list(parts),
            "rows": rows,
            "placeholder": placeholder,
            "example": example,
            "find": find,
        }
        return self._show(Question("short_text", id, arguments))

    def order(
        self, id: str, ask: str, items: Sequence[str], *, right: str | None = None, reasons: str = ""
    ) -> widgets.Order:
        """Ask to put items in order."""
        return self._show(Question("order", id, {"ask": ask, "items": list(items), "right": right, "reasons": reasons}))

    def mark(
        self,
        id: str,
        ask: str,
        text: str,
        *,
        right: Sequence[int] | None = None,
        reasons: Mapping[int, str] | None = None,
    ) -> widgets.Mark:
        """Ask to mark pieces of a text; ``[[ ]]`` makes a piece, numbered as they stand."""
        return self._show(Question("mark", id, {"ask": ask, "text": text, "right": right, "reasons": reasons}))

    def dictation(
        self, id: str, ask: str, *, say: str, recorded: str, fixes: Sequence[Mapping[str, Any]] | None = None
    ) -> widgets.Dictation:
        """Ask to speak a sentence, or take its recorded transcript, and correct what was written."""
        return self._show(Question("dictation", id, {"ask": ask, "say": say, "recorded": recorded, "fixes": fixes}))

    def task(self, id: str, ask: str, *, wants: str, unit: str = "") -> widgets.Task:
        """Ask for something that code works out; ``lesson.answer`` hands it over.

        Parameters
        ----------
        wants
            ``"number"``, ``"text"``, ``"table"``, ``"chart"`` or ``"file"``.
        unit
            What is counted, for example ``"kg"``.
        """
        if wants not in WANTED:
            raise ValueError(f"{id}: wants phải là một trong {', '.join(WANTED)}")
        return self._show(Question("task", id, {"ask": ask, "wants": wants, "unit": unit}))

    def today(self, task: str) -> widgets.Today:
        """Give the one thing to do today, which the learner can tick off."""
        return self._show(Question("today", "today", {"task": task}))
