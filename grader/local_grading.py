"""Grading on a self-learner's own machine: one answer file in, a result out, nothing written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from course.answer_store import FileStore, StoreError
from course.answers import now
from grader.inbox import Submission
from grader.pipeline import judge_submission
from grader.prepared import PreparedLessons
from grader.sandbox.jobs import Job, Run, WorkerDied
from grader.source_notebook import NotebookError
from grader.workspace import Workspace

_STOPPED = "Mã của bài làm chương trình chấm bị tắt. Xem lại mã rồi nộp lại nhé."


def grade_answer_file(workspace: Workspace, path: Path) -> dict[str, Any]:
    """Grade the answers beside a notebook, as ``GET api/results`` would show them.

    Parameters
    ----------
    path
        For example ``level1/03.answers.json``: the folder and the number name the lesson. Where it has code, the
        notebook beside it is run on the data for grading.

    Returns
    -------
    dict
        ``state`` is ``graded``, or ``refused`` with a Vietnamese ``message``.
    """
    number = path.name.split(".")[0]
    lesson = f"{path.resolve().parent.name}/{number}"
    try:
        record = FileStore(path, lesson).load()
        notebooks = sorted(path.resolve().parent.glob(f"{number}-*.ipynb"))
        notebook = notebooks[0].read_text("utf-8") if notebooks else None
        level = lesson.split("/")[0]
        submission = Submission("local", "local", "local", level, lesson, now(), "", record, notebook)
        judged = judge_submission(PreparedLessons(workspace), submission, _run)
    except (StoreError, NotebookError) as error:
        return {"state": "refused", "message": str(error)}
    except WorkerDied:
        return {"state": "refused", "message": _STOPPED}
    except (FileNotFoundError, KeyError, ValueError):
        return {"state": "refused", "message": f"Không tìm thấy bài gốc {lesson} để chấm."}
    moment = now().isoformat()
    return {
        "state": "graded",
        "receipt": None,
        "submitted_at": moment,
        "graded_at": moment,
        "points": judged.points,
        "max_points": judged.max_points,
        "message": judged.message,
        "questions": judged.questions,
    }


def _run(job: Job) -> Run:
    """Run a learner's own code on the learner's own machine: in the sandbox where there is one."""
    from grader.sandbox.sandbox import Sandbox, missing_sandbox

    with Sandbox(mode="none" if missing_sandbox() else "auto") as sandbox:
        return sandbox.run(job)
