"""What a class's own nbgrader gradebook holds: its students, and where each submission is found in formgrader."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Grade, Gradebook, Notebook, Student, SubmittedAssignment, SubmittedNotebook, TaskCell
from sqlalchemy import select
from sqlalchemy.engine import make_url

from grader.class_directory import course_directory
from grader.workspace import Workspace


@dataclass(frozen=True)
class Quality:
    """What a trainer gave for a piece of a learner's own work (nbgrader's task cells), beside the automatic points."""

    points: float | None
    """``None`` before a trainer has graded it."""
    max_points: float
    waiting: bool
    """Whether a trainer has to read it: the first time, or again after it was graded anew."""


@dataclass(frozen=True)
class GradedNotebook:
    """One learner's notebook as the gradebook has it."""

    id: str
    """Formgrader's page of it is ``formgrader/submissions/<id>``."""
    score: float
    """Manual points included, but not those of ``quality``."""
    quality: Quality | None = None
    """Of a lesson with a piece of the learner's own work."""


@dataclass(frozen=True)
class ClassGradebook:
    """A class's gradebook at one moment."""

    students: list[str] = field(default_factory=list)
    notebooks: dict[tuple[str, str], GradedNotebook] = field(default_factory=dict)
    """By learner and notebook stem, for example ``("hoa", "01-noi-thay-go")``."""


def read_gradebook(workspace: Workspace, class_id: str) -> ClassGradebook:
    """Read a class's gradebook; an empty one when the class has none yet.

    Raises
    ------
    sqlalchemy.exc.OperationalError
        When it is locked.
    """
    try:
        url = course_directory(workspace, class_id).db_url
    except FileNotFoundError:
        return ClassGradebook()
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite" and not Path(parts.database or "").exists():
        return ClassGradebook()  # opening it would make one
    with Gradebook(url, class_id) as gradebook:
        students = list(gradebook.db.scalars(select(Student.id)))
        rows = gradebook.db.execute(
            select(SubmittedAssignment.student_id, Notebook.name, SubmittedNotebook.id, SubmittedNotebook.score)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        )
        qualities = _qualities(gradebook)
        notebooks = {}
        for student, name, id, score in rows:
            quality = qualities.get(id)
            given = (quality.points or 0.0) if quality else 0.0
            notebooks[student, name] = GradedNotebook(id, (score or 0.0) - given, quality)
    return ClassGradebook(students, notebooks)


def _qualities(gradebook: Gradebook) -> dict[str, Quality]:
    """Return what was given at task cells, by submitted notebook; nothing where there is nothing to read."""
    rows = gradebook.db.execute(
        select(
            Grade.notebook_id, Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade, TaskCell.max_score
        ).join(TaskCell, Grade.cell_id == TaskCell.id)
    )
    found: dict[str, Quality] = {}
    for notebook, auto, manual, waiting, most in rows:
        if auto is None or manual is not None:
            found[notebook] = Quality(manual, most, bool(waiting))
    return found
