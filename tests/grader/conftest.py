"""A class in a folder of its own, with the repository's real lessons generated for it."""

import shutil
from pathlib import Path

import pytest

from grader.class_directory import create_class, sync_assignment
from grader.workspace import Workspace

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    space = Workspace(tmp_path / "state", REPOSITORY)
    create_class(space, "thu")
    return space


@pytest.fixture(scope="session")
def generated(tmp_path_factory) -> Path:
    """The state folder of a class that nbgrader has generated level 1 for: seconds of work, done once."""
    space = Workspace(tmp_path_factory.mktemp("generated") / "state", REPOSITORY)
    create_class(space, "thu")
    sync_assignment(space, "thu", "level1")
    return space.state


@pytest.fixture(scope="session")
def generated_class(tmp_path_factory) -> Path:
    """The state folder of a class with level 1 generated, which takes seconds: made once, copied for each test."""
    space = Workspace(tmp_path_factory.mktemp("generated") / "state", REPOSITORY)
    create_class(space, "thu")
    sync_assignment(space, "thu", "level1")
    return space.state


@pytest.fixture
def ready_class(generated_class, workspace) -> Workspace:
    shutil.rmtree(workspace.state)
    shutil.copytree(generated_class, workspace.state, symlinks=True)
    create_class(workspace, "thu")  # its configuration names folders
    return workspace
