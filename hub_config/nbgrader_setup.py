"""nbgrader's folders and configuration for each class, and what of them a server gets to see.

Paths of a class (see docs/architecture.md, "State")::

    classes/<class>/nbgrader_config.py          the course; source/level1 is a link to the repo's level1
    exchange/<class>/outbound/level1            what nbgrader released
    exchange/<class>/inbound-by-learner/<user>  what a learner handed in by nbgrader's own means, one folder a learner
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from grader.class_directory import create_class
from grader.workspace import Workspace
from hub_config.classes import ClassRoom
from hub_config.settings import REPO, Settings

COURSE_FOLDER = "lop"
"""Name of the course's folder in the home of a class server."""

LEVELS = tuple(f"level{number}" for number in range(1, 6))


@dataclass
class Mounts:
    """Folders that a server sees (place on this machine, place inside), and its variables."""

    read_only: list[tuple[Path, str]] = field(default_factory=list)
    writable: list[tuple[Path, str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)


def course_dir(settings: Settings, room: ClassRoom) -> Path:
    """Return the class's nbgrader course folder."""
    return settings.state / "classes" / room.name


def exchange_dir(settings: Settings, room: ClassRoom) -> Path:
    """Return the class's part of the exchange."""
    return settings.state / "exchange" / room.name


def prepare_class(settings: Settings, room: ClassRoom) -> None:
    """Make the class's course folder, its configuration and its part of the exchange; keeps what is there."""
    create_class(Workspace(settings.state, REPO), room.name)


def prepare_learner(settings: Settings, room: ClassRoom, user: str) -> Path:
    """Make and return the folder that is the learner's own inbound in this class."""
    inbound = exchange_dir(settings, room) / "inbound-by-learner" / user
    inbound.mkdir(parents=True, exist_ok=True)
    return inbound


def missing_assignments(settings: Settings, rooms: Iterable[ClassRoom], home: Path) -> list[tuple[str, str]]:
    """Return (class, level) of each released level of which ``home`` lacks a file.

    Lessons are shared by all classes, so a level is fetched from the first class that has it.
    """
    missing: dict[str, str] = {}
    for room in rooms:
        for released in sorted((exchange_dir(settings, room) / "outbound").glob("*")):
            files = (path.relative_to(released) for path in released.rglob("*") if path.is_file())
            if released.name not in missing and any(not (home / released.name / file).exists() for file in files):
                missing[released.name] = room.name
    return [(course, level) for level, course in missing.items()]


def learner_mounts(settings: Settings, rooms: Iterable[ClassRoom], user: str, exchange_inside: str) -> Mounts:
    """Return what a learner's server sees: ``course``, what was released, and the learner's own inbound.

    nbgrader's ``feedback`` folder is left out: it holds every learner's pages under names that can be listed.
    """
    mounts = Mounts(read_only=[(REPO / "course", str(REPO / "course"))])
    for room in rooms:
        inside = f"{exchange_inside}/{room.name}"
        mounts.read_only.append((exchange_dir(settings, room) / "outbound", f"{inside}/outbound"))
        mounts.writable.append((prepare_learner(settings, room, user), f"{inside}/inbound"))
    return mounts


def class_server_mounts(settings: Settings, room: ClassRoom, home_inside: str) -> Mounts:
    """Return what a class server sees: its course and exchange, the lessons, the grader and the release."""
    release = settings.state / "release"
    release.mkdir(parents=True, exist_ok=True)
    course, exchange = course_dir(settings, room), exchange_dir(settings, room)
    mounts = Mounts()
    for package in ("course", "grader", "hub_config"):
        mounts.read_only.append((REPO / package, str(REPO / package)))
    mounts.read_only.append((REPO / "pyproject.toml", str(REPO / "pyproject.toml")))
    lessons = mounts.writable if room.writers else mounts.read_only
    lessons.append((release, str(release)))
    for level in LEVELS:
        # At its own place for programs, and in the home folder for people and JupyterLab.
        if (REPO / level).is_dir():
            lessons += [(REPO / level, str(REPO / level)), (REPO / level, f"{home_inside}/{level}")]
    mounts.writable += [
        (course, str(course)),
        (course, f"{home_inside}/{COURSE_FOLDER}"),
        (exchange, str(exchange)),
    ]
    mounts.environment = {"BDHAI_STATE": str(settings.state), "BDHAI_CLASS": room.name}
    return mounts
