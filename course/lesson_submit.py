"""Ties the submit button in a notebook to a submitter, without blocking the notebook."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from course.own_notebook import NotSaved, notebook_to_submit
from course.submitting import AnswersChanged, SubmissionRefused, Submitter, TooSoon

if TYPE_CHECKING:
    from course.lesson import Lesson
    from course.widgets import Submit


def connect(lesson: Lesson, button: Submit, submitter: Submitter | None) -> None:
    """Hand the lesson in when the button says so, and show on every question what it earned."""

    def on_message(_widget: Any, content: Any, _buffers: Any) -> None:
        if not isinstance(content, dict) or content.get("type") != "submit":
            return
        if submitter is None:
            button.phase, button.message = (
                "refused",
                "Bài mở ngoài lớp học nên chưa chấm được. Hãy mở bài bằng lệnh make learn.",
            )
        else:
            threading.Thread(target=_submit, args=(lesson, button, submitter), daemon=True).start()

    button.on_msg(on_message)


def _submit(lesson: Lesson, button: Submit, submitter: Submitter) -> None:
    button.phase, button.message = "sending", ""
    try:
        notebook = _notebook_of(lesson)
        seen = lesson.record.answers
        if not lesson.deliver():
            button.phase = "waiting"
            button.message = "Đang chờ mạng, chưa mất gì. Có mạng bạn bấm nộp lại."
            return
        if lesson.record.answers != seen:  # another device was there: what goes in must have been seen here first
            raise AnswersChanged(lesson.record)
        for state in submitter.submit(lesson.record, notebook):
            _show(lesson, button, state)
    except AnswersChanged as changed:
        lesson.see_record(changed.record)
        button.phase, button.message = "idle", str(changed)
    except NotSaved as problem:
        button.phase, button.message = "idle", str(problem)
    except TooSoon as pause:
        button.phase, button.message = "idle", str(pause)
    except SubmissionRefused as refused:
        button.phase, button.message = "refused", str(refused)


def _notebook_of(lesson: Lesson) -> str | None:
    """Return the notebook that goes in with the answers, ``None`` for a lesson without code."""
    asked = [id for id, question in lesson.questions.items() if question.kind == "task" and question.graded]
    if not asked:
        return None
    sources = [lesson.answered_in[id] for id in asked if id in lesson.answered_in]
    return notebook_to_submit(lesson.folder, lesson.key.split("/")[1], sources)


def _show(lesson: Lesson, button: Submit, state: dict[str, Any]) -> None:
    button.receipt = state.get("receipt") or ""
    button.message = state.get("message") or ""
    if state["state"] == "graded":
        button.results = state
        for result in state["questions"]:
            _, widget = lesson.shown.get(result["id"], (None, None))
            if widget is not None:
                widget.result = result
    button.phase = state["state"]
