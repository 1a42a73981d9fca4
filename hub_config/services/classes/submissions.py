"""What a trainer should look at among a class's submissions, and how classic assignments stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from course.curriculum import LESSON_KEY
from grader.database_tables import ResultRow, SubmissionRow

STUCK_AFTER = timedelta(minutes=2)
_WORDS = {"refused": "Không nhận", "set_aside": "Để riêng", "grading": "Chờ lâu"}
_STUCK = "Bài chờ chấm đã quá 2 phút. Máy chấm sẽ tự thử lại; nếu còn lâu, hãy báo người quản trị."


@dataclass(frozen=True)
class Problem:
    """A submission that was not graded."""

    learner: str
    """The name to show."""
    what: str
    at: datetime
    state: str
    reason: str
    receipt: str


@dataclass(frozen=True)
class ClassicWork:
    """One learner's classic assignment."""

    learner: str
    assignment: str
    points: float | None
    """``None`` before the first grading."""
    max_points: float | None
    attempts: int
    at: datetime


def what_of(lesson: str) -> str:
    """Name a lesson as its page does (``Bài 1.3``); an assignment or a whole level by nbgrader's name."""
    if not LESSON_KEY.fullmatch(lesson):
        return lesson
    level, position = lesson.removeprefix("level").split("/")
    return f"Bài {level}.{int(position)}"


def find_problems(submissions: Iterable[SubmissionRow], names: Mapping[str, str], now: datetime) -> list[Problem]:
    """Return what was refused, set aside or waits for long, the newest first, unless something newer took its place."""
    newest: dict[tuple[str, str], SubmissionRow] = {}
    of_level: dict[tuple[str, str], datetime] = {}
    for row in sorted(submissions, key=lambda row: row.at):
        newest[row.learner, row.lesson] = row
        if LESSON_KEY.fullmatch(row.lesson):
            of_level[row.learner, row.lesson.split("/")[0]] = row.at
    problems = []
    for row in newest.values():
        stuck = row.state == "grading" and now - row.at > STUCK_AFTER
        # A whole level that was refused is made good by any lesson of it that came later.
        made_good = of_level.get((row.learner, row.lesson), row.at) > row.at
        if (stuck or row.state in ("refused", "set_aside")) and not made_good:
            name, reason = names.get(row.learner, row.learner), row.message or _STUCK
            problems.append(Problem(name, what_of(row.lesson), row.at, _WORDS[row.state], reason, row.receipt))
    return sorted(problems, key=lambda problem: problem.at, reverse=True)


def classic_work(
    results: Iterable[ResultRow], submissions: Iterable[SubmissionRow], names: Mapping[str, str]
) -> list[ClassicWork]:
    """Return how far classic assignments are, by assignment and learner."""
    known: dict[tuple[str, str], ClassicWork] = {}
    for row in submissions:
        if row.version == 0 and row.sha256 and "/" not in row.lesson:
            name = names.get(row.learner, row.learner)
            known[row.lesson, row.learner] = ClassicWork(name, row.lesson, None, None, 0, row.at)
    for result in results:
        if "/" not in result.lesson:
            name = names.get(result.learner, result.learner)
            known[result.lesson, result.learner] = ClassicWork(
                name, result.lesson, result.points, result.max_points, result.attempts, result.submitted_at
            )
    return [known[key] for key in sorted(known)]
