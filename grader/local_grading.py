"""Grading on a self-learner's own machine: one answer file in, a result out, nothing written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from course.answer_store import FileStore, StoreError
from course.answers import now
from grader.judge import judge
from grader.pipeline import PreparedLessons, questions_of
from grader.source_notebook import NotebookError
from grader.workspace import Workspace


def grade_answer_file(workspace: Workspace, path: Path) -> dict[str, Any]:
    """Grade the answers beside a notebook, as ``GET api/results`` would show them.

    Parameters
    ----------
    path
        For example ``level1/03.answers.json``: the folder and the number name the lesson.

    Returns
    -------
    dict
        ``state`` is ``graded``, or ``refused`` with a Vietnamese ``message``.
    """
    lesson = f"{path.resolve().parent.name}/{path.name.split('.')[0]}"
    try:
        record = FileStore(path, lesson).load()
        verdicts = judge(PreparedLessons(workspace).get(lesson), record)
    except (StoreError, NotebookError) as error:
        return {"state": "refused", "message": str(error)}
    except (FileNotFoundError, KeyError, ValueError):
        return {"state": "refused", "message": f"Không tìm thấy bài gốc {lesson} để chấm."}
    moment = now().isoformat()
    return {
        "state": "graded",
        "receipt": None,
        "submitted_at": moment,
        "graded_at": moment,
        "points": round(sum(verdict.points for verdict in verdicts), 2),
        "max_points": sum(verdict.max_points for verdict in verdicts),
        "message": "",
        "questions": questions_of(verdicts),
    }
