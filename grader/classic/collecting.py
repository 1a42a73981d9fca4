"""A classic submission of the inbox on its way in, and its result on the way out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from grader.classic.refusals import Refused
from grader.classic.submitted import check_name, check_sizes
from grader.inbox import Submission
from grader.workspace import UnsafeName, safe_name

_TIMESTAMP = "timestamp.txt"


def check_files(files: Mapping[str, bytes]) -> None:
    """Look at the files that were handed in, before they are accepted or laid out.

    Parameters
    ----------
    files
        Contents by relative path, ``/`` between its parts.

    Raises
    ------
    Refused
        When a path is hostile or one is a folder of another, there are too many files, more than 20 MB, or no notebook.
    """
    paths = [check_name(name) for name in files]
    folders = {folder for path in paths for folder in path.parents}
    if folders & set(paths):
        raise Refused("Có tệp trùng tên với thư mục. Hãy đổi tên rồi nộp lại.")
    check_sizes([len(content) for content in files.values()])
    if not any(path.suffix == ".ipynb" and len(path.parts) == 1 for path in paths):
        raise Refused("Bài nộp không có sổ bài nào.")


def lay_out(course: CourseDirectory, submission: Submission) -> Path:
    """Put a classic submission where ``nbgrader collect`` would, in place of an earlier one; return the folder.

    The folder is replaced whole: a crash leaves the old submission, the new one, or none, never a mixture.

    Raises
    ------
    Refused
        When its files or names must not be laid out; nothing is changed then.
    """
    check_files(submission.files)
    try:
        learner, assignment = safe_name(submission.learner), safe_name(submission.assignment)
    except UnsafeName:
        raise Refused("Tên học viên hoặc tên bài tập không hợp lệ.") from None
    target = Path(course.format_path(course.submitted_directory, learner, assignment))
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".collect-", dir=target.parent))
    try:
        for name, content in submission.files.items():
            path = fresh / check_name(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        at = submission.at.astimezone(UTC)  # never what the learner says in a file of that name
        (fresh / _TIMESTAMP).write_text(at.strftime("%Y-%m-%d %H:%M:%S.%f UTC"), "utf-8")
        fresh.chmod(0o755)
        if target.is_symlink():
            target.unlink()
        elif target.exists():
            shutil.rmtree(target)
        fresh.rename(target)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return target


@dataclass(frozen=True)
class ClassicResult:
    """What a submission to a classic assignment earned, for the table of results.

    Attributes
    ----------
    points
        Manual points and late penalties included, as formgrader shows them.
    questions
        One for each graded cell, in nbgrader's order: ``id`` (``notebook:cell`` where there are several notebooks),
        ``points``, ``max_points``, ``sign`` (``right``, ``partly``, ``wrong``, or ``""`` while a trainer has to grade
        it), ``reasons`` (none: what a test says may give it away).
    needs_manual
        Whether a trainer has to look at it.
    """

    points: float
    max_points: float
    questions: list[dict[str, Any]]
    needs_manual: bool


def classic_result(course: CourseDirectory, student: str, assignment: str) -> ClassicResult:
    """Read a graded submission's points from the gradebook.

    Raises
    ------
    LookupError
        When the gradebook has no such submission.
    """
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            raise LookupError(f"{assignment} of {student} is not in the gradebook") from None
        notebooks = sorted(submission.notebooks, key=lambda notebook: notebook.name)
        penalty = sum(notebook.late_submission_penalty or 0 for notebook in notebooks)
        questions = [
            _question(grade, f"{notebook.name}:" if len(notebooks) > 1 else "")
            for notebook in notebooks
            for grade in notebook.grades
        ]
        return ClassicResult(
            points=max(0.0, round(submission.score - penalty, 2)),
            max_points=submission.max_score,
            questions=questions,
            needs_manual=any(notebook.needs_manual_grade for notebook in notebooks),
        )


def _question(grade: Any, prefix: str) -> dict[str, Any]:
    if grade.needs_manual_grade:
        sign = ""
    elif grade.score >= grade.max_score:
        sign = "right"
    else:
        sign = "partly" if grade.score > 0 else "wrong"
    return {
        "id": f"{prefix}{grade.name}",
        "points": grade.score,
        "max_points": grade.max_score,
        "sign": sign,
        "reasons": [],
    }
