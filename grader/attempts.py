"""How often a lesson may be tried: freely at first, then with a pause, so that trying every option is slow."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field

from course.answers import AnswerRecord
from grader.database import Database
from grader.database_attempts import Counts
from grader.database_tables import AttemptRow, SubmissionRow
from grader.inbox import TamperedSubmission, inbox_file, read
from grader.workspace import Workspace

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_TRIES = {"grading", "graded", "replaced", "set_aside"}
"""States of a submission that was a try. What was refused was not looked at; what was set aside was, at some cost."""


class AttemptsPolicy(BaseModel):
    """The operator's choice (``settings.yml`` or ``BDHAI_…``).

    Attributes
    ----------
    counts
        Which attempt counts, ``best`` or ``last``.
    free_tries
        So many tries at a lesson are free.
    pause_minutes
        Each further try has to wait so long after the one before; 0 never waits.
    """

    model_config = ConfigDict(frozen=True)

    counts: Counts = "best"
    free_tries: int = Field(default=3, ge=1)
    pause_minutes: int = Field(default=10, ge=0)

    @classmethod
    def of(cls, workspace: Workspace, environ: Mapping[str, str] | None = None) -> AttemptsPolicy:
        """Read the choice as the hub does: the environment, then the settings file, then the default.

        Raises
        ------
        ValueError
            When a value does not fit; the hub's own start says so in Vietnamese.
        """
        environ = os.environ if environ is None else environ
        file = Path(environ.get("BDHAI_SETTINGS") or workspace.state / "settings.yml")
        try:
            values: Any = yaml.safe_load(file.read_text("utf-8")) or {}
        except FileNotFoundError:
            values = {}
        except yaml.YAMLError as error:
            raise ValueError(f"{file} is not YAML") from error
        if not isinstance(values, dict):
            raise ValueError(f"{file} is not a mapping")
        chosen = {name: environ.get(f"BDHAI_{name.upper()}") or values.get(name) for name in cls.model_fields}
        return cls.model_validate({name: value for name, value in chosen.items() if value is not None})

    def next_try(self, submissions: Iterable[SubmissionRow], attempts: Iterable[AttemptRow]) -> datetime | None:
        """Return from when on a lesson may be tried again; ``None`` when it may be now and always could.

        Parameters
        ----------
        submissions, attempts
            The learner's own, at this lesson. One receipt is one try, however many classes received it. Whoever has
            earned full marks has nothing to guess and never waits.
        """
        tries: dict[str, datetime] = {}
        for row in submissions:
            if row.state in _TRIES:
                tries[row.receipt] = max(row.at, tries.get(row.receipt, row.at))
        if len(tries) < self.free_tries or not self.pause_minutes:
            return None
        if any(row.points >= row.max_points > 0 for row in attempts):
            return None
        return max(tries.values()) + timedelta(minutes=self.pause_minutes)

    def seconds_to_wait(self, database: Database, learner: str, lesson: str, now: datetime) -> int:
        """Return how many whole seconds a learner still has to wait before the next try at a lesson."""
        submissions = database.submissions(learner=learner, lesson=lesson)
        if len(submissions) < self.free_tries:
            return 0
        moment = self.next_try(submissions, database.attempts(learner=learner, lesson=lesson))
        return 0 if moment is None else max(0, math.ceil((moment - now).total_seconds()))

    def too_soon(self, seconds: int, now: datetime) -> str:
        """Say kindly from when on the next try is possible, and what to look at meanwhile."""
        return (
            f"Bạn đã thử {self.free_tries} lần trở lên rồi, nghỉ một chút nhé. "
            "Trong lúc chờ, mời bạn đọc lại lý do ở từng câu và xem lại phần Làm mẫu. "
            f"Câu trả lời vẫn sửa được, và nộp lại được sau {clock(now + timedelta(seconds=seconds), now)}."
        )


class LearnerLocks:
    """One of a learner's submissions is looked at a time, so that many sent at once are not all the first try."""

    def __init__(self) -> None:
        self._locks = [Lock() for _ in range(64)]

    def of(self, learner: str) -> Lock:
        """Return the lock to hold; a few learners share one."""
        return self._locks[hash(learner) % len(self._locks)]


def is_same_work(workspace: Workspace, row: SubmissionRow, record: AnswerRecord, notebook: str | None = None) -> bool:
    """Tell whether a lesson was handed in like this already: sending it again is not a new try.

    The same answers count, whatever their times and the record's version: the lesson page and a notebook keep these
    apart. A submission that was refused, or is no longer what was received, is like no other.
    """
    if row.state not in _TRIES:
        return False
    try:
        before = read(inbox_file(workspace, row.class_id, row.learner, row.receipt))
    except (OSError, ValueError, TamperedSubmission):
        return False
    return before.record is not None and _answers(before.record) == _answers(record) and before.notebook == notebook


def _answers(record: AnswerRecord) -> dict[str, tuple[Any, str, int]]:
    return {id: (answer.value, answer.audience, answer.item) for id, answer in record.answers.items()}


def clock(moment: datetime, now: datetime) -> str:
    """Say a time as people do, at the next whole minute: ``9 giờ 40``, with the date when it is not today."""
    local = moment.astimezone(_VIETNAM)
    if local.second or local.microsecond:
        local = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
    words = f"{local.hour} giờ" + (f" {local.minute:02}" if local.minute else "")
    same_day = local.date() == now.astimezone(_VIETNAM).date()
    return words if same_day else f"{words} ngày {local:%d/%m}"
