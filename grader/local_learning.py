"""A self-learner's own place: released notebooks in a folder, opened in local JupyterLab, the assistant beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from course.place import LOCAL_GRADER
from grader.local_assistant import local_assistant
from grader.release.notebooks import release_notebooks
from grader.source_notebook import NotebookError, read_notebook
from grader.workspace import LESSONS_VARIABLE, STATE_VARIABLE, Workspace


def learning_folder(workspace: Workspace) -> Path:
    """Bring the learner's folder up to date and return it.

    Notebooks and their texts are replaced by the newest release; a notebook in which the learner has written code,
    answer files and whatever else is there stay.
    """
    release_notebooks(workspace)
    folder = workspace.state / "learn"
    for source in sorted(workspace.released_notebooks.rglob("*")):
        target = folder / source.relative_to(workspace.released_notebooks)
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif not (source.suffix == ".ipynb" and target.exists() and _has_own_code(target, source)):
            shutil.copy2(source, target)
    return folder


def _has_own_code(mine: Path, released: Path) -> bool:
    """Tell whether a notebook holds code that the release does not: a solution filled in, or a cell of one's own."""
    try:
        ours = {cell.source.strip() for cell in read_notebook(released).cells if cell.cell_type == "code"}
        own = [
            cell for cell in read_notebook(mine).cells if cell.cell_type == "code" and cell.source.strip() not in ours
        ]
    except NotebookError:
        return False  # nobody can open it: a new one is what helps
    return any(not cell.metadata.get("nbgrader", {}).get("locked") for cell in own)


def open_lessons(workspace: Workspace, *, port: int, browser: bool) -> int:
    """Run JupyterLab on the learner's folder until it is stopped; return its exit code."""
    folder = learning_folder(workspace)
    environment = os.environ | {
        LOCAL_GRADER: f"{sys.executable} -m grader.cli grade-file",
        LESSONS_VARIABLE: str(workspace.lessons),
        STATE_VARIABLE: str(workspace.state),
        "JUPYTERLAB_SETTINGS_DIR": str(workspace.state / "lab-settings"),
    }
    first = next(iter(sorted(folder.glob("level1/*.ipynb"))), folder).relative_to(folder)
    command = [sys.executable, "-m", "jupyterlab", f"--port={port}", f"--notebook-dir={folder}"]
    command += ["--ServerApp.ip=127.0.0.1", f"--LabApp.default_url=/lab/tree/{first}"]
    if not browser:
        command.append("--no-browser")
    print("Các bài mở trong JupyterLab. Bấm Run › Run All Cells để bắt đầu; dừng bằng Ctrl-C.", flush=True)
    with local_assistant(environment) as assistant:
        return subprocess.run(command, env=environment | assistant, check=False).returncode
