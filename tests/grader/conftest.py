"""A class in a folder of its own, with the repository's real lessons generated for it."""

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


@pytest.fixture
def ready_class(workspace) -> Workspace:
    sync_assignment(workspace, "thu", "level1")
    return workspace
