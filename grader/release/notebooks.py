"""Learners' notebooks: nbgrader's own ``generate_assignment`` on a course of its own, without any class."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from grader.class_directory import class_config, create_class, sync_assignment
from grader.workspace import Workspace


def release_notebooks(workspace: Workspace) -> list[Path]:
    """Write the learner's version of every level's notebooks to ``release/notebooks``; return them.

    nbgrader takes the hidden tests out; its temporary gradebook is thrown away.

    Raises
    ------
    ClassDirectoryError
        When nbgrader refuses.
    """
    levels = sorted({key.split("/")[0] for key in workspace.lesson_keys()})
    with tempfile.TemporaryDirectory(prefix="bdhai-release-") as scratch:
        scratch_space = Workspace(Path(scratch), workspace.lessons)
        create_class(scratch_space, "release")
        root = Path(class_config(scratch_space, "release").CourseDirectory.root)
        for level in levels:
            sync_assignment(scratch_space, "release", level)
            target = workspace.released_notebooks / level
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(root / "release" / level, target)
            for path in target.rglob("*"):
                path.chmod(0o755 if path.is_dir() else 0o644)
    return sorted(workspace.released_notebooks.glob("*/*.ipynb"))
