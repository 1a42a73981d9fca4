"""Files that learners' code has made, opened where they can harm nothing: by trusted code, in a job of its own.

The learner's own process may say what it likes of a file. So each file goes into the sandbox once more, alone, where
``course.documents`` reads it and nothing of the learner's runs; what comes out is JSON that is checked again. A parser
that a hostile file breaks, or keeps busy, ends with its job.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from course.answers import FileValue, check_value
from course.documents import Opened, Unreadable, read_document
from grader.sandbox.jobs import CodeCell, Job, Limits, Run, State

LIMITS = Limits(wall_s=20, cpu_s=10, memory_mb=600, processes=32, disk_mb=16, open_files=128, output_kb=1024)
_CELL = CodeCell(
    "read",
    """
import json, sys
from pathlib import Path
from course.documents import open_file
sys.stdout.write(open_file(json.loads(Path("name").read_text("utf-8")), Path("content").read_bytes()).as_json())
""",
)
_STOPPED: dict[State, str] = {
    "timeout": "mở quá lâu",
    "cpu": "mở quá lâu",
    "memory": "bung ra quá lớn",
    "disk": "bung ra quá lớn",
    "output": "có quá nhiều nội dung",
}


def open_files(done: Run, asked: Collection[str], run: Callable[[Job], Run]) -> Run:
    """Return a run with its files opened, and only their names, sizes and hashes left of them.

    Parameters
    ----------
    asked
        The questions that want a file; others' are let be.
    run
        What runs a job in the sandbox.

    Raises
    ------
    WorkerDied, SandboxMissing
        From ``run``.
    """
    answers, documents = dict(done.answers), {}
    for id in asked:
        if (value := _file(done.answers.get(id))) is not None:
            documents[id] = json.loads(open_in_sandbox(value, run).as_json())
            answers[id] = value.without_content().model_dump(mode="json")
    return replace(done, answers=answers, documents=documents)


def open_in_sandbox(value: FileValue, run: Callable[[Job], Run]) -> Opened:
    """Read one file in a job of its own. What it cannot read it gives back as ``Unreadable``."""
    content = base64.b64decode(value.content)
    files = {"name": json.dumps(value.name).encode(), "content": content}
    done = run(Job((_CELL,), files, limits=LIMITS))
    about: dict[str, Any] = {"name": value.name, "size": len(content)}
    if done.state != "finished":
        why = _STOPPED.get(done.state, "không mở được")
        return Unreadable(reason=f"Tệp {value.name} {why}. Hãy tạo lại tệp cho gọn rồi nộp.", **about)
    said = "".join(output["text"] for output in done.outputs.get("read", ()) if output["output_type"] == "stream")
    try:
        return read_document(said.encode("utf-8", "replace")).model_copy(update=about)
    except ValueError:
        return Unreadable(reason=f"Tệp {value.name} không đọc được. Hãy mở thử tệp rồi tạo lại.", **about)


def _file(given: object) -> FileValue | None:
    try:
        value = check_value(given)
    except (ValidationError, RecursionError):
        return None
    return value if isinstance(value, FileValue) and value.content else None
