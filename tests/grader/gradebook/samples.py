"""Judged submissions, a small lesson with code, and the gradebook as plain rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select

from course.answers import Answer, AnswerRecord, TextValue
from grader.class_directory import course_directory
from grader.inbox import Submission
from grader.judge import judge
from grader.judged import Judged
from grader.prepared import PreparedLessons

AT = datetime(2026, 11, 24, 3, 40, 18, 123000, tzinfo=UTC)


def judged(
    lessons: PreparedLessons,
    learner: str,
    record: AnswerRecord,
    *,
    at: datetime = AT,
    notebook: str | None = None,
    outputs: dict | None = None,
    message: str = "",
) -> Judged:
    submission = Submission(
        receipt="0000-0000-00",
        class_id="thu",
        learner=learner,
        assignment=record.lesson.split("/")[0],
        lesson=record.lesson,
        at=at,
        sha256="",
        record=record,
        notebook=notebook,
    )
    verdicts = judge(lessons.get(record.lesson, record.audience()), record)
    return Judged(submission, record, verdicts, "", at, outputs or {}, message)


def text_record(lesson: str, **texts: str) -> AnswerRecord:
    answers = {
        id: Answer(value=TextValue(kind="text", text=text), audience="nong-dan", at=AT) for id, text in texts.items()
    }
    return AnswerRecord(lesson=lesson, version=1, answers=answers)


def rows_of(workspace) -> dict[str, list[tuple]]:
    """Every row that grading writes, by names instead of random ids, sorted."""
    with Gradebook(course_directory(workspace, "thu").db_url, "thu") as gradebook:
        place = (Notebook.name, SubmittedAssignment.student_id)
        cell = (BaseCell.name, BaseCell.type)
        queries = {
            "students": select(Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id),
            "submissions": select(
                SubmittedAssignment.student_id, SubmittedAssignment.timestamp, SubmittedAssignment.extension
            ),
            "notebooks": _joined(select(*place, SubmittedNotebook.flagged, SubmittedNotebook.late_submission_penalty)),
            "grades": _joined(
                select(
                    *place,
                    *cell,
                    Grade.auto_score,
                    Grade.manual_score,
                    Grade.extra_credit,
                    Grade.needs_manual_grade,
                ),
                Grade,
            ),
            "comments": _joined(select(*place, *cell, Comment.auto_comment, Comment.manual_comment), Comment),
        }
        return {
            name: sorted((tuple(row) for row in gradebook.db.execute(query)), key=repr)
            for name, query in queries.items()
        }


def _joined(query, model=None):
    query = query.select_from(SubmittedNotebook)
    query = query.join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
    query = query.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
    if model is None:
        return query
    return query.join(model, model.notebook_id == SubmittedNotebook.id).join(BaseCell, BaseCell.id == model.cell_id)


def _marks(grade_id: str, *, grade=False, solution=False, points: float | None = None) -> dict:
    marks = {"schema_version": 3, "grade_id": grade_id, "grade": grade, "solution": solution, "task": False}
    marks["locked"] = not solution
    return {"nbgrader": marks | ({"points": points} if points is not None else {})}


CODE_LESSON = "level4/04"
HIDDEN = "chin-muoi-chin"
"""Stands in the hidden tests, and must stand nowhere else."""


def write_code_lesson(folder: Path) -> None:
    """Write the source of a lesson with a question, code to write, a test, and a text that a trainer reads."""
    cells = [
        new_markdown_cell("# Bài mẫu", id="title"),
        new_code_cell(
            f'from course import Lesson\n\nlesson = Lesson("{CODE_LESSON}")\nlesson.start()',
            id="start",
            metadata=_marks("start"),
        ),
        new_markdown_cell("## Tự làm · Tính **tổng**", id="alone"),
        new_code_cell('lesson.short_text("q1", "Tổng là bao nhiêu?")', id="ask", metadata=_marks("ask")),
        new_code_cell(
            "tong = None\n### BEGIN SOLUTION\ntong = 6\n### END SOLUTION\nprint(tong)",
            id="q1-code",
            metadata=_marks("q1-code", solution=True),
        ),
        new_code_cell(
            'lesson.saved("q1")\n### BEGIN HIDDEN TESTS\n'
            f'lesson.expect("q1", points=2, parts={{"tổng": ["6", "{HIDDEN}"]}}, because="Đúng tổng.")\n'
            "### END HIDDEN TESTS",
            id="q1-test",
            metadata=_marks("q1", grade=True, points=2),
        ),
        new_markdown_cell("Viết ở đây.", id="q2-text", metadata=_marks("q2-text", grade=True, solution=True, points=3)),
        new_markdown_cell("## Nộp bài · Xem điểm", id="hand-in"),
        new_code_cell("lesson.submit()", id="submit", metadata=_marks("submit")),
    ]
    folder.mkdir(parents=True)
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), folder / "04-bai-mau.ipynb")


def released(workspace) -> dict:
    """The released notebook of the code lesson, as a learner gets it."""
    path = workspace.class_directory("thu") / "release" / "level4" / "04-bai-mau.ipynb"
    return json.loads(path.read_text("utf-8"))


def cell_of(notebook: dict, id: str) -> dict:
    [cell] = [cell for cell in notebook["cells"] if cell["id"] == id]
    return cell


def autograded(workspace, learner: str, stem: str = "04-bai-mau", level: str = "level4") -> nbformat.NotebookNode:
    """The autograded notebook, checked by nbformat."""
    path = workspace.class_directory("thu") / "autograded" / learner / level / f"{stem}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook
