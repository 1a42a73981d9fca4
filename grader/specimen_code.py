"""What a specimen of a code lesson hands over: the notebook's own cells, run on the data to grade on.

Specimens are written by the lesson's author and trusted as the notebook is, so they run in this process. Learners' code
never comes here: it runs in the sandbox.
"""

from __future__ import annotations

import base64
import contextlib
import io
import tempfile
from pathlib import Path

from course.answers import AnswerRecord, FileValue
from course.documents import open_file
from course.lesson import Lesson
from course.preparation import preparing
from grader.judge import PreparedLesson, Verdict, judge
from grader.source_notebook import NotebookError, compile_cell, is_solution_cell, is_test_cell, read_notebook
from grader.specimens import Specimen


def handed_over(prepared: PreparedLesson, specimen: Specimen, audience: str, data: Path | None) -> AnswerRecord:
    """Return a specimen's answers with those that its code hands over.

    As in the sandbox, a cell that fails stops no other, and charts end with their cell.

    Parameters
    ----------
    data
        The folder below which ``data/…`` lies; the lesson's own by default.

    Raises
    ------
    NotebookError
        When the specimen names a cell that takes no solution.
    """
    cells = [
        cell for cell in read_notebook(prepared.source).cells if cell.cell_type == "code" and not is_test_cell(cell)
    ]
    solutions = {cell.id for cell in cells if is_solution_cell(cell)}
    if specimen.code is None or not solutions:
        return specimen.record
    if unknown := set(specimen.code) - solutions:
        raise NotebookError(f"{prepared.source.name}: không có ô làm bài {', '.join(sorted(unknown))}.")
    names: dict[str, object] = {"__name__": "__lesson__"}
    lies = prepared.source.parent
    # What a specimen writes is read by `lesson.answer` and then of no use: it must not stay where the command was run.
    with (
        tempfile.TemporaryDirectory(prefix="bdhai-specimen-") as folder,
        contextlib.chdir(folder),
        preparing(audience, lies, headless=True, data=data),
    ):
        for cell in cells:
            _run(specimen.code.get(cell.id, cell.source), cell.id, names)
    lesson = names.get("lesson")
    assert isinstance(lesson, Lesson)  # prepare() has seen to it
    return specimen.record.model_copy(update={"answers": {**lesson.record.answers, **specimen.record.answers}})


def judge_specimen(prepared: PreparedLesson, specimen: Specimen) -> list[Verdict]:
    """Grade a specimen. Its files are the lesson author's own, so they are opened here."""
    files = {id: answer.value for id, answer in specimen.record.answers.items() if isinstance(answer.value, FileValue)}
    documents = {id: open_file(file.name, base64.b64decode(file.content)) for id, file in files.items()}
    return judge(prepared, specimen.record, documents)


def _run(source: str, where: str, names: dict[str, object]) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        body, result = compile_cell(source, where)
        exec(body, names)
        if result is not None:
            eval(result, names)
    pyplot.close("all")
