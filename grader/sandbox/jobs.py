"""What goes into the sandbox and what comes out: plain data in both directions, never pickles."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal["finished", "timeout", "cpu", "memory", "processes", "disk", "output", "died"]
"""How a run ended. ``finished`` says nothing about errors in cells: they are among the outputs."""


@dataclass(frozen=True)
class Limits:
    """What one run may use. All are kept by the system, not by the learner's good will."""

    wall_s: float = 60.0
    cell_s: float | None = None
    """Of one cell, where given: it is interrupted as nbgrader does (KeyboardInterrupt, ``CellTimeoutError`` in its
    outputs), and the next cell runs. Kept by the learner's own process: the other limits hold when it does not."""
    cpu_s: float = 30.0
    memory_mb: int = 1500
    """Of all its processes together."""
    processes: int = 64
    disk_mb: int = 64
    """Of everything it writes: its folder and ``/tmp`` are in memory and end with it."""
    open_files: int = 256
    output_kb: int = 1024
    """Of all outputs and answers together, as JSON."""


@dataclass(frozen=True)
class CodeCell:
    """One code cell to run. Cells run in order; an error in one does not stop the next, as in nbgrader."""

    id: str
    source: str


@dataclass(frozen=True)
class LessonContext:
    """For answers mode: which lesson the cells belong to, so that ``lesson.answer`` can be read at the end."""

    key: str
    audience: str


@dataclass(frozen=True)
class Job:
    """One notebook to run.

    Parameters
    ----------
    files
        What lies in the folder it runs in, by relative path (``data/04/nong-dan.csv``): data, texts, helper modules.
    lesson
        Given in answers mode; ``None`` for a classic notebook, which has only outputs.
    draw
        Whether charts are drawn into the outputs (classic notebooks: yes); drawing is the slowest part of a small run.
    environment
        Further environment variables (``NBGRADER_EXECUTION``).
    shared
        So many of the first cells are the lesson's own, not a learner's. They may be run once for all jobs that share
        them, the files, the lesson and the environment.
    """

    cells: tuple[CodeCell, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    lesson: LessonContext | None = None
    limits: Limits = Limits()
    draw: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    shared: int = 0


def job_parts(job: Job, folder: str = "") -> tuple[bytes, bytes]:
    """Return a job as JSON in two parts (`grader.sandbox.inside.job_parts`): what it shares with others, and its own.

    Parameters
    ----------
    folder
        Where to run when there is no sandbox.
    """
    cells = [{"id": cell.id, "source": cell.source} for cell in job.cells]
    shared = {
        "cells": cells[: job.shared],
        "files": {name: base64.b64encode(content).decode("ascii") for name, content in job.files.items()},
        "lesson": asdict(job.lesson) if job.lesson else None,
        "draw": job.draw,
        "environment": dict(job.environment),
    }
    return json.dumps(shared).encode(), json.dumps({"cells": cells[job.shared :], "folder": folder}).encode()


@dataclass(frozen=True)
class Run:
    """What came of a job. Everything in it was written by the learner's process: data to check, never to trust.

    Attributes
    ----------
    outputs
        nbformat 4 outputs as dictionaries, by cell id; a cell that never ran is missing.
    answers
        Values handed over by ``lesson.answer``, by question; JSON, not yet checked against the schema.
    seconds
        Wall time inside the sandbox.
    documents
        What is in the files among the answers, by question, as JSON. Never said by the learner's process: another job
        has read them (``grader.opened_files``).
    """

    state: State
    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    documents: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """Why it was stopped, in Vietnamese for learner and trainer; empty when it was not."""
        return _MESSAGES[self.state]


_MESSAGES: dict[State, str] = {
    "finished": "",
    "timeout": "Mã chạy quá lâu nên đã được dừng lại. Hãy xem có vòng lặp nào không dừng không.",
    "cpu": "Mã tính quá lâu nên đã được dừng lại. Hãy xem có vòng lặp nào không dừng không.",
    "memory": "Mã dùng quá nhiều bộ nhớ nên đã được dừng lại.",
    "processes": "Mã mở quá nhiều tiến trình nên đã được dừng lại.",
    "disk": "Mã ghi ra quá nhiều dữ liệu nên đã được dừng lại.",
    "output": "Mã in ra quá nhiều nên không đọc hết được. Hãy in ít đi rồi nộp lại.",
    "died": "Mã làm chương trình tắt giữa chừng nên phần sau chưa chạy được.",
}


class SandboxMissing(Exception):
    """This machine cannot sandbox. The message is Vietnamese and says how to install what is missing."""


class WorkerDied(Exception):
    """The warm process that runs jobs is gone, not just the job: trying again with a new one is right."""
