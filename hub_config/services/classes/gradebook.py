"""What a class's own nbgrader gradebook holds: its students, and where each submission is found in formgrader."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, Notebook, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import select
from sqlalchemy.engine import make_url

from grader.class_directory import course_directory
from grader.workspace import Workspace


@dataclass(frozen=True)
class GradedNotebook:
    """One learner's notebook as the gradebook has it."""

    id: str
    """Formgrader's page of it is ``formgrader/submissions/<id>``."""
    score: float
    """Manual points included."""


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
        notebooks = {(student, name): GradedNotebook(id, score or 0.0) for student, name, id, score in rows}
    return ClassGradebook(students, notebooks)
