"""Who of a class handed in the very same code: a hint for the trainer's next talk with them, never a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from course.curriculum import LessonEntry
from grader.database_tables import SubmissionRow
from grader.inbox import TamperedSubmission, inbox_file, read
from grader.released import Released
from grader.same_code import SameCode, same_code
from grader.source_notebook import read_notebook
from grader.workspace import Workspace
from hub_config.services.classes.gradebook import ClassGradebook
from hub_config.services.classes.submissions import what_of

_HANDED_IN = {"grading", "graded", "replaced", "set_aside"}
"""States of a submission whose code was taken; what was refused may be anything."""


@dataclass(frozen=True)
class AlikeWork:
    """One learner's work in a group of the same code."""

    name: str
    """The name to show."""
    submission: str | None
    """Formgrader's id of it."""


@dataclass(frozen=True)
class Alike:
    """Learners who handed in the same code in a lesson, in the order they first did."""

    what: str
    """``Bài 4.4``."""
    works: list[AlikeWork]


class SameCodeFinder:
    """Compares the code of a class's submissions, and remembers what it found until something new is handed in."""

    def __init__(self, workspace: Workspace):
        self._workspace = workspace
        self._released = Released(workspace.manifest)
        self._found: dict[tuple[str, str], tuple[object, list[SameCode]]] = {}
        self._lock = Lock()

    def find(self, class_id: str, lessons: Iterable[LessonEntry], rows: Iterable[SubmissionRow]) -> list[SameCode]:
        """Return the groups of the same code in the released code lessons among ``lessons``.

        Parameters
        ----------
        rows
            All submissions of the class. A submission whose file is gone or is not what came is left out.
        """
        with_code = {key for key, lesson in self._released.lessons().items() if lesson.has_code}
        by_lesson: dict[str, list[SubmissionRow]] = {lesson.key: [] for lesson in lessons if lesson.key in with_code}
        for row in sorted(rows, key=lambda row: row.at):
            if row.lesson in by_lesson and row.state in _HANDED_IN:
                by_lesson[row.lesson].append(row)
        return [one for lesson, own in by_lesson.items() if own for one in self._of_lesson(class_id, lesson, own)]

    def _of_lesson(self, class_id: str, lesson: str, rows: list[SubmissionRow]) -> list[SameCode]:
        try:
            source = self._workspace.source_notebook(lesson)
            state = (source.stat().st_mtime_ns, tuple(row.receipt for row in rows))
        except FileNotFoundError:
            return []
        with self._lock:  # two trainers at a time need not both read hundreds of notebooks
            before, found = self._found.get((class_id, lesson), (None, []))
            if before != state:
                found = same_code(lesson, read_notebook(source), self._notebooks(class_id, rows))
                self._found[class_id, lesson] = (state, found)
        return found

    def _notebooks(self, class_id: str, rows: list[SubmissionRow]) -> Iterable[tuple[str, str]]:
        for row in rows:
            try:
                submission = read(inbox_file(self._workspace, class_id, row.learner, row.receipt))
            except (OSError, ValueError, TamperedSubmission):
                continue
            if submission.notebook is not None and submission.sha256 == row.sha256:
                yield row.learner, submission.notebook


def to_show(
    found: Iterable[SameCode], names: Mapping[str, str], gradebook: ClassGradebook, notebooks: Mapping[str, str]
) -> list[Alike]:
    """Put names and formgrader's ids to what was found; who is no longer in the class is left out."""
    shown = []
    for one in found:
        stem, present = notebooks.get(one.lesson, ""), [learner for learner in one.learners if learner in names]
        graded = [gradebook.notebooks.get((learner, stem)) for learner in present]
        works = [AlikeWork(names[name], own.id if own else None) for name, own in zip(present, graded, strict=True)]
        if len(works) > 1:
            shown.append(Alike(what_of(one.lesson), works))
    return shown
