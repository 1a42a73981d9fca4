"""``Lesson``: what a lesson's notebook imports. Each call shows one text or asks one question."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course import grades
from course.answer_store import AnswerStore, MemoryStore, StoreError
from course.answers import Answer, AnswerRecord, check_value, is_blank, now
from course.asking import Asking
from course.curriculum import LESSON_KEY, load_curriculum
from course.grades import Grade
from course.place import open_store, open_submitter, preferred_audience, remember_audience
from course.question import Question, traits_of
from course.texts import by_audience, read_texts

if TYPE_CHECKING:
    from course import widgets


@dataclass(frozen=True)
class _Preparation:
    """How a lesson is built when no learner is there: for release, or for judging."""

    audience: str
    folder: Path
    record: AnswerRecord | None = None


_preparation: ContextVar[_Preparation | None] = ContextVar("preparation", default=None)


@contextlib.contextmanager
def preparing(audience: str, folder: Path, record: AnswerRecord | None = None) -> Iterator[None]:
    """Within this block lessons are made for an audience, from a folder, and keep nothing.

    Parameters
    ----------
    record
        The answers such lessons see; none by default.
    """
    token = _preparation.set(_Preparation(audience, folder, record))
    try:
        yield
    finally:
        _preparation.reset(token)


class Lesson(Asking):
    """One lesson as its notebook sees it.

    Parameters
    ----------
    key
        Folder and number, for example ``"level1/03"``.

    Raises
    ------
    ValueError
        When the curriculum has no such lesson.
    """

    def __init__(self, key: str) -> None:
        if not LESSON_KEY.fullmatch(key):
            raise ValueError(f"Không có bài {key!r}. Viết như 'level1/03'.")
        self.key = key
        self.entry = load_curriculum().lesson(key)
        preparation = _preparation.get()
        self._folder = preparation.folder if preparation else Path.cwd()
        self._texts = read_texts(self._folder, key.split("/")[1])
        self._store: AnswerStore = (
            MemoryStore(preparation.record or AnswerRecord(lesson=key))
            if preparation
            else open_store(key, self._folder, self._on_delivered)
        )
        self._record = self._store.load()
        self._audience = self._record.audience() or (preparation.audience if preparation else preferred_audience())
        self._questions: dict[str, Question] = {}
        self._shown: dict[str, tuple[Question, widgets.LessonWidget]] = {}
        self._submit_widget: widgets.Submit | None = None

    # --- what a notebook calls ------------------------------------------------------------------------------------

    def start(self) -> widgets.Start:
        """Greet the learner and offer the choice of audience."""
        from course.widgets import Start

        audiences = load_curriculum().audiences
        widget = Start(
            title=f"Bài {self.entry.number} · {self.entry.title}",
            greeting=f"{audiences[self._audience].greeting}!",
            audience=self._audience,
            audiences=[{"id": audience.id, "label": audience.label} for audience in audiences.values()],
        )
        widget.observe(lambda change: self._change_audience(change["new"]), "audience")
        self._start_widget = widget
        return widget

    def submit(self) -> widgets.Submit:
        """Show the button that hands the lesson in, and later its result."""
        from course.lesson_submit import connect
        from course.widgets import Submit

        self._submit_widget = widget = Submit(unanswered=self._unanswered())
        connect(self, widget, open_submitter(self.key))
        return widget

    def saved(self, id: str) -> None:
        """Make sure that an answer is kept, before the cell that grades it.

        Raises
        ------
        StoreError
            When it could not be kept.
        """
        if id not in self._questions:
            raise StoreError(f"Chưa chạy ô hỏi câu {id}. Hãy chạy lại bài từ đầu (Run › Run All Cells).")
        if id in self._record.answers:
            self._record, _ = self._store.save({id: self._record.answers[id]})

    def expect(
        self,
        id: str,
        *,
        points: float,
        choice: Any = None,
        choices: Any = None,
        marks: Any = None,
        order: Any = None,
        parts: Any = None,
        fixes: Any = None,
        because: Any = "",
        wrong: Any = None,
        hint: Any = "",
    ) -> Grade:
        """Grade a question. Stands only in the hidden part of a test cell (keywords: ``docs/architecture.md``).

        Returns
        -------
        Grade
            Shown as the bare number of points; its reasons are printed.
        """
        answer = self._record.answers.get(id)
        if answer is None or is_blank(answer.value):
            return self._tell(grades.unanswered(id, points))
        mine = lambda value: by_audience(value, answer.audience)  # noqa: E731
        value = answer.value
        if choice is not None:
            share = grades.grade_choice(value, mine(choice))
        elif choices is not None:
            share = grades.grade_choices(value, mine(choices))
        elif marks is not None:
            share = grades.grade_marks(value, mine(marks))
        elif order is not None:
            share = grades.grade_order(value, mine(order))
        elif parts is not None:
            share = grades.grade_parts(value, mine(parts))
        elif fixes is not None:
            question = self._questions.get(id)
            recorded = question.arguments(self._texts, answer.audience).get("recorded") if question else None
            share = grades.grade_fixes(value, mine(fixes), recorded)
        else:
            raise TypeError(f"expect({id!r}) names nothing to compare with")
        return self._tell(
            grades.make_grade(id, points, share, because=mine(because), wrong=mine(wrong), hint=mine(hint))
        )

    # --- for release and judge ------------------------------------------------------------------------------------

    @property
    def questions(self) -> dict[str, Question]:
        """The questions asked so far, by id."""
        return self._questions

    @property
    def shown(self) -> dict[str, tuple[Question, widgets.LessonWidget]]:
        """What is on the screen, by name."""
        return self._shown

    @property
    def record(self) -> AnswerRecord:
        """The answers as this notebook sees them."""
        return self._record

    def with_record(self, record: AnswerRecord) -> Lesson:
        """Return this lesson as another learner's answers see it: for judging many with one prepared lesson."""
        other = object.__new__(Lesson)
        other.__dict__.update(
            self.__dict__, _record=record, _store=MemoryStore(record), _silent=True
        )  # reasons are read from the Grade
        return other

    # --- inside ---------------------------------------------------------------------------------------------------

    _silent = False
    _start_widget: widgets.Start | None = None

    def _show(self, question: Question) -> Any:
        from course.widgets import WIDGETS

        answered = question.kind != "text"
        if answered:
            self._questions[question.name] = question
        traits = traits_of(question, question.arguments(self._texts, self._audience))
        widget = WIDGETS[question.kind](**traits)
        self._shown[question.name] = (question, widget)
        if answered:
            self._put_answer(question.name, widget)
            widget.observe(lambda change: self._take_answer(question.name, change["new"]), "answer")
        return widget

    def _put_answer(self, id: str, widget: Any) -> None:
        answer = self._record.answers.get(id)
        if answer is not None and widget.answer != (value := answer.value.model_dump(mode="json")):
            widget.answer = value
        widget.saved = "saved" if answer is not None else ""

    def _take_answer(self, id: str, value: Any) -> None:
        """Keep an answer the moment it is given."""
        kept = self._record.answers.get(id)
        if value is None or (kept is not None and kept.value.model_dump(mode="json") == value):
            return
        _, widget = self._shown[id]
        try:
            answer = Answer(value=check_value(value), audience=self._audience, at=now())
            self._record, widget.saved = self._store.save({id: answer})
            widget.saved_note = ""
        except (StoreError, ValueError) as error:
            widget.saved = "error"
            widget.saved_note = str(error) if isinstance(error, StoreError) else "Câu trả lời này không lưu được."
        if self._submit_widget:
            self._submit_widget.unanswered = self._unanswered()

    def _on_delivered(self) -> None:
        """Show that what was waiting for the network has arrived."""
        for _, widget in self._shown.values():
            if getattr(widget, "saved", "") == "waiting":
                widget.saved = "saved"

    def deliver(self) -> bool:
        """Bring every answer to where it is graded; tell whether all have arrived."""
        if not self._record.answers:
            return True
        try:
            self._record, state = self._store.save(dict(self._record.answers))
        except StoreError:
            return False
        self.see_record(self._record)
        return state == "saved"

    def see_record(self, record: AnswerRecord) -> None:
        """Show answers that came from another device."""
        self._record = record
        for id, (question, widget) in self._shown.items():
            if question.kind != "text":
                self._put_answer(id, widget)

    def _unanswered(self) -> list[str]:
        return [
            question.label
            for id, question in self._questions.items()
            if question.graded and (id not in self._record.answers or is_blank(self._record.answers[id].value))
        ]

    def _change_audience(self, audience: str) -> None:
        """Show another audience's texts from now on, and remember the choice."""
        self._audience = audience
        remember_audience(audience)
        if self._start_widget:
            self._start_widget.greeting = f"{load_curriculum().audiences[audience].greeting}!"
        for question, widget in self._shown.values():
            for name, value in traits_of(question, question.arguments(self._texts, audience)).items():
                setattr(widget, name, value)

    def _tell(self, grade: Grade) -> Grade:
        if not self._silent:
            for reason in grade.reasons:
                print(reason)
        return grade


__all__ = ["Lesson", "preparing"]
