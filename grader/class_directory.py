"""A class is an nbgrader course: its directory, configuration, and assignments kept in step with the lessons."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from grader.workspace import Workspace

log = logging.getLogger(__name__)

# nbgrader calls the program "alembic" when it makes a gradebook, and finds it only on PATH: a `bdhai` called by its
# full path, from a virtual environment that nobody activated, must work too.
if shutil.which("alembic") is None:
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"

CONFIG_FILE = "nbgrader_config.py"
_CONFIG = '''"""nbgrader's configuration of class {class_id}. The course kit wrote it once; edit freely."""

from pathlib import Path

here = Path(__file__).resolve().parent
c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "{class_id}"
c.CourseDirectory.root = str(here)
c.Exchange.root = str(here.parent.parent / "exchange")
c.IncludeHeaderFooter.header = ""
# A lesson's hidden tests print their reasons; nothing in them may wait long.
c.Execute.timeout = 60
# Feedback is for learners: nbgrader's own step takes the hidden tests out before it is drawn.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
'''


class ClassDirectoryError(Exception):
    """nbgrader refused. The message is nbgrader's own log, for trainers and operators."""


def create_class(workspace: Workspace, class_id: str) -> Path:
    """Make a class's directory, or bring its links to the lessons up to date; return it."""
    directory = workspace.class_directory(class_id)
    source = directory / "source"
    source.mkdir(parents=True, exist_ok=True)
    for folder in ("outbound", "inbound", "feedback"):
        (workspace.exchange(class_id) / folder).mkdir(parents=True, exist_ok=True)
    config = directory / CONFIG_FILE
    if not config.exists():
        config.write_text(_CONFIG.format(class_id=class_id), "utf-8")
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
    result = NbGraderAPI(config=class_config(workspace, class_id)).generate_assignment(level, force=True, create=True)
    if not result["success"]:
        raise ClassDirectoryError(result.get("error") or result["log"])
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
    result = NbGraderAPI(config=config).release_assignment(level)
    if not result["success"]:
        raise ClassDirectoryError(result.get("error") or result["log"])


def sources_digest(folder: Path) -> str:
    """Hash every file that a level's assignment is made of, names included."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".ipynb_checkpoints" not in path.parts and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(folder)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
