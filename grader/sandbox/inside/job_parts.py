"""The two parts of a job, each a file in memory: what it shares with others, and what is one learner's own.

The warm process never reads them: what is in a process's memory is in the memory of all that are forked from it, so a
learner's code may be read only in the process that will run it.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from typing import Any, NamedTuple


class Cell(NamedTuple):
    """A code cell."""

    id: str
    source: str


class Shared(NamedTuple):
    """What the lesson gives: files that lie in the folder, and the cells before the first that is the learner's."""

    cells: list[Cell]
    files: Mapping[str, bytes]
    lesson: Mapping[str, str] | None
    draw: bool
    environment: Mapping[str, str]


class Own(NamedTuple):
    """What the learner gives."""

    cells: list[Cell]
    folder: str
    """Where to run when there is no sandbox; empty otherwise."""


def read_shared(descriptor: int) -> Shared:
    """Read the part that is shared."""
    given = _read(descriptor)
    files = {name: base64.b64decode(content) for name, content in given["files"].items()}
    return Shared(_cells(given), files, given["lesson"], bool(given["draw"]), given["environment"])


def read_own(descriptor: int) -> Own:
    """Read the learner's part."""
    given = _read(descriptor)
    return Own(_cells(given), given["folder"])


def _cells(given: Mapping[str, Any]) -> list[Cell]:
    return [Cell(cell["id"], cell["source"]) for cell in given["cells"]]


def _read(descriptor: int) -> dict[str, Any]:
    data = bytearray()
    while part := os.pread(descriptor, 1 << 20, len(data)):
        data += part
    given: dict[str, Any] = json.loads(data)
    return given
