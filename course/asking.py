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
    ``picture`` puts a picture above the answer, named as in :meth:`picture`, and ``alt`` its words.
    """

    def _show(self, question: Question) -> Any:
        """Make the widget of a question, with the words of the learner's audience and the answer so far."""
        raise NotImplementedError

    def _ask(self, kind: str, id: str, arguments: dict[str, Any], pool: Pool) -> Any:
        return self._show(Question(kind, id, {**arguments, "pool": checked_pool(id, pool)}))

    def text(self, name: str, text: str, *, tone: str = "plain") -> widgets.Text:
        """Show a text that may differ by audience."""
        return self._show(Question("text", name, {"text": text, "tone": tone}))

    def picture(self, name: str, *, alt: str, caption: str = "") -> widgets.Picture:
        """Show a picture, ``pictures/NN-name.<audience>.svg`` or ``pictures/NN-name.svg``.

        Parameters
        ----------
        alt
            What is in it, for those who listen or do not see it; an audience's own picture needs its own words.
        caption
            A line below it.
        """
        return self._show(Question("picture", name, {"alt": alt, "caption": caption}))

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
        picture: str = "",
        alt: str = "",
        pool: Pool = (),
    ) -> widgets.Choice:
        """Ask to pick one option, or several; with ``right`` and ``reasons`` it is practice and answers at once."""
        arguments = {"ask": ask, "options": list(options), "several": several, "right": right, "reasons": reasons}
        arguments |= {"picture": picture, "alt": alt}
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
        picture: str = "",
        alt: str = "",
        pool: Pool = (),
    ) -> widgets.Mark:
        """Ask to mark pieces of a text; ``[[ ]]`` makes a piece, numbered as they stand."""
        arguments = {"ask": ask, "text": text, "right": right, "reasons": reasons, "picture": picture, "alt": alt}
        return self._ask("mark", id, arguments, pool)

    def dictation(
        self,
        id: str,
        ask: str,
        *,
        say: str,
        recorded: str,
        fixes: Sequence[Mapping[str, Any]] | None = None,
        picture: str = "",
        alt: str = "",
        pool: Pool = (),
    ) -> widgets.Dictation:
        """Ask to speak a sentence, or take its recorded transcript, and correct what was written.

        With an empty ``say`` there is no microphone: ``recorded`` is what a machine read from ``picture``.
        """
        arguments = {"ask": ask, "say": say, "recorded": recorded, "fixes": fixes, "picture": picture, "alt": alt}
        return self._ask("dictation", id, arguments, pool)

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

    def work(
        self,
        id: str,
        ask: str,
        *,
        checks: Sequence[str],
        hints: Mapping[str, str] | None = None,
        example: str = "",
    ) -> widgets.Work:
        """Take in a piece of the learner's own work, done with the assistant.

        The talks asked before it in the lesson can be taken into it. How well it is done is a trainer's to say: put a
        Markdown cell with a mark scheme after its test cell (``docs/architecture.md``).

        Parameters
        ----------
        checks
            What the learner may have checked, to tick.
        hints
            What stands in the empty fields, by field: ``task``, ``request``, ``result``, ``fixed``.
        example
            A piece to compare with, Markdown, shown on request.
        """
        if unknown := set(hints or {}) - {"task", "request", "result", "fixed"}:
            raise ValueError(f"{id}: hints không có ô {', '.join(sorted(unknown))}")
        arguments = {"ask": ask, "checks": list(checks), "hints": dict(hints or {}), "example": example}
        return self._show(Question("work", id, arguments))

    def today(self, task: str) -> widgets.Today:
        """Give the one thing to do today, which the learner can tick off."""
        return self._show(Question("today", "today", {"task": task}))
