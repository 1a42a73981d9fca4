"""Lessons made ready to judge, once, and kept until one of their files changes."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import RLock, local

import course
from course.place import DEFAULT_AUDIENCE
from grader.judge import PreparedLesson, prepare
from grader.produce import Frame
from grader.source_notebook import is_test_cell, read_notebook
from grader.workspace import Workspace

# Whose versions may change what a learner's code computes, or how it is compared.
_PACKAGES = ("pandas", "numpy", "matplotlib", "ipython", "nbgrader")

Signature = tuple[tuple[str, int, int], ...]


class PreparedLessons:
    """Lessons made ready once and kept until a file of theirs changes. Threads may share it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._ready: dict[tuple[str, str], tuple[Signature, PreparedLesson]] = {}
        self._frames: dict[str, tuple[Signature, Frame]] = {}
        self._digests: dict[str, tuple[Signature, str]] = {}
        self._code_digests: dict[str, tuple[Signature, str]] = {}
        self._lock = RLock()
        self._steady = local()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Look at each lesson's files once in this block and thread: looking takes longer than judging."""
        self._steady.states = {}
        try:
            yield
        finally:
            self._steady.states = None

    def _state(self, key: str) -> tuple[list[Path], Signature]:
        """Return a lesson's files, and by what one sees that they have changed."""
        states: dict[str, tuple[list[Path], Signature]] | None = getattr(self._steady, "states", None)
        if states is not None and key in states:
            return states[key]
        files = self.files(key)
        state = files, _signature(files)
        if states is not None:
            states[key] = state
        return state

    def get(self, key: str, audience: str | None = None) -> PreparedLesson:
        """Return a lesson ready to judge, as an audience sees it.

        Raises
        ------
        FileNotFoundError, NotebookError
            When it has not been written, or its notebook is broken.
        """
        audience = audience or DEFAULT_AUDIENCE
        _, signature = self._state(key)
        with self._lock:
            ready = self._ready.get((key, audience))
            if ready is None or ready[0] != signature:
                hidden = self.workspace.hidden_data(key)
                lesson = prepare(self.workspace.source_notebook(key), key, audience, hidden)
                ready = self._ready[key, audience] = (signature, lesson)
        return ready[1]

    def frame(self, key: str) -> Frame:
        """Return the lesson's side of running a learner's code."""
        _, signature = self._state(key)
        with self._lock:
            known = self._frames.get(key)
            if known is None or known[0] != signature:
                frame = Frame(self.workspace.source_notebook(key), self.workspace.hidden_data(key))
                known = self._frames[key] = (signature, frame)
        return known[1]

    def digest(self, key: str) -> str:
        """Return the hash of all that decides what answers to a lesson earn: its files, the code, the libraries."""
        files, signature = self._state(key)
        with self._lock:
            known = self._digests.get(key)
            if known is None or known[0] != signature:
                known = self._digests[key] = (signature, _hash_of(files, environment_digest()))
        return known[1]

    def code_digest(self, key: str) -> str:
        """Return the hash of what decides what a learner's code yields: as ``digest``, but without the key."""
        files, signature = self._state(key)
        with self._lock:
            known = self._code_digests.get(key)
            if known is None or known[0] != signature:
                given = [cell.source for cell in read_notebook(files[0]).cells if not is_test_cell(cell)]
                known = self._code_digests[key] = (
                    signature,
                    _hash_of(files[1:], environment_digest() + "\0".join(given)),
                )
        return known[1]

    def files(self, key: str) -> list[Path]:
        """Return the files a lesson is made of: notebook, texts, data to practise on and data to grade on."""
        source = self.workspace.source_notebook(key)
        number = key.split("/")[1]
        folders = [source.parent / "data" / number]
        if (hidden := self.workspace.hidden_data(key)) is not None:
            folders.append(hidden / "data" / number)
        data = [path for folder in folders for path in sorted(folder.glob("*")) if path.is_file()]
        return [source, *sorted(source.parent.glob(f"{number}-*.yml")), *data]


@cache
def prepared_lessons(workspace: Workspace) -> PreparedLessons:
    """Return the lessons that all of this process shares."""
    return PreparedLessons(workspace)


@cache
def environment_digest() -> str:
    """Return the hash of what grades: Python, the libraries, and the course's own comparisons."""
    own = sorted(Path(course.__file__).parent.rglob("*.py"))
    versions = ",".join(f"{name}={importlib.metadata.version(name)}" for name in _PACKAGES)
    return _hash_of(own, f"{platform.python_version()},{versions}")


def _signature(files: Iterable[Path]) -> Signature:
    stats = ((str(path), path.stat()) for path in files)
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _hash_of(files: Iterable[Path], salt: str) -> str:
    digest = hashlib.sha256(salt.encode())
    for path in files:
        digest.update(f"\0{path.parent.name}/{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
