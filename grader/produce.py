"""Produce: from what a learner handed in to answers. Where a lesson has code, the sandbox runs it on other data.

Of what comes out of the sandbox only values that pass the answer schema become answers, and only for questions that ask
for code; everything else is what the learner handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from course.answers import AnswerRecord
from course.documents import Opened
from course.place import DEFAULT_AUDIENCE
from grader.inbox import Submission
from grader.judge import PreparedLesson
from grader.produced_answers import checked_answers, checked_documents
from grader.sandbox.jobs import CodeCell, Job, LessonContext, Run
from grader.source_notebook import is_solution_cell, is_test_cell, read_notebook

RunJob = Callable[[Job], Run]
NO_NOTEBOOK = "Bài nộp không kèm sổ, nên phần viết mã chưa chấm được. Mở bài trong JupyterLab rồi nộp ở đó nhé."
BROKEN_NOTEBOOK = "Sổ bài làm không đọc được, nên phần viết mã chưa chấm được. Tải lại sổ bài rồi làm lại nhé."


@dataclass(frozen=True)
class Produced:
    """Answers ready to be judged, with what the learner's own cells put out."""

    record: AnswerRecord
    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    message: str = ""
    """Why code did not run to its end, in Vietnamese."""
    refused: dict[str, str] = field(default_factory=dict)
    """Why an answer was not taken, by question, in Vietnamese."""
    documents: dict[str, Opened] = field(default_factory=dict)
    """What is in the files among the answers, by question."""


def code_questions(prepared: PreparedLesson) -> list[str]:
    """Return the questions that are answered by code."""
    return [id for id, question in prepared.lesson.questions.items() if question.kind == "task"]


def produce(prepared: PreparedLesson, submission: Submission, frame: Frame, run: RunJob) -> Produced:
    """Turn a submission into answers.

    Parameters
    ----------
    frame
        The lesson's own side, read once for many.
    run
        What runs a job in the sandbox; not called for a lesson without code.

    Raises
    ------
    WorkerDied, SandboxMissing
        From ``run``.
    """
    record = submission.record
    assert record is not None, "a classic assignment has no lesson to produce answers for"
    asked = code_questions(prepared)
    if not asked:
        return Produced(record)
    own = record.model_copy(update={"answers": {id: a for id, a in record.answers.items() if id not in asked}})
    if submission.notebook is None:
        return Produced(own, message=NO_NOTEBOOK)
    audience = record.audience() or DEFAULT_AUDIENCE
    try:
        cells = frame.cells_to_run(orjson.loads(submission.notebook))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Produced(own, message=BROKEN_NOTEBOOK)
    done = run(Job(cells, frame.files, LessonContext(prepared.key, audience), shared=frame.shared(cells)))
    answers, refused = checked_answers(done, asked, audience, submission.at)
    return Produced(
        own.model_copy(update={"answers": {**own.answers, **answers}}),
        done.outputs,
        done.message,
        refused,
        checked_documents(done, asked),
    )


class Frame:
    """What of a lesson meets every learner's code: its own cells, and the files that lie beside it when it is graded.

    Parameters
    ----------
    source
        The lesson's source notebook.
    data
        The folder below which the data to grade on lie; the lesson's own when ``None``.
    """

    def __init__(self, source: Path, data: Path | None) -> None:
        self.files = lesson_files(source, data)
        self._ours: dict[str, _OwnCell] = {}
        self._opening: list[CodeCell] = []
        in_opening = True
        for cell in read_notebook(source).cells:
            if cell.cell_type != "code":
                continue
            marks = cell.metadata.get("nbgrader")
            if marks:
                self._ours[marks.grade_id] = _OwnCell(cell.source, bool(marks.locked), is_test_cell(cell))
            in_opening = in_opening and not is_solution_cell(cell)
            if in_opening and not is_test_cell(cell):
                self._opening.append(CodeCell(marks.grade_id if marks else str(cell.get("id")), cell.source))

    def cells_to_run(self, submitted: dict[str, Any]) -> tuple[CodeCell, ...]:
        """Return a learner's code cells in their order, as nbgrader would run them, without the test cells.

        Locked cells are the source's own whatever the learner made of them, and are put back where they were deleted;
        of a cell that was copied, the last stands, as in nbgrader. Cells are named by their ``grade_id``, others by
        their own id.

        Raises
        ------
        KeyError, TypeError, AttributeError
            When it is not a notebook.
        """
        cells: dict[str, str] = {}
        for number, cell in enumerate(submitted["cells"]):
            if cell["cell_type"] != "code":
                continue
            name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
            text = "".join(cell["source"])
            own = self._ours.get(name) if isinstance(name, str) else None
            if own is None:
                cells.setdefault(str(cell.get("id") or f"them-{number}"), text)
            elif not own.test:
                cells.pop(name, None)
                cells[name] = own.source if own.locked else text
        return tuple(CodeCell(id, text) for id, text in self._with_missing(list(cells.items())))

    def shared(self, cells: Sequence[CodeCell]) -> int:
        """Say how many of the first cells are as they were given out: the same for everybody."""
        pairs = zip(cells, self._opening, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    def _with_missing(self, ordered: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Put locked cells that were deleted back, each after the one that it follows in the source."""
        before = -1
        for name, cell in self._ours.items():
            if cell.test:
                continue
            place = next((place for place, (id, _) in enumerate(ordered) if id == name), None)
            if place is not None:
                before = place
            elif cell.locked:
                before += 1
                ordered.insert(before, (name, cell.source))
        return ordered


class _OwnCell(NamedTuple):
    source: str
    locked: bool
    test: bool


def lesson_files(source: Path, data: Path | None) -> dict[str, bytes]:
    """Return what lies beside a lesson's notebook when it is graded: its texts, and the data to grade on."""
    number = source.name[:2]
    files = {path.name: path.read_bytes() for path in source.parent.glob(f"{number}-*.yml")}
    folder = (data or source.parent) / "data" / number
    return files | {f"data/{number}/{path.name}": path.read_bytes() for path in folder.glob("*") if path.is_file()}
