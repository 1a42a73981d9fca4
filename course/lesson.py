"""``Lesson``: what a lesson's notebook imports. Each call shows one text or asks one question."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.answer_store import AnswerStore, MemoryStore, StoreError
from course.answers import Answer, AnswerRecord, FileValue, Value, check_value, is_blank, now
from course.asking import Asking
from course.curriculum import LESSON_KEY, LessonEntry, load_curriculum
from course.handing import HandingOver
from course.pictures import Pictures, picture_reader
from course.pools import blank_of, drawn_item, next_item, on_another, show_item, show_items
from course.preparation import current_preparation, preparing
from course.question import Question, traits_of_items
from course.references import References
from course.texts import Texts, read_texts

# The widgets and the network are imported where a learner is there: the sandbox, which runs this for every submission,
# needs neither.
if TYPE_CHECKING:
    from collections.abc import Mapping

    from course import widgets
    from course.documents import Opened


class Lesson(Asking, HandingOver):
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
        self._preparation = preparation = current_preparation()
        self._folder = preparation.folder if preparation else Path.cwd()
        if preparation:
            self._store: AnswerStore = MemoryStore(preparation.record or AnswerRecord(lesson=key))
        else:
            from course.place import open_store

            self._store = open_store(key, self._folder, self._on_delivered)
        if not self._headless:
            _ = self.entry, self._texts  # a wrong key or a broken sidecar is told at once
        self._record = self._store.load()
        self._audience = self._record.audience() or self._usual_audience()
        self._questions: dict[str, Question] = {}
        self._shown: dict[str, tuple[Question, widgets.LessonWidget]] = {}
        self._submit_widget: widgets.Submit | None = None
        self._references = References()
        self._answered_in: dict[str, str] = {}
        self._files: dict[str, FileValue] = {}
        self._documents: Mapping[str, Opened] = {}
        self._opens_files = preparation is None

    @cached_property
    def entry(self) -> LessonEntry:
        """The lesson as the curriculum has it."""
        return load_curriculum().lesson(self.key)

    @cached_property
    def _texts(self) -> Texts:
        return read_texts(self._folder, self.key.split("/")[1])

    def _pictures(self, audience: str) -> Pictures:
        return picture_reader(self._folder, self.key.split("/")[1], audience)

    @property
    def _headless(self) -> bool:
        return self._preparation is not None and self._preparation.headless

    def _usual_audience(self) -> str:
        if self._preparation:
            return self._preparation.audience
        from course.place import preferred_audience

        return preferred_audience()

    # --- what a notebook calls ------------------------------------------------------------------------------------

    def start(self) -> widgets.Start | None:
        """Greet the learner and offer the choice of audience."""
        if self._headless:
            return None
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

    def submit(self) -> widgets.Submit | None:
        """Show the button that hands the lesson in, and later its result."""
        if self._headless:
            return None
        from course.lesson_submit import connect
        from course.place import open_submitter
        from course.widgets import Submit

        self._submit_widget = widget = Submit(unanswered=self._unanswered())
        connect(self, widget, open_submitter(self.key))
        return widget

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
    def folder(self) -> Path:
        """Where the notebook lies."""
        return self._folder

    @property
    def answered_in(self) -> dict[str, str]:
        """The source of the cell that last handed over each question's answer, as far as this kernel has seen."""
        return self._answered_in

    @property
    def audience(self) -> str:
        """The audience whose words are shown."""
        return self._audience

    @property
    def record(self) -> AnswerRecord:
        """The answers as this notebook sees them."""
        return self._record

    def with_record(self, record: AnswerRecord, documents: Mapping[str, Opened] | None = None) -> Lesson:
        """Return this lesson as another learner's answers see it: for judging many with one prepared lesson.

        Parameters
        ----------
        documents
            What is in the files among the answers, by question. Such a lesson opens no file itself.
        """
        other = object.__new__(Lesson)
        other.__dict__.update(
            self.__dict__,
            _record=record,
            _store=MemoryStore(record),
            _silent=True,
            _files={},
            _documents=documents or {},
            _opens_files=False,
        )  # reasons are read from the Grade
        return other

    # --- inside ---------------------------------------------------------------------------------------------------

    _start_widget: widgets.Start | None = None

    def _show(self, question: Question) -> Any:
        if question.answered:
            self._questions[question.name] = question
        if self._headless:
            return None
        from course.lesson_links import link
        from course.widgets import WIDGETS

        items = traits_of_items(question, self._texts, self._audience, self._pictures(self._audience))
        widget = WIDGETS[question.kind](**items[0])
        self._shown[question.name] = (question, widget)
        if len(items) > 1:
            show_items(widget, items, drawn_item(self.key, question))
            on_another(widget, lambda: self._begin_another(question, widget))
        if question.answered:
            self._put_answer(question.name, widget)
            widget.observe(lambda change: self._take_answer(question.name, change["new"]), "answer")
        link(self, widget)
        return widget

    def _begin_another(self, question: Question, widget: Any) -> None:
        """Go on to the next item of a question: the one before is over, so its answer makes room."""
        show_item(widget, next_item(widget.item, question.items))
        widget.result = None
        self._keep(question.name, blank_of(question.kind))

    def _put_answer(self, id: str, widget: Any) -> None:
        answer = self._record.answers.get(id)
        if answer is not None and answer.item > widget.item_count:  # of an item that the lesson no longer has
            answer = None
        elif answer is not None and answer.item != widget.item:
            show_item(widget, answer.item)
            widget.result = None
        if answer is not None and widget.answer != (value := answer.value.model_dump(mode="json")):
            widget.answer = value
        widget.saved = "saved" if answer is not None else ""

    def _take_answer(self, id: str, value: Any) -> None:
        """Keep an answer the moment it is given."""
        kept = self._record.answers.get(id)
        _, widget = self._shown[id]
        same = kept is not None and kept.item == widget.item and kept.value.model_dump(mode="json") == value
        if value is None or same:
            return
        try:
            checked = check_value(value)
        except ValueError:
            widget.saved, widget.saved_note = "error", "Câu trả lời này không lưu được."
            return
        self._keep(id, checked)

    def _keep(self, id: str, value: Value) -> tuple[str, str]:
        """Keep an answer and show on its question how far it came."""
        at = now()
        kept = self._record.answers.get(id)
        if kept is not None and kept.at >= at:  # code may answer twice in a millisecond, and the later one stands
            at = kept.at + timedelta(milliseconds=1)
        note = ""
        try:
            item = self._shown[id][1].item if id in self._shown else 1
            answer = Answer(value=value, audience=self._audience, at=at, item=item)
            self._record, state = self._store.save({id: answer})
        except StoreError as error:
            state, note = "error", str(error)
        if id in self._shown:
            _, widget = self._shown[id]
            if widget.answer != (data := value.model_dump(mode="json")) and state != "error":
                widget.answer = data
            widget.saved, widget.saved_note = state, note
        if self._submit_widget:
            self._submit_widget.unanswered = self._unanswered()
        return state, note

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
            if question.answered:
                self._put_answer(id, widget)

    def _unanswered(self) -> list[str]:
        return [
            question.label
            for id, question in self._questions.items()
            if question.graded and (id not in self._record.answers or is_blank(self._record.answers[id].value))
        ]

    def _change_audience(self, audience: str) -> None:
        """Show another audience's texts from now on, and remember the choice."""
        from course.place import remember_audience

        self._audience = audience
        remember_audience(audience)
        if self._start_widget:
            self._start_widget.greeting = f"{load_curriculum().audiences[audience].greeting}!"
        pictures = self._pictures(audience)
        for question, widget in self._shown.values():
            show_items(widget, traits_of_items(question, self._texts, audience, pictures), getattr(widget, "item", 1))


__all__ = ["Lesson", "preparing"]
