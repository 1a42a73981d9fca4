"""A class with level 1, and one with a small lesson that has code; nbgrader generates each once."""

import shutil

import pytest

from grader.class_directory import create_class, sync_assignment
from grader.gradebook import ClassRecorder
from grader.prepared import PreparedLessons
from grader.workspace import Workspace
from tests.grader.gradebook.samples import write_code_lesson


@pytest.fixture(scope="session")
def generated_code(tmp_path_factory):
    folder = tmp_path_factory.mktemp("code")
    space = Workspace(folder / "state", folder / "lessons")
    write_code_lesson(space.lessons / "level4")
    create_class(space, "thu")
    sync_assignment(space, "thu", "level4")
    return space


@pytest.fixture
def code_class(generated_code, tmp_path) -> Workspace:
    space = Workspace(tmp_path / "state", generated_code.lessons)
    shutil.copytree(generated_code.state, space.state, symlinks=True)
    create_class(space, "thu")
    return space


@pytest.fixture
def recorder(ready_class) -> ClassRecorder:
    return ClassRecorder(ready_class, "thu", PreparedLessons(ready_class))


@pytest.fixture
def code_recorder(code_class) -> ClassRecorder:
    return ClassRecorder(code_class, "thu", PreparedLessons(code_class))
