"""Grade submissions of a classic course: prepare, run in the sandbox, finish."""

from __future__ import annotations

import logging
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from grader.classic.converters import Finishing, Prepared, Preparing, course_of
from grader.classic.refusals import Refused, reason
from grader.classic.submitted import check_folder
from grader.sandbox.jobs import Job, Run

log = logging.getLogger(__name__)

RunJobs = Callable[[list[Job]], list[Run]]
"""Runs jobs, in whatever place and order, and returns their runs in the order of the jobs."""
State = Literal["graded", "unchanged", "refused"]
_BATCH = 16


@dataclass(frozen=True)
class Outcome:
    """What became of one submission; ``reason`` is Vietnamese and says why it was refused."""

    student: str
    assignment: str
    state: State
    reason: str = ""


def grade_classic(
    config: Config,
    wanted: Sequence[tuple[str, str]],
    run_jobs: RunJobs,
    *,
    force: bool = False,
    batch: int = _BATCH,
) -> Iterator[Outcome]:
    """Grade submissions that lie in a course's ``submitted/`` folder; nothing that is wrong with one stops the others.

    The caller holds the course's lock. While jobs run, the next submissions are prepared; to stop, stop iterating.

    Parameters
    ----------
    config
        The course's nbgrader configuration, with ``CourseDirectory.root`` in it.
    wanted
        Pairs (student, assignment).
    run_jobs
        Called in a thread of its own, for one batch after another. What it raises goes through to the caller, and the
        submissions of that batch are as they were before.
    force
        Also grade what nbgrader would skip: it skips what has been graded, unless its timestamp is newer now.
    batch
        Submissions prepared at a time.

    Yields
    ------
    Outcome
        One for each pair, in their order.
    """
    with (
        tempfile.TemporaryDirectory(prefix="bdhai-classic-") as folder,
        ThreadPoolExecutor(1, thread_name_prefix="classic-runs") as thread,
    ):
        waiting = None
        for start in range(0, len(wanted), batch):
            prepared = []
            for number, (student, assignment) in enumerate(wanted[start : start + batch], start):
                prepared.append(prepare(config, student, assignment, Path(folder) / str(number), force=force))
            jobs = [job for ready in prepared if isinstance(ready, Prepared) for job in ready.jobs.values()]
            running = thread.submit(run_jobs, jobs) if jobs else None
            if waiting:
                yield from _finish_batch(config, *waiting)
            waiting = prepared, running.result if running else list
        if waiting:
            yield from _finish_batch(config, *waiting)


def prepare(config: Config, student: str, assignment: str, build: Path, *, force: bool = False) -> Prepared | Outcome:
    """Do the first half for one submission: its jobs, or what became of it already.

    Parameters
    ----------
    build
        A folder that does not exist yet, for what is prepared.
    """
    ready = Prepared(student, assignment, build)
    converter = None
    try:
        _quiet()
        course = course_of(config, student, assignment)
        check_folder(Path(course.format_path(course.submitted_directory, student, assignment)))
        converter = Preparing(ready, coursedir=course, config=config)
        converter.force = force or converter.force
        converter.start()
    except (Exception, SystemExit) as error:  # nbgrader's fail() exits
        return _refused(ready, converter, error)
    return ready if ready.notebooks else Outcome(student, assignment, "unchanged")


def finish(config: Config, ready: Prepared, runs: dict[str, Run]) -> Outcome:
    """Do the second half: points into the gradebook, the notebook into ``autograded/``.

    Parameters
    ----------
    runs
        One for each of its jobs, by notebook.
    """
    converter = None
    try:
        course = course_of(config, ready.student, ready.assignment)
        converter = Finishing(ready, runs, coursedir=course, config=config)
        converter.start()
    except (Exception, SystemExit) as error:
        return _refused(ready, converter, error)
    return Outcome(ready.student, ready.assignment, "graded")


def _finish_batch(
    config: Config, prepared: list[Prepared | Outcome], result: Callable[[], list[Run]]
) -> Iterator[Outcome]:
    runs = iter(result())
    for ready in prepared:
        if isinstance(ready, Outcome):
            yield ready
        else:
            yield finish(config, ready, {notebook: next(runs) for notebook in ready.jobs})
            shutil.rmtree(ready.build, ignore_errors=True)


def _quiet() -> None:
    """Leave out what SQLAlchemy says of nbgrader's queries to every submission anew."""
    warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.api")


def _refused(ready: Prepared, converter: Preparing | Finishing | None, error: BaseException) -> Outcome:
    cause = (converter.error if converter else None) or error
    if isinstance(cause, Refused):
        log.info("refused: %s of %s: %s", ready.assignment, ready.student, cause)
    else:
        log.warning("cannot grade %s of %s", ready.assignment, ready.student, exc_info=cause)
    return Outcome(ready.student, ready.assignment, "refused", reason(cause))
