"""The state folder: where everything generated lives, and the repository it is generated from."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

STATE_VARIABLE = "BDHAI_STATE"
LESSONS_VARIABLE = "BDHAI_LESSONS"
_SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9_.@-]{0,99}")


class UnsafeName(ValueError):
    """A learner's or class's name that must not become a folder."""


@dataclass(frozen=True)
class Workspace:
    """Paths of one installation. Nothing here reads or writes; folders are made by whoever writes to them.

    Parameters
    ----------
    state
        The folder for all that is generated.
    lessons
        The folder that holds ``level1`` … ``level5``: the repository.
    """

    state: Path
    lessons: Path

    @classmethod
    def from_environment(cls) -> Workspace:
        """Return the workspace that ``BDHAI_STATE`` and ``BDHAI_LESSONS`` name; by default the repository's own."""
        repository = Path(__file__).resolve().parent.parent
        lessons = Path(os.environ.get(LESSONS_VARIABLE, repository)).resolve()
        return cls(Path(os.environ.get(STATE_VARIABLE, lessons / ".bdhai")).resolve(), lessons)

    @property
    def release(self) -> Path:
        """Released notebooks, pages, static files and the manifest."""
        return self.state / "release"

    @property
    def manifest(self) -> Path:
        """The list of released lessons and their questions."""
        return self.release / "manifest.json"

    @property
    def released_notebooks(self) -> Path:
        """Learners' notebooks, by level."""
        return self.release / "notebooks"

    @property
    def classes(self) -> Path:
        """One nbgrader course directory a class."""
        return self.state / "classes"

    def class_ids(self) -> list[str]:
        """Return the classes that exist, in order."""
        return sorted(path.parent.name for path in self.classes.glob("*/nbgrader_config.py"))

    def class_directory(self, class_id: str) -> Path:
        """Return a class's nbgrader course directory."""
        return self.classes / safe_name(class_id)

    def exchange(self, class_id: str) -> Path:
        """Return the root of a class's nbgrader exchange."""
        return self.state / "exchange" / safe_name(class_id)

    def inbox(self, class_id: str, learner: str) -> Path:
        """Return the folder of a learner's submissions to a class."""
        return self.state / "inbox" / safe_name(class_id) / safe_name(learner)

    def source_notebook(self, lesson: str) -> Path:
        """Return the source notebook of a lesson such as ``level1/03``.

        Raises
        ------
        FileNotFoundError
            When the lesson has not been written.
        """
        level, number = lesson.split("/")
        for path in sorted((self.lessons / level).glob(f"{number}-*.ipynb")):
            return path
        raise FileNotFoundError(f"{self.lessons / level}/{number}-*.ipynb")

    def hidden_data(self, lesson: str) -> Path | None:
        """Return the folder below which the data lie that a lesson is graded on, laid out as in its level's folder.

        ``None`` for a lesson that is graded on the data everyone sees, or on none.
        """
        level, number = lesson.split("/")
        folder = self.lessons / "grader" / "hidden_data" / level
        return folder if (folder / "data" / number).is_dir() else None

    def has_code(self, level: str | None = None) -> bool:
        """Tell whether a level, or any, has lessons whose code is run when they are graded."""
        folder = self.lessons / "grader" / "hidden_data"
        return any(folder.glob(f"{level or 'level*'}/data/*"))

    def lesson_keys(self) -> list[str]:
        """Return the lessons that have been written, in order."""
        return sorted(
            f"{path.parent.name}/{path.name[:2]}" for path in self.lessons.glob("level[1-5]/[0-9][0-9]-*.ipynb")
        )


def safe_name(name: str) -> str:
    """Return a name that may become a folder.

    Raises
    ------
    UnsafeName
        When it has other characters than ``a-z 0-9 _ . @ -`` or begins with a sign.
    """
    if not _SAFE_NAME.fullmatch(name):
        raise UnsafeName(f"not a safe name: {name!r}")
    return name
