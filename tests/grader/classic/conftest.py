"""Sandboxes that really run, started once, and a course for each test."""

import shutil

import pytest

from grader.classic.pool import SandboxPool
from grader.sandbox.sandbox import missing_sandbox
from tests.grader.classic.small_course import Course


@pytest.fixture(scope="session")
def pool():
    if reason := missing_sandbox():
        pytest.skip(f"no sandbox here: {reason}")
    with SandboxPool(2) as running:
        yield running


@pytest.fixture(scope="session")
def made_course(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("classic") / "course").make()


@pytest.fixture
def course(tmp_path, made_course):
    shutil.copytree(made_course.root, tmp_path / "course")
    return Course(tmp_path / "course")
