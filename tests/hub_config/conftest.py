"""Fixtures of the hub's own tests: a hub whose demo class has one small assignment released by nbgrader."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from hub_config.settings import Settings, venv_program
from hub_config.start import prepare
from tests.support.hub import RunningHub

SECRET = "HIDDEN-KEY-4711"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a fresh state folder."""
    return Settings(state=tmp_path / "state")


@pytest.fixture(scope="session")
def hub_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared state folder in which the assignment ``mau`` is released to the demo class."""
    state = tmp_path_factory.mktemp("own-hub") / "state"
    prepare(Settings(state=state))
    course = state / "classes" / "demo"
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    cell = nbformat.v4.new_code_cell(f"### BEGIN HIDDEN TESTS\nassert x == '{SECRET}'\n### END HIDDEN TESTS")
    cell.metadata["nbgrader"] = {
        **{"grade": True, "solution": False, "locked": True, "task": False},
        **{"grade_id": "q1", "points": 3, "schema_version": 3},
    }
    notebook.cells = [nbformat.v4.new_markdown_cell("# Bài mẫu"), nbformat.v4.new_code_cell("x = 1"), cell]
    (course / "source" / "mau").mkdir()
    nbformat.write(notebook, course / "source" / "mau" / "01-mau.ipynb")
    for step in ("generate_assignment", "release_assignment"):
        nbgrader(course, step, "mau")
    return state


def nbgrader(course: Path, *arguments: str) -> str:
    """Run stock nbgrader in a course folder; returns what it said."""
    # nbgrader runs "alembic" by its bare name.
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [venv_program("nbgrader"), *arguments]
    run = subprocess.run(command, cwd=course, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout + run.stderr


@pytest.fixture(scope="session")
def own_hub(hub_state: Path) -> Iterator[RunningHub]:
    """A running hub on ``hub_state``; nothing but ``mau`` is released."""
    running = RunningHub(hub_state, release="never").start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def learner(own_hub: RunningHub) -> str:
    """A token of ``hocvien``, whose server runs."""
    token = own_hub.token("hocvien")
    own_hub.start_server("hocvien", token)
    return token
