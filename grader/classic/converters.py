"""nbgrader's Autograde in two halves, between which the sandbox runs what the first one prepared.

Every step is nbgrader's own, in its own order, but for three things: the first half works in a folder of its own, so
that what was graded before stays until the second half puts the new in its place; a step that executes is replaced by
one that puts in what the sandbox gave; and only one submission is taken at a time, so that a bad one stops no other.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import ExecutePreprocessor
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from grader.classic.running import job_of, put_outputs
from grader.sandbox.jobs import Job, Run


@dataclass
class Prepared:
    """A sanitised submission that waits for its run.

    Attributes
    ----------
    build
        Its folder, laid out as nbgrader lays out ``autograded/``.
    notebooks
        Names without ``.ipynb``, those that the assignment knows.
    jobs
        By notebook; empty when the course does not execute (``--no-execute``).
    """

    student: str
    assignment: str
    build: Path
    notebooks: list[str] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)


class PutOutputs(Execute):
    """nbgrader's Execute, by its configuration and its place among the steps; the running was done in the sandbox."""

    def __init__(self, runs: Mapping[str, Run] | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.runs = runs or {}

    def preprocess(self, nb: NotebookNode, resources: Any, km: Any = None) -> tuple[NotebookNode, Any]:
        """Put a run's outputs in, as ``grader.classic.running`` says."""
        put_outputs(nb, self.runs[resources["unique_key"]])
        return nb, resources


class _Half(Autograde):
    """What both halves share: exactly one submission, and the first error kept (nbgrader only logs it)."""

    error: Exception | None = None

    def init_notebooks(self) -> None:
        """Find the notebooks of one submission; its names are not patterns."""
        course = self.coursedir
        folder = self._format_source(course.assignment_id, course.student_id)
        found = [str(path) for path in Path(folder).glob(f"{course.notebook_id}.ipynb")]
        if not found:
            raise NbGraderException(f"No notebooks were matched by {folder!r}")
        self.assignments = {folder: found}

    @contextlib.contextmanager
    def keeping_error(self) -> Iterator[None]:
        """Remember why it failed."""
        try:
            yield
        except Exception as error:
            self.error = self.error or error
            raise

    def executing(self) -> PutOutputs | None:
        """Return the course's Execute step, by its configuration; ``None`` when it has none or has switched it off."""
        step = PutOutputs(parent=self)
        return step if step.enabled and any(map(_executes, self.autograde_preprocessors)) else None


class Preparing(_Half):
    """First half: copies the files, puts the master's cells in place, and makes the jobs."""

    def __init__(self, prepared: Prepared, **kwargs: Any):
        super().__init__(**kwargs)
        self.prepared = prepared

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        return str(self.prepared.build)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Tell whether there is anything to do, as nbgrader does, but remove nothing yet."""
        if student_id in (self.coursedir.student_id_exclude or "").split(","):
            return False
        there = Path(BaseConverter._format_dest(self, assignment_id, student_id))
        exists = there.exists()
        if self.coursedir.notebook_id != "*":
            exists = all((there / Path(notebook).name).exists() for notebook in self.notebooks)
        if self.force or not exists:
            return True
        new = self.coursedir.get_existing_timestamp(self._format_source(assignment_id, student_id))
        old = self.coursedir.get_existing_timestamp(str(there))
        return bool(new and old and new > old)

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy files, and enter the submission in the gradebook."""
        self.prepared.build.mkdir(parents=True, exist_ok=True)
        with self.keeping_error():
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Sanitise, and make the job."""
        with self.keeping_error():
            self._init_preprocessors()
            BaseConverter.convert_single_notebook(self, notebook_filename)
            path = self.prepared.build / Path(notebook_filename).name
            self.prepared.notebooks.append(path.stem)
            if step := self.executing():
                notebook = nbformat.read(path, as_version=nbformat.current_nbformat)
                self.prepared.jobs[path.stem] = job_of(notebook, self.prepared.build, step.timeout)

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """Nothing yet: the second half still writes."""

    def run_post_convert_hook(self) -> None:
        """Nothing yet: nothing has been graded."""


class Finishing(_Half):
    """Second half: puts the outputs in, and has nbgrader read the points from them."""

    def __init__(self, prepared: Prepared, runs: Mapping[str, Run], **kwargs: Any):
        super().__init__(**kwargs)
        self.prepared = prepared
        self.runs = runs
        self.force = True  # whether there is anything to do was decided in the first half

    def run_pre_convert_hook(self) -> None:
        """Nothing: it ran in the first half."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Put what was prepared where nbgrader keeps it."""
        with self.keeping_error():
            there = Path(self._format_dest(assignment_id, student_id))
            for path in sorted(self.prepared.build.rglob("*")):
                target = there / path.relative_to(self.prepared.build)
                if path.is_file():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.unlink(missing_ok=True)
                    shutil.copy(path, target)
            self.notebooks = [str(there / f"{name}.ipynb") for name in self.prepared.notebooks]

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Grade one notebook."""
        self._sanitizing = False
        try:
            with self.keeping_error():
                self._init_preprocessors()
                BaseConverter.convert_single_notebook(self, notebook_filename)
        finally:
            self._sanitizing = True

    def _init_preprocessors(self) -> None:
        self.exporter._preprocessors = []
        for step in self.autograde_preprocessors:
            replaced = PutOutputs(self.runs, parent=self.exporter) if _executes(step) else step
            self.exporter.register_preprocessor(replaced)


def course_of(config: Config, student: str, assignment: str) -> CourseDirectory:
    """Return nbgrader's view of a course, narrowed to one submission."""
    course = CourseDirectory(config=config)
    course.student_id = student
    course.assignment_id = assignment
    return course


def _executes(step: Any) -> bool:
    step = import_item(step) if isinstance(step, str) else step
    return isinstance(step, type) and issubclass(step, ExecutePreprocessor)
