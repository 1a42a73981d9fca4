"""Do specimens earn in stock ``nbgrader autograde`` what they earn in our judge? In a class made for it alone."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy.exc import SAWarning

from course.answers import now
from grader.class_directory import class_config, course_directory, create_class, sync_assignment
from grader.gradebook import ClassRecorder
from grader.inbox import Submission
from grader.judge import judge
from grader.judged import Judged
from grader.prepared import PreparedLessons
from grader.specimens import Specimen, read_item_solutions, read_specimens
from grader.workspace import Workspace

CLASS = "kiem-bai"
MOST_MISTAKES = 2
"""Of each lesson: a specimen takes a kernel of its own, and ``bdhai check`` judges all of them without."""

Scores = dict[tuple[str, str], dict[str, float]]
"""Points by lesson and name of the specimen, then by question."""


def stock_specimens(lesson: str, audience: str) -> list[Specimen]:
    """Return the specimens of a lesson that go through stock nbgrader."""
    solution, blank, mistakes = read_specimens(lesson, audience)
    return [solution, blank, *read_item_solutions(lesson, audience), *mistakes[:MOST_MISTAKES]]


def compare_with_stock(
    workspace: Workspace, lessons: Iterable[str], audience: str, step: Callable[[], None] = lambda: None
) -> tuple[Scores, Scores]:
    """Grade the specimens of some lessons of one level twice; return our points and stock nbgrader's.

    A made-up learner hands in one specimen of each lesson, so the level takes as many learners as its longest list.

    Parameters
    ----------
    step
        Called after each learner, which takes some seconds a lesson.

    Raises
    ------
    RuntimeError
        When nbgrader itself fails.
    """
    from nbgrader.api import Gradebook
    from nbgrader.apps.api import NbGraderAPI

    lessons = list(lessons)
    [level] = {lesson.split("/")[0] for lesson in lessons}
    ours: Scores = {}
    with tempfile.TemporaryDirectory(prefix="bdhai-stock-") as folder:
        space = Workspace(Path(folder, "state"), Path(folder, "lessons"))
        _copy_lessons(workspace, lessons, space.lessons / level)
        create_class(space, CLASS)
        sync_assignment(space, CLASS, level)
        ready = PreparedLessons(space)
        book = space.class_directory(CLASS) / "gradebook.db"
        before = book.read_bytes()
        batch, handed_in = [], {}
        for lesson in lessons:
            prepared = ready.get(lesson, audience)
            for number, specimen in enumerate(stock_specimens(lesson, audience)):
                verdicts = judge(prepared, specimen.record)
                ours[lesson, specimen.name] = {verdict.grade_id: verdict.points for verdict in verdicts}
                handed_in[f"hv{number}", prepared.source.stem] = lesson, specimen.name
                submission = Submission("0000-0000-00", CLASS, f"hv{number}", level, lesson, now(), "", specimen.record)
                batch.append(Judged(submission, specimen.record, verdicts, "", now()))
        ClassRecorder(space, CLASS, ready).write(batch)
        book.write_bytes(before)  # of ours only what was handed in stays
        config = class_config(space, CLASS)
        config.Execute.extra_arguments = ["--log-level=ERROR"]  # every kernel warns on the terminal that it is on TCP
        api = NbGraderAPI(config=config)
        learners = sorted({learner for learner, _ in handed_in})
        for learner in learners:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)  # nbgrader's own
                graded = api.autograde(level, learner, force=True, create=True)
            if not graded["success"]:
                raise RuntimeError(graded.get("error") or graded["log"])
            step()
        stock: Scores = {}
        with Gradebook(course_directory(space, CLASS).db_url) as gradebook:
            for learner in learners:
                for notebook in gradebook.find_submission(level, learner).notebooks:
                    if (learner, notebook.name) in handed_in:
                        key = handed_in[learner, notebook.name]
                        # The other cells are those at which a trainer gives points.
                        stock[key] = {one.name: one.auto_score for one in notebook.grades if one.name in ours[key]}
    return ours, stock


def _copy_lessons(workspace: Workspace, lessons: list[str], folder: Path) -> None:
    """Copy some lessons of a level with all they need, so that the others are neither generated nor run."""
    numbers = {lesson.split("/")[1] for lesson in lessons}
    folder.mkdir(parents=True)
    for path in (workspace.lessons / folder.name).iterdir():
        if path.is_dir() and not path.name.startswith((".", "__")):
            shutil.copytree(path, folder / path.name)
        elif path.is_file() and path.name[:2] in numbers:
            shutil.copy(path, folder)
