"""A class in a temporary folder, with submissions that all differ, for our grader and for stock nbgrader alike."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import nbformat
import psutil
from nbgrader.api import Gradebook

from course.answers import AnswerRecord
from course.curriculum import load_curriculum
from course.place import answer_file
from grader.class_directory import course_directory, create_class, sync_assignment
from grader.inbox import accept
from grader.source_notebook import read_notebook
from grader.specimens import read_specimens
from grader.workspace import LESSONS_VARIABLE, STATE_VARIABLE, Workspace

CLASS = "do"
_AUDIENCES = tuple(load_curriculum().audiences)


@dataclass(frozen=True)
class Handed:
    """What one learner of the bench hands in."""

    learner: str
    record: AnswerRecord
    notebook: str | None
    """Of a lesson with code."""


@dataclass(frozen=True)
class CommandRun:
    """A command that has ended: how long it took, and the most memory its processes held together."""

    seconds: float
    peak_mb: float


def workspace_of(folder: Path, repository: Workspace, lesson: str) -> Workspace:
    """Make a workspace whose only lesson is this one, so that both graders see the same small assignment."""
    level, number = lesson.split("/")
    lessons = folder / "lessons"
    (lessons / level).mkdir(parents=True)
    for path in (repository.lessons / level).glob(f"{number}-*"):
        shutil.copy(path, lessons / level / path.name)
    for place in (level, f"grader/hidden_data/{level}"):
        if (data := repository.lessons / place / "data" / number).is_dir():
            shutil.copytree(data, lessons / place / "data" / number)
    return Workspace(folder / "state", lessons)


def fresh_class(workspace: Workspace, lesson: str) -> None:
    """Make the class with its assignment and an empty gradebook."""
    create_class(workspace, CLASS)
    sync_assignment(workspace, CLASS, lesson.split("/")[0])


def handed_in(workspace: Workspace, lesson: str, count: int) -> Iterator[Handed]:
    """Yield submissions of so many learners, no two alike: right ones, and the typical mistakes of the specimens."""
    kinds = [read_specimens(lesson, audience) for audience in _AUDIENCES]
    for number in range(count):
        solution, _, mistakes = kinds[number % len(kinds)]
        choices = [solution, *mistakes]
        record = choices[number // len(kinds) % len(choices)].record
        learner = f"hv{number:05}"
        if workspace.hidden_data(lesson) is None:
            yield Handed(learner, _made_different(record, number), None)
        else:
            yield Handed(learner, solution.record, learner_notebook(workspace, lesson, learner, number))


def _made_different(record: AnswerRecord, number: int) -> AnswerRecord:
    """Move every answer by some milliseconds: another submission that earns the same."""
    answers = {
        id: answer.model_copy(update={"at": answer.at.replace(microsecond=number * 7 % 1_000_000)})
        for id, answer in record.answers.items()
    }
    return record.model_copy(update={"answers": answers, "version": number})


def learner_notebook(workspace: Workspace, lesson: str, learner: str, number: int) -> str:
    """Return a learner's notebook: the released one with code written in; every third leaves one task empty."""
    source = read_notebook(workspace.source_notebook(lesson))
    tasks = [cell for cell in source.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    left_out = tasks[number // 3 % len(tasks)].metadata.nbgrader.grade_id if number % 3 == 2 else None
    code = {
        cell.metadata.nbgrader.grade_id: f"# Bài làm của {learner}, lần {number}\n{cell.source}"
        for cell in tasks
        if cell.metadata.nbgrader.grade_id != left_out
    }
    released = nbformat.read(_released(workspace, lesson), as_version=4)
    for cell in released.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in code:
            cell.source = code[name].replace("### BEGIN SOLUTION\n", "").replace("### END SOLUTION\n", "")
    return nbformat.writes(released)


def put_into_inbox(workspace: Workspace, handed: Iterator[Handed]) -> int:
    """Accept submissions as the learn service does, but for waiting on the disk each time; return how many.

    That they come is not what is timed, and 50,000 waits are ten minutes.
    """
    count = 0
    with patch("os.fsync"):
        for count, one in enumerate(handed, start=1):  # noqa: B007
            accept(workspace, CLASS, one.learner, one.record, notebook=one.notebook)
    os.sync()
    return count


def put_into_submitted(workspace: Workspace, lesson: str, handed: Iterator[Handed]) -> int:
    """Lay submissions out as ``nbgrader collect`` does; return how many."""
    courses = course_directory(workspace, CLASS)
    level = lesson.split("/")[0]
    released = _released(workspace, lesson)
    count = 0
    for count, one in enumerate(handed, start=1):  # noqa: B007
        folder = Path(courses.format_path(courses.submitted_directory, one.learner, level))
        folder.mkdir(parents=True)
        for path in released.parent.iterdir():
            (shutil.copytree if path.is_dir() else shutil.copy)(path, folder / path.name)
        if one.notebook is not None:
            (folder / released.name).write_text(one.notebook, "utf-8")
        answer_file(folder, lesson).write_text(one.record.to_json(), "utf-8")
        (folder / "timestamp.txt").write_text("2026-11-24 07:00:00 UTC", "utf-8")
    return count


def run_ours(workspace: Workspace, *arguments: str, workers: int | None = None) -> CommandRun:
    """Run ``bdhai grade`` on the class, from the start of the command to its end."""
    options = [] if workers is None else ["--workers", str(workers)]
    return _run([sys.executable, "-m", "grader.cli", "grade", CLASS, *arguments, *options], workspace, None)


def run_stock(workspace: Workspace, lesson: str) -> CommandRun:
    """Run ``nbgrader autograde`` on the class, from the start of the command to its end."""
    command = [sys.executable, "-m", "nbgrader", "autograde", lesson.split("/")[0]]
    return _run(command, workspace, workspace.class_directory(CLASS))


def scores(workspace: Workspace) -> dict[str, float]:
    """Return what nbgrader's gradebook holds, by learner."""
    with Gradebook(course_directory(workspace, CLASS).db_url) as gradebook:
        found = gradebook.assignment_submissions(gradebook.assignments[0].name)
        return {submission.student.id: round(submission.score, 2) for submission in found}


def environment(workspace: Workspace) -> dict[str, str]:
    """Return the environment of commands that work on this workspace."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {
        **os.environ,
        STATE_VARIABLE: str(workspace.state),
        LESSONS_VARIABLE: str(workspace.lessons),
        "PATH": path,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


def _run(command: list[str], workspace: Workspace, folder: Path | None) -> CommandRun:
    log = workspace.state / "bench.log"
    start, peak = time.perf_counter(), 0.0
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment(workspace), stdout=output, stderr=output)
        while process.poll() is None:
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:  # reading memory costs time too: seldom, and not in short runs
                peak = max(peak, _memory_mb(process.pid))
    seconds = time.perf_counter() - start
    if process.returncode:
        from grader.bench.programs import BenchError

        raise BenchError(f"{' '.join(command[2:5])}: {log.read_text('utf-8', 'replace')[-2000:]}")
    return CommandRun(seconds, peak)


def _memory_mb(pid: int) -> float:
    """Return what a process and all below it hold, shared pages counted once among them (PSS)."""
    total = 0
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
    except psutil.Error:
        return 0.0
    return total / 1e6


def _released(workspace: Workspace, lesson: str) -> Path:
    courses = course_directory(workspace, CLASS)
    folder = Path(courses.format_path(courses.release_directory, ".", lesson.split("/")[0]))
    return folder / workspace.source_notebook(lesson).name


def as_json_line(handed: Handed) -> str:
    """Write one submission as a line, for a process that measures on its own."""
    return json.dumps({"record": handed.record.to_json(), "notebook": handed.notebook})
