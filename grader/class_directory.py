"""A class is an nbgrader course: its directory, configuration, and assignments kept in step with the lessons."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from grader.source_notebook import STUB
from grader.workspace import Workspace

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory

log = logging.getLogger(__name__)

# nbgrader calls the program "alembic" when it makes a gradebook, and finds it only on PATH: a `bdhai` called by its
# full path, from a virtual environment that nobody activated, must work too.
if shutil.which("alembic") is None:
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"

CONFIG_FILE = "nbgrader_config.py"
HOW_TO_RUN = Path(__file__).with_name("release") / "how-to-run.ipynb"
"""A cell that stands before every learner's notebook: in JupyterLab a question shows only once its cell has run."""

_CONFIG = """# Written by grader.class_directory; changes here are lost at the next start or release.
from pathlib import Path

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = {class_id!r}
# Where this file lies: the same folder has another name inside the class's own server.
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.Exchange.root = {exchange!r}
c.ExchangeFactory.collect = "grader.collect_by_learner.CollectByLearner"
c.IncludeHeaderFooter.header = {header!r}
# A lesson's hidden tests print their reasons; nothing in them may wait long.
c.Execute.timeout = 60
c.ClearSolutions.code_stub = {{"python": {stub!r}}}
# Feedback is for learners: nbgrader's own step takes the hidden tests out before it is drawn, ours what code
# put out on the hidden data.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "grader.feedback_hidden.HideHiddenTests",
    "nbgrader.preprocessors.ClearHiddenTests",
    "grader.feedback_outputs.KeepLearnersOwn",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
# What learners wrote and what their code put out never runs in the browser of who looks at it.
c.HTMLExporter.preprocessors = ["grader.safe_pages.SafeForPages"]
"""


class ClassDirectoryError(Exception):
    """nbgrader refused. The message is nbgrader's own log, for trainers and operators."""


def create_class(workspace: Workspace, class_id: str) -> Path:
    """Make a class's directory, or bring its links to the lessons up to date; return it."""
    directory = workspace.class_directory(class_id)
    source = directory / "source"
    source.mkdir(parents=True, exist_ok=True)
    exchange = workspace.exchange(class_id)
    for folder in ("outbound", "inbound", "inbound-by-learner", "feedback"):
        (exchange / folder).mkdir(parents=True, exist_ok=True)
    config = directory / CONFIG_FILE
    text = _CONFIG.format(class_id=class_id, exchange=str(exchange.parent), header=str(HOW_TO_RUN), stub=STUB)
    if not config.exists() or config.read_text("utf-8") != text:
        config.write_text(text, "utf-8")
    levels = {key.split("/")[0] for key in workspace.lesson_keys()}
    for link in source.iterdir():
        if link.is_symlink() and (link.name not in levels or link.readlink() != workspace.lessons / link.name):
            link.unlink()
    for level in levels:
        if not (source / level).exists():
            (source / level).symlink_to(workspace.lessons / level, target_is_directory=True)
    return directory


def class_config(workspace: Workspace, class_id: str) -> Config:
    """Read a class's nbgrader configuration.

    Raises
    ------
    FileNotFoundError
        When there is no such class.
    """
    path = workspace.class_directory(class_id) / CONFIG_FILE
    if not path.exists():
        raise FileNotFoundError(path)
    return PyFileConfigLoader(path.name, str(path.parent)).load_config()


def course_directory(workspace: Workspace, class_id: str) -> CourseDirectory:
    """Return nbgrader's own view of a class's folders."""
    from nbgrader.coursedir import CourseDirectory

    return CourseDirectory(config=class_config(workspace, class_id))


def sync_assignment(workspace: Workspace, class_id: str, level: str) -> bool:
    """Generate a level's assignment for a class when its sources have changed since; tell whether it was done.

    Raises
    ------
    ClassDirectoryError
        When nbgrader refuses to.
    """
    directory = workspace.class_directory(class_id)
    stamp = directory / f".{level}.sha256"
    digest = sources_digest(workspace.lessons / level)
    if stamp.exists() and stamp.read_text("utf-8") == digest:
        return False
    create_class(workspace, class_id)
    _demand_success(_nbgrader(class_config(workspace, class_id)).generate_assignment(level, force=True, create=True))
    stamp.write_text(digest, "utf-8")
    log.info("generated %s for class %s", level, class_id)
    return True


def release_to_exchange(workspace: Workspace, class_id: str, level: str) -> None:
    """Put a generated assignment where learners' nbgrader fetches it, over an older one.

    Raises
    ------
    ClassDirectoryError
        When nbgrader refuses to.
    """
    config = class_config(workspace, class_id)
    config.ExchangeReleaseAssignment.force = True  # nbgrader's API has no argument for it
    _demand_success(_nbgrader(config).release_assignment(level))


def sources_digest(folder: Path) -> str:
    """Hash every file that a level's assignment is made of, names included."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".ipynb_checkpoints" not in path.parts and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(folder)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _nbgrader(config: Config) -> Any:
    # Imported here: it brings nbconvert along, which the hub, that only makes folders, need not hold in memory.
    from nbgrader.apps.api import NbGraderAPI

    return NbGraderAPI(config=config)


def _demand_success(result: dict[str, Any]) -> None:
    if not result["success"]:
        raise ClassDirectoryError(result.get("error") or result["log"])
