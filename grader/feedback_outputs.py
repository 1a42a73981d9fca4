"""For feedback: a lesson's own outputs stay, what a learner's code put out on the hidden data does not."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.source_notebook import is_test_cell, makes_questions

BROKEN_TEST = "Câu này chưa chấm được vì đề có lỗi. Giảng viên sẽ xem lại.\n"
_LEVEL = re.compile(r"level[1-5]")


class KeepLearnersOwn(NbGraderPreprocessor):
    """Take the outputs of code out of feedback, since lessons are graded on data that learners must not see.

    The outputs of test cells (points and reasons, no tracebacks) and of questions (the answer in words) stay; a task's
    do not, for its answer is what the code made of the hidden data. A classic assignment, which is graded on what the
    learner has, keeps all its outputs.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clear a code cell's outputs unless they are the lesson's own."""
        of_a_lesson = _LEVEL.fullmatch(resources["nbgrader"]["assignment"])
        if of_a_lesson and cell.cell_type == "code" and not is_test_cell(cell) and not _asks(cell):
            cell.outputs = []
        elif of_a_lesson and is_test_cell(cell):
            # A traceback may quote the key, and tells a learner nothing.
            cell.outputs = [_told(output) for output in cell.outputs]
        return cell, resources


def _told(output: NotebookNode) -> NotebookNode:
    return new_output("stream", name="stdout", text=BROKEN_TEST) if output.output_type == "error" else output


def _asks(cell: NotebookNode) -> bool:
    """Tell whether a cell is the lesson's own (locked, so put back from the source) and shows a question.

    A task's answer is a learner's own output.
    """
    if not cell.metadata.get("nbgrader", {}).get("locked"):
        return False
    try:
        return makes_questions(cell.source) and "lesson.task(" not in cell.source
    except SyntaxError:
        return False
