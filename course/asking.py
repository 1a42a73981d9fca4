"""What a lesson's notebook can show and ask: one method a kind of question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course.handing_over import WANTED
from course.pools import Pool, checked_pool
from course.question import Question

if TYPE_CHECKING:
    from course import widgets


class Asking:
    """The calls of a notebook. Each names its arguments; how one is shown, answered and kept is ``Lesson``'s matter.

    ``pool`` gives a question more items of the same form: for each the arguments that differ (``course.pools``).
    """

    def _show(self, question: Question) -> Any:
        """Make the widget of a question, with the words of the learner's audience and the answer so far."""
        raise NotImplementedError

    def _ask(self, kind: str, id: str, arguments: dict[str, Any], pool: Pool) -> Any:
        return self._show(Question(kind, id, {**arguments, "pool": checked_pool(id, pool)}))

    def text(self, name: str, text: str, *, tone: str = "plain") -> widgets.Text:
        """Show a text that may differ by audience."""
        return self._show(Question("text", name, {"text": text, "tone": tone}))

    def law(self, id: str) -> widgets.Text:
        """Show a law card: what a law says, its document, and when that was checked (``law_cards.yml``)."""
        from course.law_cards import law_card

        return self._show(Question("text", f"law:{id}", {"text": law_card(id).markdown, "tone": "tip"}))

    def choice(
        self,
        id: str,
        ask: str,
        options: Sequence[str],
        *,
        several: bool = False,
        right: str | None = None,
        reasons: Sequence[str] | None = None,
        pool: Pool = (),
    ) -> widgets.Choice:
        """Ask to pick one option, or several; with ``right`` and ``reasons`` it is practice and answers at once."""
        arguments = {"ask": ask, "options": list(options), "several": several, "right": right, "reasons": reasons}
        return self._ask("choice", id, arguments, pool)

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
        pool: Pool = (),
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
        return self._ask("short_text", id, arguments, pool)

    def order(
        self,
        id: str,
        ask: str,
        items: Sequence[str],
        *,
        right: str | None = None,
        reasons: str = "",
        pool: Pool = (),
    ) -> widgets.Order:
        """Ask to put items in order."""
        return self._ask("order", id, {"ask": ask, "items": list(items), "right": right, "reasons": reasons}, pool)

    def mark(
        self,
        id: str,
        ask: str,
        text: str,
        *,
        right: Sequence[int] | None = None,
        reasons: Mapping[int, str] | None = None,
        pool: Pool = (),
    ) -> widgets.Mark:
        """Ask to mark pieces of a text; ``[[ ]]`` makes a piece, numbered as they stand."""
        return self._ask("mark", id, {"ask": ask, "text": text, "right": right, "reasons": reasons}, pool)

    def dictation(
        self,
        id: str,
        ask: str,
        *,
        say: str,
        recorded: str,
        fixes: Sequence[Mapping[str, Any]] | None = None,
        pool: Pool = (),
    ) -> widgets.Dictation:
        """Ask to speak a sentence, or take its recorded transcript, and correct what was written."""
        return self._ask("dictation", id, {"ask": ask, "say": say, "recorded": recorded, "fixes": fixes}, pool)

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

    def chat(
        self,
        id: str,
        ask: str,
        *,
        tries: Sequence[str] = (),
        placeholder: str = "",
        planted: Sequence[Mapping[str, str]] = (),
        reveal: str = "",
    ) -> widgets.Chat:
        """Let the learner talk with the assistant; practice, never graded.

        Parameters
        ----------
        id
            ``c1``, ``c2``, …
        tries
            Requests that a tap puts into the field, where they can be changed before they are sent.
        planted
            A conversation to find errors in: ``{"ask": …, "reply": …}``, the ask optional. It is marked as planted when
            the learner has asked to see ``reveal``.
        reveal
            Markdown: where the planted errors are. Needed with ``planted``.
        """
        if not (id.startswith("c") and id[1:].isdigit()):
            raise ValueError(f"{id}: trò chuyện phải đặt tên là c1, c2, …")
        if bool(planted) != bool(reveal):
            raise ValueError(f"{id}: planted và reveal phải đi cùng nhau")
        arguments = {
            "ask": ask,
            "tries": list(tries),
            "placeholder": placeholder,
            "planted": [dict(turn) for turn in planted],
            "reveal": reveal,
        }
        return self._show(Question("chat", id, arguments))

    def today(self, task: str) -> widgets.Today:
        """Give the one thing to do today, which the learner can tick off."""
        return self._show(Question("today", "today", {"task": task}))
