"""A small nbgrader course, and ways to hand something in to it."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from grader.classic.converters import course_of
from grader.classic.course import course_config, submissions
from grader.classic.grade import grade_classic

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def cell(source, grade_id=None, *, points=None, solution=False, kind="code"):
    made = new_code_cell(source) if kind == "code" else new_markdown_cell(source)
    if grade_id:
        made.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": grade_id,
            "grade": points is not None,
            "solution": solution,
            "locked": not solution,
            "task": False,
        } | ({} if points is None else {"points": points})
    return made


SOURCE = [
    cell("def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION", "double", solution=True),
    cell(
        "assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(21) == 42, 'sai số lớn'\n### END HIDDEN TESTS",
        "test_double",
        points=2,
    ),
    cell("import helper\nhelper.share(double(1))", "test_share", points=4),
    cell("Vì sao?", "why", points=3, solution=True, kind="markdown"),
]
RIGHT = "def double(x):\n    return 2 * x"


class Course:
    """One assignment, ``ps1`` with the notebook ``p1``."""

    def __init__(self, root: Path):
        self.root = root

    def make(self):
        """Let nbgrader make the assignment: slow, so once; tests work on copies."""
        root = self.root
        source = root / "source" / "ps1"
        source.mkdir(parents=True)
        (root / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'thu'\n")
        nbformat.write(new_notebook(cells=SOURCE, metadata={"kernelspec": KERNEL}), source / "p1.ipynb")
        (source / "helper.py").write_text("def share(x):\n    return x * 0.5\n")
        with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "thu") as gradebook:
            gradebook.add_assignment("ps1", duedate="2026-11-01 12:00:00 UTC")
        made = NbGraderAPI(config=self.config()).generate_assignment("ps1")
        assert made["success"], made
        return self

    def config(self, **execute):
        config = course_config(self.root)
        config.Execute.update(execute)
        return config

    def view(self, student):
        return course_of(self.config(), student, "ps1")

    def released(self):
        return nbformat.read(self.root / "release" / "ps1" / "p1.ipynb", as_version=4)

    def submit(self, student, code=RIGHT, change=None):
        """Hand in the released notebook with ``code`` for the solution, after ``change(notebook)``."""
        notebook = self.released()
        notebook.cells[0].source = code
        if change:
            change(notebook)
        folder = self.root / "submitted" / student / "ps1"
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / "p1.ipynb")
        return folder

    def grade(self, pool, *, force=False, **execute):
        config = self.config(**execute)
        return {
            outcome.student: outcome
            for outcome in grade_classic(config, submissions(config, "ps1"), pool.run_jobs, force=force)
        }

    def scores(self, student):
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "thu") as gradebook:
            notebook = gradebook.find_submission_notebook("p1", "ps1", student)
            return {grade.name: grade.score for grade in notebook.grades}

    def autograded(self, student):
        return nbformat.read(self.root / "autograded" / student / "ps1" / "p1.ipynb", as_version=4)
