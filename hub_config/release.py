"""Runs ``bdhai release`` before the hub starts when a lesson is newer than what was released."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from hub_config.nbgrader_setup import LEVELS
from hub_config.settings import REPO, Settings, venv_program

_SOURCES = (*LEVELS, "course", "grader")
_KINDS = {".ipynb", ".yml", ".yaml", ".py", ".js", ".css", ".html", ".woff2", ".csv", ".json", ".j2", ".svg"}


def newest_change(repo: Path = REPO, folders: Iterable[str] = _SOURCES) -> float:
    """Return the time of the latest change among the files a release is made of, in seconds since 1970; 0 if none."""
    times = [
        path.stat().st_mtime
        for folder in folders
        for path in (repo / folder).rglob("*")
        if path.suffix in _KINDS and ".ipynb_checkpoints" not in path.parts
    ]
    return max(times, default=0.0)


def release_is_due(settings: Settings, class_names: Iterable[str] = (), repo: Path = REPO) -> bool:
    """Tell whether something changed since the last release, or a class has not had one."""
    manifest = settings.state / "release" / "manifest.json"
    if not manifest.exists():
        return True
    released = sorted(folder.name for folder in (settings.state / "release" / "notebooks").glob("level*"))
    for name in class_names:
        outbound = settings.state / "exchange" / name / "outbound"
        if any(not (outbound / level).is_dir() for level in released):
            return True
    return newest_change(repo) > manifest.stat().st_mtime


def run_release(settings: Settings) -> tuple[bool, Path]:
    """Run ``bdhai release``.

    Returns
    -------
    (bool, Path)
        Whether it went well, and the file that holds what it said.
    """
    log = settings.hub_dir / "release.log"
    environment = os.environ | {"BDHAI_STATE": str(settings.state)}
    with log.open("w", encoding="utf-8") as stream:
        run = subprocess.run(
            [venv_program("bdhai"), "release"],
            cwd=REPO,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    if run.returncode == 0:
        # A release that had nothing to write is up to date all the same.
        (settings.state / "release" / "manifest.json").touch()
    return run.returncode == 0, log
