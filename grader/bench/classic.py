"""``bdhai bench classic``: grade the same submissions with ``nbgrader autograde`` and with ours, and compare."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from grader.bench.classic_cases import AUTOTESTS, Case
from grader.bench.programs import BenchError
from grader.classic.course import course_config, submissions
from grader.classic.grade import grade_classic
from grader.classic.pool import SandboxPool

_ASSIGNMENT = "ps1"
_DUE = "2015-02-02 14:58:23.948203 UTC"
_CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"

Table = dict[tuple[str, str, str], str]
"""What a course's gradebook and ``autograded/`` say, by (student, notebook, cell)."""


def compare(
    cases: Sequence[Case], track: Callable[[Sequence[Case]], Iterable[Case]] = iter, workers: int = 2
) -> dict[str, Any]:
    """Grade every case with both.

    Returns
    -------
    dict
        ``cases`` (submissions compared), ``equal`` (how many of them), ``different`` and ``intended`` (rows),
        ``rows`` (one for each cell: ``case``, ``student``, ``notebook``, ``cell``, ``stock``, ``ours``, ``equal``),
        ``seconds`` of both.

    Raises
    ------
    BenchError
        When nbgrader cannot make a case's assignment.
    SandboxMissing
        When this machine cannot sandbox.
    """
    rows: list[dict[str, Any]] = []
    intended: list[dict[str, Any]] = []
    seconds = {"stock": 0.0, "ours": 0.0}
    with tempfile.TemporaryDirectory(prefix="bdhai-bench-") as folder, SandboxPool(workers) as pool:
        gradebook = Path(folder) / "gradebook.db"
        with Gradebook(f"sqlite:///{gradebook}", "bench") as fresh:  # making one takes seconds, so it is made once
            fresh.add_assignment(_ASSIGNMENT, duedate=_DUE)
        for case in track(cases):
            stock, ours = Path(folder) / case.name / "stock", Path(folder) / case.name / "ours"
            make_course(case, stock, gradebook)
            shutil.copytree(stock, ours)
            start = time.perf_counter()
            autograde_with_stock(stock)
            seconds["stock"] += time.perf_counter() - start
            start = time.perf_counter()
            config = course_config(ours)
            list(grade_classic(config, submissions(config, _ASSIGNMENT), pool.run_jobs))
            seconds["ours"] += time.perf_counter() - start
            tables = read_course(stock), read_course(ours)
            for key in sorted(tables[0].keys() | tables[1].keys()):
                student, notebook, cell = key
                row = {"case": case.name, "student": student, "notebook": notebook, "cell": cell}
                row |= {"stock": tables[0].get(key, "—"), "ours": tables[1].get(key, "—")}
                if cell in case.intended and row["ours"] == "—":
                    intended.append(row | {"why": case.intended[cell]})
                else:
                    rows.append(row | {"equal": row["stock"] == row["ours"]})
    compared = {(row["case"], row["student"]) for row in rows}
    different = [row for row in rows if not row["equal"]]
    return {
        "cases": len(compared),
        "equal": len(compared - {(row["case"], row["student"]) for row in different}),
        "different": different,
        "intended": intended,
        "seconds": {name: round(taken, 2) for name, taken in seconds.items()},
        "rows": rows,
    }


def make_course(case: Case, root: Path, gradebook: Path) -> None:
    """Lay a case out as a course, and have nbgrader make its assignment.

    Parameters
    ----------
    gradebook
        One with the assignment in it and nothing else.

    Raises
    ------
    BenchError
        When nbgrader refuses to.
    """
    for folder, files in [(f"source/{_ASSIGNMENT}", case.source)] + [
        (f"submitted/{student}/{_ASSIGNMENT}", files) for student, files in case.students.items()
    ]:
        (root / folder).mkdir(parents=True)
        for name, file in files.items():
            if isinstance(file, Path):
                shutil.copy(file, root / folder / name)
            else:
                nbformat.write(file, root / folder / name)
    shutil.copy(AUTOTESTS, root / "autotests.yml")
    first = next(iter(case.source.values()))
    for path in first.parent.parent.glob("header.ipynb") if isinstance(first, Path) else ():
        shutil.copy(path, root / "source" / path.name)
    exchange = f"c.Exchange.root = {str(root)!r}\n"  # nbgrader complains of its own when it is not there
    (root / "nbgrader_config.py").write_text(f"{_CONFIG}{exchange}{case.config}\n", "utf-8")
    shutil.copy(gradebook, root / "gradebook.db")
    made = NbGraderAPI(config=course_config(root)).generate_assignment(_ASSIGNMENT)
    if not made["success"]:
        raise BenchError(f"nbgrader chưa tạo được bài {case.name}: {made.get('error') or made['log']}")


def autograde_with_stock(root: Path) -> None:
    """Grade a course as nbgrader does; its exit code tells of submissions that it could not grade, which we compare."""
    command = [sys.executable, "-m", "nbgrader", "autograde", _ASSIGNMENT]
    subprocess.run(command, cwd=root, check=False, capture_output=True)


def read_course(root: Path) -> Table:
    """Read what grading left: score, maximum, what is to be graded by hand, comment, penalty, and the files."""
    table: Table = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "bench") as gradebook:
        for submission in gradebook.assignment_submissions(_ASSIGNMENT):
            student = submission.student_id
            for notebook in submission.notebooks:
                penalty = f"{notebook.score}/{notebook.max_score}, phạt {notebook.late_submission_penalty}"
                table[student, notebook.name, "tổng"] = penalty
                for grade in notebook.grades:
                    by_hand = ", chấm tay" if grade.needs_manual_grade else ""
                    table[student, notebook.name, grade.name] = f"{grade.auto_score}/{grade.max_score}{by_hand}"
                for comment in notebook.comments:
                    table[student, notebook.name, f"{comment.name} (lời phê)"] = str(comment.comment)
    for folder in sorted((root / "autograded").glob(f"*/{_ASSIGNMENT}")):
        for path in sorted(folder.rglob("*")):
            table[folder.parent.name, "tệp", path.relative_to(folder).as_posix()] = oct(path.stat().st_mode)[-3:]
    return table
