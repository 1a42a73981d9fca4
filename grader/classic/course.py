"""An nbgrader course directory as a trainer keeps it: its configuration, and what was handed in to it."""

from __future__ import annotations

import contextlib
import glob
import os
import re
from pathlib import Path

from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

import grader.class_directory  # noqa: F401 (puts alembic on the path)


class NotACourse(Exception):
    """No nbgrader course lies there. The message is Vietnamese, for trainers."""


def course_config(directory: Path) -> Config:
    """Read a course's configuration as ``nbgrader`` would when called in its directory.

    Raises
    ------
    NotACourse
        When there is no such directory, or nothing of nbgrader's in it.
    """
    root = directory.resolve()
    if not any((root / name).exists() for name in ("nbgrader_config.py", "gradebook.db", "source", "submitted")):
        raise NotACourse(f"Không thấy khoá học nbgrader trong {directory}.")
    app = NbGrader()
    try:
        with contextlib.chdir(root):
            app.initialize([])
        config = app.config.copy()
    finally:
        app.reset()
    if "root" not in config.CourseDirectory:
        config.CourseDirectory.root = str(root)
    return config


def submissions(config: Config, assignment: str | None = None) -> list[tuple[str, str]]:
    """Return the (student, assignment) pairs that have been handed in, in order; of one assignment or of all.

    Raises
    ------
    NotACourse
        When an assignment was named of which nothing has been handed in.
    """
    course = CourseDirectory(config=config)
    everything = course.format_path(course.submitted_directory, "*", glob.escape(assignment or "") or "*")
    folders = Path(course.root).glob(os.path.relpath(everything, course.root))
    pattern = course.format_path(
        course.submitted_directory, f"(?P<student>[^{os.sep}]+)", f"(?P<assignment>[^{os.sep}]+)", escape=True
    )
    found = [match for folder in sorted(folders) if folder.is_dir() and (match := re.fullmatch(pattern, str(folder)))]
    if assignment and not found:
        raise NotACourse(f"Chưa có ai nộp bài {assignment!r}.")
    excluded = set(course.student_id_exclude.split(","))
    return [(match["student"], match["assignment"]) for match in found if match["student"] not in excluded]
