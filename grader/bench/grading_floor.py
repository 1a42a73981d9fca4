"""The floor: the same cells in bare forked processes, with no sandbox, no checks of what comes out, and no gradebook.

Run as a process of its own, ``python -m grader.bench.grading_floor LESSON PROCESSES < submissions``: it prints seconds
and the points of each, as JSON. Code runs unprotected: only for submissions the bench itself has made.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from course.answers import Answer, AnswerRecord, check_value
from course.lesson import Lesson, preparing
from course.place import DEFAULT_AUDIENCE
from grader.judge import PreparedLesson, judge
from grader.prepared import PreparedLessons
from grader.produce import code_questions
from grader.sandbox.jobs import CodeCell
from grader.workspace import Workspace


def main(lesson: str, processes: int) -> None:
    """Grade the submissions of standard input, each in a process forked from this warm one."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot
    import pandas  # noqa: F401

    workspace = Workspace.from_environment()
    lessons = PreparedLessons(workspace)
    handed = [json.loads(line) for line in sys.stdin]
    records = [AnswerRecord.model_validate_json(one["record"]) for one in handed]
    for audience in {record.audience() for record in records}:
        lessons.get(lesson, audience)
    frame = lessons.frame(lesson)
    start = time.perf_counter()
    points: list[float] = []
    running: list[tuple[int, int]] = []
    for one, record in zip(handed, records, strict=True):
        if len(running) == processes:
            points.append(_collect(*running.pop(0)))
        prepared = lessons.get(lesson, record.audience())
        reader, writer = os.pipe()
        if (child := os.fork()) == 0:
            if one["notebook"]:
                record = _produce(prepared, record, frame.cells_to_run(json.loads(one["notebook"])), frame.files)
            earned = sum(verdict.points for verdict in judge(prepared, record))
            os.write(writer, str(round(earned, 2)).encode())
            os._exit(0)
        os.close(writer)
        running.append((child, reader))
    points += [_collect(*pair) for pair in running]
    print(json.dumps({"seconds": time.perf_counter() - start, "points": points}))


def _produce(
    prepared: PreparedLesson, record: AnswerRecord, cells: tuple[CodeCell, ...], files: Mapping[str, bytes]
) -> AnswerRecord:
    folder = Path(tempfile.mkdtemp(prefix="bdhai-floor-"))
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    names: dict[str, object] = {}
    audience = record.audience() or DEFAULT_AUDIENCE
    with preparing(audience, folder, headless=True):
        for cell in cells:
            try:
                exec(compile(cell.source, cell.id, "exec"), names)
            except Exception:
                continue
    lesson = names["lesson"]
    assert isinstance(lesson, Lesson)
    made = {id: lesson.record.answers[id].value for id in code_questions(prepared) if id in lesson.record.answers}
    at = max(answer.at for answer in record.answers.values())
    answers = {
        id: Answer(value=check_value(value.model_dump()), audience=audience, at=at) for id, value in made.items()
    }
    return record.model_copy(update={"answers": {**record.answers, **answers}})


def _collect(child: int, reader: int) -> float:
    with os.fdopen(reader, "rb") as pipe:
        earned = float(pipe.read() or b"nan")
    os.waitpid(child, 0)
    return earned


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
