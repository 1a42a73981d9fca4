"""Judge: a lesson's own test cells, run in this trusted process against a learner's answers.

No learner's code is here: an answer is data that has been checked against its schema.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

from course.answers import AnswerRecord
from course.grades import Grade
from course.lesson import Lesson
from course.preparation import preparing
from course.widgets import LessonWidget
from grader.source_notebook import (
    NotebookError,
    compile_cell,
    is_solution_cell,
    is_test_cell,
    makes_questions,
    read_notebook,
)

if TYPE_CHECKING:
    from course.documents import Opened


@dataclass(frozen=True)
class TestCell:
    """One test cell, compiled once."""

    __test__ = False  # not for pytest

    grade_id: str
    max_points: float
    body: CodeType
    result: CodeType | None
    """The last expression, whose value a notebook would show; ``None`` where the cell ends in a statement."""


@dataclass(frozen=True)
class PreparedLesson:
    """A lesson made ready to judge any number of answer records."""

    key: str
    source: Path
    lesson: Lesson
    tests: list[TestCell]
    displays: dict[int, LessonWidget]
    """What each other cell shows, by the cell's place in the notebook."""

    @property
    def max_points(self) -> float:
        """Points of the whole lesson."""
        return sum(test.max_points for test in self.tests)


@dataclass(frozen=True)
class Verdict:
    """What one test cell said."""

    grade_id: str
    points: float
    max_points: float
    reasons: list[str] = field(default_factory=list)
    error: str | None = None
    """The traceback, for trainers, when the cell itself failed. Like stock nbgrader, such a cell earns nothing."""

    @property
    def sign(self) -> str:
        """``right``, ``partly`` or ``wrong``."""
        return Grade(self.grade_id, self.points, self.max_points).sign


def prepare(source: Path, key: str, audience: str, data: Path | None = None) -> PreparedLesson:
    """Run a source notebook's own cells once, as one audience sees them, and compile its test cells.

    Of a code lesson only the cells that make the lesson and its questions are run. Solutions, and cells that teach
    code, have nothing to do with judging: what is right is worked out by the references in the test cells.

    Parameters
    ----------
    data
        The folder below which the data to grade on lie (``data/04/nong-dan.csv``); the lesson's own by default.

    Raises
    ------
    NotebookError
        When the notebook is broken, makes no lesson, or a cell fails.
    """
    notebook = read_notebook(source)
    names: dict[str, object] = {"__name__": "__lesson__"}
    tests: list[TestCell] = []
    displays: dict[int, LessonWidget] = {}
    has_code = any(map(is_solution_cell, notebook.cells))
    with preparing(audience, source.parent, data=data):
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            where = f"{source.name}, ô {number + 1}"
            try:
                body, result = compile_cell(cell.source, where)
                if is_test_cell(cell):
                    marks = cell.metadata["nbgrader"]
                    tests.append(TestCell(marks["grade_id"], float(marks["points"]), body, result))
                    continue
                if has_code and (is_solution_cell(cell) or not makes_questions(cell.source)):
                    continue
                exec(body, names)
                value = eval(result, names) if result else None
            except Exception as error:
                raise NotebookError(f"{where}: {error}") from error
            if isinstance(value, LessonWidget):
                displays[number] = value
    lesson = names.get("lesson")
    if not isinstance(lesson, Lesson) or lesson.key != key:
        raise NotebookError(f'{source.name}: thiếu dòng lesson = Lesson("{key}")')
    return PreparedLesson(key, source, lesson, tests, displays)


def judge(
    prepared: PreparedLesson, record: AnswerRecord, documents: Mapping[str, Opened] | None = None
) -> list[Verdict]:
    """Grade a record: one verdict a test cell, in the notebook's order.

    Parameters
    ----------
    documents
        What is in the files among the answers, by question. No file is opened here.
    """
    lesson = prepared.lesson.with_record(record, documents)
    return [_run(test, lesson) for test in prepared.tests]


def _run(test: TestCell, lesson: Lesson) -> Verdict:
    names: dict[str, object] = {"lesson": lesson}
    try:
        exec(test.body, names)
        value = eval(test.result, names) if test.result else None
    except Exception:
        return Verdict(test.grade_id, 0.0, test.max_points, [], traceback.format_exc())
    reasons = value.reasons if isinstance(value, Grade) else []
    return Verdict(test.grade_id, _points(value, test.max_points), test.max_points, reasons)


def _points(value: object, max_points: float) -> float:
    """Read a cell's value as stock nbgrader does: a number is partial credit, anything else is full credit."""
    try:
        number = float(repr(value))
    except ValueError:
        return max_points
    return number if 0 <= number <= max_points else max_points
