"""The autograded notebook of a lesson, made once for all learners but for the outputs of their questions and tests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata

from course.answers import AnswerRecord
from course.widgets import LessonWidget, QuestionWidget
from grader.class_directory import HOW_TO_RUN
from grader.gradebook.assignment import GradebookNotebook
from grader.gradebook.outputs import Output, text_result, verdict_outputs
from grader.judge import PreparedLesson, Verdict
from grader.source_notebook import is_test_cell, read_notebook

Cell = dict[str, Any]
# Signs that Markdown reads; the two of formulas go, since MathJax finds those even where Markdown shows them as text.
_PUNCTUATION = str.maketrans({sign: f"\\{sign}" for sign in "`*_{}[]<>#!|~&"} | {"\\": "", "$": ""})
# nbgrader looks for these words in every cell; in one that is not the author's they would stop the making of feedback.
_MARKERS = re.compile("(BEGIN|END) (HIDDEN TESTS|MARK SCHEME|SOLUTION)")

# Many learners give the same short answer, and putting one in words is a good part of recording it.
_KEPT, _SHORT = 1000, 300


@dataclass(frozen=True)
class TemplateCell:
    """A cell of the source.

    Attributes
    ----------
    cell
        As nbformat has it, without outputs that differ by learner.
    grade_id
        nbgrader's name of a marked cell, ``None`` of another.
    locked
        Whether a learner's version of it counts for nothing.
    test
        The question's id where it is a test cell.
    widget
        What it shows, if it shows a question.
    """

    cell: Cell
    grade_id: str | None
    locked: bool
    test: bool
    widget: LessonWidget | None
    _described: dict[str, str] = field(default_factory=dict)

    def filled(self, record: AnswerRecord, verdicts: Mapping[str, Verdict], count: int) -> Cell:
        """Return the cell with what a learner answered or earned in it."""
        if self.cell["cell_type"] != "code":
            return self.cell
        return {**self.cell, "execution_count": count, "outputs": self._outputs(record, verdicts, count)}

    def _outputs(self, record: AnswerRecord, verdicts: Mapping[str, Verdict], count: int) -> list[Output]:
        if self.test:
            return verdict_outputs(verdicts[str(self.grade_id)], count)
        if self.widget is None:
            return []
        # Plain text, which formgrader cannot take for HTML.
        if not isinstance(self.widget, QuestionWidget):
            return [text_result(self.widget.describe(), count)]
        answer = record.answers.get(self.widget.question)
        if answer is None:
            return [text_result(self.widget.describe_with(None), count)]
        value = f"{answer.item} {answer.value.model_dump_json()}"
        words = self._described.get(value)
        if words is None:
            words = self.widget.describe_with(answer.value.model_dump(mode="json"), answer.item)
            if len(self._described) < _KEPT and len(value) < _SHORT:
                self._described[value] = words
        return [text_result(words, count)]


@lru_cache(maxsize=64)
def _checked(path: Path, changed: int) -> NotebookNode:
    """Read a notebook and check nbgrader's marks in it, once for all audiences and as long as it does not change."""
    source, _ = CheckCellMetadata().preprocess(read_notebook(path), {})
    return source


class LessonTemplate:
    """A lesson's source notebook, ready to be filled in.

    Raises
    ------
    NotebookError
        When the source is not a notebook.
    nbgrader.nbgraderformat.ValidationError
        When nbgrader's marks in it are broken.
    """

    def __init__(self, prepared: PreparedLesson, notebook: GradebookNotebook) -> None:
        source = deepcopy(_checked(prepared.source, prepared.source.stat().st_mtime_ns))
        self.minor = source.nbformat_minor
        self.metadata = {**source.metadata, **({"kernelspec": notebook.kernelspec} if notebook.kernelspec else {})}
        self.cells: list[TemplateCell] = []
        authors = [*source.cells, *read_notebook(HOW_TO_RUN).cells]
        self.markdown = {cell.source for cell in authors if cell.cell_type == "markdown"}
        """The author's own texts, which may be shown as Markdown; a learner's may not."""
        for number, cell in enumerate(source.cells):
            marks = cell.metadata.get("nbgrader", {})
            grade_id = marks.get("grade_id")
            if marks.get("solution") and grade_id in notebook.sources:
                cell.source = notebook.sources[grade_id].source  # as released: the solution is no learner's work
            if cell.cell_type == "code":
                cell.outputs = []
            self.cells.append(
                TemplateCell(
                    cell=dict(cell),
                    grade_id=grade_id,
                    locked=bool(marks) and not marks.get("solution"),
                    test=is_test_cell(cell),
                    widget=prepared.displays.get(number),
                )
            )
        self._fixed = [
            None if cell.test or isinstance(cell.widget, QuestionWidget) else filled
            for cell, filled in zip(self.cells, self._fill_fixed(), strict=True)
        ]

    def _fill_fixed(self) -> list[Cell]:
        """Fill in the cells that are the same for every learner; the others are left as they are."""
        nobody = AnswerRecord(lesson="level1/01")
        filled, count = [], 0
        for cell in self.cells:
            count += cell.cell["cell_type"] == "code"
            filled.append(cell.cell if cell.test else cell.filled(nobody, {}, count))
        return filled

    def fill(self, record: AnswerRecord, verdicts: Mapping[str, Verdict]) -> list[Cell]:
        """Return the source's cells with a learner's answers and verdicts."""
        cells, count = [], 0
        for cell, fixed in zip(self.cells, self._fixed, strict=True):
            count += cell.cell["cell_type"] == "code"
            cells.append(cell.filled(record, verdicts, count) if fixed is None else fixed)
        return cells

    def write(self, cells: Sequence[Cell], message: str) -> bytes:
        """Return a notebook file; a message to trainer and learner stands at its top."""
        shown = [_message_cell(message), *cells] if message else cells
        notebook = {"cells": shown, "metadata": self.metadata, "nbformat": 4, "nbformat_minor": self.minor}
        return orjson.dumps(notebook, option=orjson.OPT_APPEND_NEWLINE)


def without_markers(text: str) -> str:
    """Return a text in which nbgrader finds none of its markers."""
    return _MARKERS.sub(r"\1-\2", text)


def _message_cell(message: str) -> Cell:
    text = f"**Lưu ý:** {' '.join(without_markers(message).split()).translate(_PUNCTUATION)}"
    return {"cell_type": "markdown", "id": "bdhai-message", "metadata": {}, "source": text}
