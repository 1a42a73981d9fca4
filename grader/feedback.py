"""Feedback pages, as ``nbgrader generate_feedback`` writes them, from a converter that is kept warm.

A new converter compiles its templates first, which takes longer than a page does.
"""

from __future__ import annotations

import logging
from pathlib import Path
from threading import RLock

from nbconvert.writers import FilesWriter
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.class_directory import class_config
from grader.workspace import Workspace, safe_name

# nbgrader warns of every page that it writes anew, which is what is wanted here.
_log = logging.getLogger(f"{__name__}.nbgrader")
_log.setLevel(logging.ERROR)
_lock = RLock()
_converters: dict[Path, _WarmConverter] = {}


class FeedbackError(Exception):
    """Feedback could not be made. The message is English, for logs; nbgrader's own log says more."""


class _WarmConverter(GenerateFeedback):
    """nbgrader's converter, whose exporter and its compiled templates serve for every learner of a class."""

    def __init__(self, config: Config) -> None:
        super().__init__(coursedir=CourseDirectory(config=config), config=config, log=_log)
        self.force = True
        self.given = config
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        for step in self.preprocessors:
            self.exporter.register_preprocessor(step)

    def start(self) -> None:
        """Write the pages; unlike nbgrader's own, without changing the process's folder: all paths are absolute."""
        self.init_notebooks()
        self.convert_notebooks()


def write_feedback(workspace: Workspace, class_id: str, learner: str, assignment: str) -> Path:
    """Write a learner's feedback on an assignment, over an older one; return its folder.

    The pages are nbgrader's, by the class's own configuration: scores and comments from the gradebook, hidden tests and
    what code put out on hidden data taken out. ``nbgrader release_feedback`` finds them where it looks.

    Raises
    ------
    FeedbackError
        When nothing of the assignment has been graded, or nbgrader fails.
    FileNotFoundError
        When there is no such class.
    """
    with _lock:
        converter = _converter(workspace, class_id)
        courses = converter.coursedir
        courses.assignment_id, courses.student_id = safe_name(assignment), safe_name(learner)
        try:
            converter.start()
        except NbGraderException as error:
            raise FeedbackError(f"{assignment} of {learner}: {error}") from error
        return Path(courses.format_path(courses.feedback_directory, learner, assignment))


def _converter(workspace: Workspace, class_id: str) -> _WarmConverter:
    """Return the class's converter, a new one when its configuration has changed."""
    config = class_config(workspace, class_id)
    directory = workspace.class_directory(class_id)
    converter = _converters.get(directory)
    if converter is None or converter.given != config:
        converter = _converters[directory] = _WarmConverter(config)
    return converter
