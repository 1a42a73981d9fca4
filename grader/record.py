"""Record: verdicts into nbgrader's gradebook and the autograded notebook, as nbgrader itself would write them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, OverwriteKernelspec, SaveAutoGrades

from course.answers import AnswerRecord
from course.place import answer_file
from course.widgets import LessonWidget, QuestionWidget
from grader.class_directory import course_directory
from grader.files import replace_whole
from grader.judge import PreparedLesson, Verdict
from grader.source_notebook import is_test_cell, read_notebook
from grader.workspace import Workspace

# nbgrader's own steps after execution, in nbgrader's order: grades first, since penalties are taken from them.
STEPS = (OverwriteKernelspec, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata)


def collect(workspace: Workspace, class_id: str, learner: str, record: AnswerRecord, at: datetime) -> Path:
    """Lay a submission out as nbgrader expects it: the released notebook with the answer file beside it.

    Other lessons of the level that were handed in before stay. Returns the submission's folder.
    """
    level = record.lesson.split("/")[0]
    courses = course_directory(workspace, class_id)
    folder = Path(courses.format_path(courses.submitted_directory, learner, level))
    folder.mkdir(parents=True, exist_ok=True)
    source = workspace.source_notebook(record.lesson)
    released = Path(courses.format_path(courses.release_directory, ".", level))
    replace_whole(folder / source.name, (released / source.name).read_bytes())
    for extra in released.glob(f"{source.stem}.yml"):
        replace_whole(folder / extra.name, extra.read_bytes())
    replace_whole(answer_file(folder, record.lesson), record.to_json().encode())
    replace_whole(folder / "timestamp.txt", _timestamp(at).encode())
    return folder


def record_verdicts(
    workspace: Workspace,
    class_id: str,
    learner: str,
    prepared: PreparedLesson,
    record: AnswerRecord,
    verdicts: list[Verdict],
    at: datetime,
) -> Path:
    """Write points to the gradebook and the autograded notebook for formgrader; return that notebook.

    A trainer's manual scores and comments stay: nbgrader's own ``SaveAutoGrades`` writes only the automatic ones.

    Raises
    ------
    sqlalchemy.exc.OperationalError
        When the gradebook is locked or the disk is full.
    """
    courses = course_directory(workspace, class_id)
    level = prepared.key.split("/")[0]
    name = prepared.source.stem
    _enter_submission(courses.db_url, courses.course_id, level, name, learner, at)
    notebook = autograded_notebook(prepared, record, verdicts)
    resources = {
        "nbgrader": {"notebook": name, "assignment": level, "student": learner, "db_url": courses.db_url},
        "metadata": {},
    }
    for step in STEPS:
        notebook, resources = step(config=courses.config).preprocess(notebook, resources)
    folder = Path(courses.format_path(courses.autograded_directory, learner, level))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    replace_whole(path, (nbformat.writes(notebook) + "\n").encode())
    for extra in prepared.source.parent.glob(f"{name}.yml"):
        replace_whole(folder / extra.name, extra.read_bytes())
    replace_whole(answer_file(folder, prepared.key), record.to_json().encode())
    replace_whole(folder / "timestamp.txt", _timestamp(at).encode())
    return path


def autograded_notebook(prepared: PreparedLesson, record: AnswerRecord, verdicts: list[Verdict]) -> NotebookNode:
    """Return the source notebook with the learner's answers and the verdicts as its outputs."""
    notebook = read_notebook(prepared.source)
    by_id = {verdict.grade_id: verdict for verdict in verdicts}
    count = 0
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        if is_test_cell(cell):
            cell.outputs = _verdict_outputs(by_id[cell.metadata.nbgrader.grade_id], count)
        elif (widget := prepared.displays.get(number)) is not None:
            words = _described(widget, record)
            cell.outputs = [new_output("execute_result", {"text/plain": words}, execution_count=count)]
    return notebook


def _described(widget: LessonWidget, record: AnswerRecord) -> str:
    """Put what a learner saw and answered in words: plain text, which formgrader cannot take for HTML."""
    if not isinstance(widget, QuestionWidget):
        return widget.describe()
    answer = record.answers.get(widget.question)
    return widget.describe_with(answer.value.model_dump(mode="json") if answer else None)


def _verdict_outputs(verdict: Verdict, count: int) -> list[NotebookNode]:
    if verdict.error is not None:
        lines = verdict.error.splitlines()
        return [new_output("error", ename="TestError", evalue=lines[-1], traceback=lines)]
    printed = "".join(f"{reason}\n" for reason in verdict.reasons)
    outputs = [new_output("stream", name="stdout", text=printed)] if printed else []
    return [*outputs, new_output("execute_result", {"text/plain": f"{verdict.points:g}"}, execution_count=count)]


def _enter_submission(db_url: str, course_id: str, level: str, name: str, learner: str, at: datetime) -> None:
    """Note the submission; notebooks of the level that were not handed in yet count as zero, as nbgrader does."""
    with Gradebook(db_url, course_id) as gradebook:
        gradebook.update_or_create_student(learner)
        submission = gradebook.update_or_create_submission(
            level, learner, timestamp=at.replace(tzinfo=None).isoformat()
        )
        for notebook in submission.notebooks:
            if notebook.name != name:
                for grade in notebook.grades:
                    if grade.auto_score is None:
                        grade.auto_score = 0
                        grade.needs_manual_grade = False
        gradebook.db.commit()


def _timestamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
