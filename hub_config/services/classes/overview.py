"""How far each learner of a class has come in a level: a table, four figures, and who needs a trainer."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from course.curriculum import LessonEntry
from grader.database_tables import ResultRow, SubmissionRow
from hub_config.services.classes.gradebook import ClassGradebook, Quality
from hub_config.services.classes.submissions import ClassicWork, Problem, classic_work, find_problems
from hub_config.services.shared.dates import VIETNAM, number

STOPPED_DAYS = 7
"""A learner who has begun and done nothing for longer is counted as stopped."""
_GOOD, _LOW = 0.8, 0.5
"""Shares of the points: from the first a cell is green, below the second a trainer should look."""


@dataclass(frozen=True)
class Cell:
    """One learner's lesson."""

    lesson: LessonEntry
    state: Literal["good", "partly", "waiting", "started", "none"]
    text: str
    """What stands in the cell."""
    spoken: str
    """What a screen reader says."""
    submission: str | None = None
    """Formgrader's id of the submission."""
    attempts: int = 0
    """How often it was tried."""
    quality: str = ""
    """Of a piece of the learner's own work: what a trainer gave, or that it waits for one."""


@dataclass(frozen=True)
class Piece:
    """A piece of a learner's own work that a trainer has to read."""

    learner: str
    """The name to show."""
    lesson: LessonEntry
    submission: str
    """Formgrader's id of it."""
    note: str


@dataclass(frozen=True)
class Row:
    """One learner."""

    name: str
    display_name: str
    cells: list[Cell]
    attention: str = ""
    """Why a trainer should look, in a few words."""


@dataclass(frozen=True)
class Figure:
    """One number with what it counts."""

    label: str
    value: int
    note: str
    alarming: bool = False


@dataclass(frozen=True)
class Overview:
    """All a class page shows of one level."""

    rows: list[Row]
    figures: list[Figure]
    problems: list[Problem]
    classic: list[ClassicWork]
    applied: list[int]
    """How many learners ticked off "Ứng dụng ngay", in the order of the lessons."""

    @property
    def to_read(self) -> list[Piece]:
        """Pieces of learners' own work that a trainer has to read, by given name."""
        return [
            Piece(row.display_name, cell.lesson, cell.submission, cell.quality)
            for row in sorted(self.rows, key=lambda row: _by_given_name(row.display_name))
            for cell in row.cells
            if cell.submission and cell.quality.startswith("chưa chấm")
        ]


@dataclass(frozen=True)
class ClassData:
    """What is known of a class's learners."""

    names: Mapping[str, str]
    """Display names by log-in name: the roster."""
    results: Sequence[ResultRow]
    submissions: Sequence[SubmissionRow]
    activity: Mapping[str, Mapping[str, datetime]]
    """When each learner last changed each lesson's record."""
    gradebook: ClassGradebook
    notebooks: Mapping[str, str]
    """Stems of the released notebooks by lesson key."""
    done_today: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Who ticked off "Ứng dụng ngay", by lesson."""


def make_overview(lessons: Iterable[LessonEntry], data: ClassData, now: datetime) -> Overview:
    """Put a level's page together; learners who need a trainer come first, then all by given name."""
    lessons = list(lessons)
    results = {(row.learner, row.lesson): row for row in data.results}
    submissions = {(row.learner, row.lesson): row for row in sorted(data.submissions, key=lambda row: row.at)}
    last = _last_activity(data, submissions.values())
    released = [lesson.key for lesson in lessons if lesson.key in data.notebooks]
    finished = {name for name in data.names if released and all((name, key) in results for key in released)}
    stopped = {
        name: (now - moment).days
        for name, moment in last.items()
        if name not in finished and now - moment > timedelta(days=STOPPED_DAYS)
    }
    rows = []
    for name, display_name in data.names.items():
        cells = [
            _cell(lesson, results.get((name, lesson.key)), submissions.get((name, lesson.key)), name, data)
            for lesson in lessons
        ]
        low = [result for lesson in lessons if (result := results.get((name, lesson.key))) and _share(result) < _LOW]
        rows.append(Row(name, display_name, cells, _attention(stopped.get(name), low)))
    rows.sort(key=lambda row: (not row.attention, _by_given_name(row.display_name)))
    figures = _figures(lessons, released, data.names, last, finished, stopped, now)
    problems = find_problems(data.submissions, data.names, now)
    applied = [len(set(data.done_today.get(lesson.key, ())) & set(data.names)) for lesson in lessons]
    return Overview(rows, figures, problems, classic_work(data.results, data.submissions, data.names), applied)


def _cell(
    lesson: LessonEntry, result: ResultRow | None, submission: SubmissionRow | None, name: str, data: ClassData
) -> Cell:
    graded = data.gradebook.notebooks.get((name, data.notebooks.get(lesson.key, "")))
    id = graded.id if graded and (result or submission) else None
    if submission is not None and submission.state == "grading":
        return Cell(lesson, "waiting", "chờ chấm", "chờ chấm", id)
    if result is not None:
        points = graded.score if graded else result.points
        good = points >= _GOOD * result.max_points
        spoken = f"{number(points)} trên {number(result.max_points)} điểm"
        if (attempts := result.attempts or 1) > 1:
            spoken += f", {attempts} lần thử"
        quality = _quality(graded.quality) if graded and graded.quality else ""
        spoken += f", việc thật: {quality}" if quality else ""
        return Cell(lesson, "good" if good else "partly", number(points), spoken, id, attempts, quality)
    if submission is not None and submission.state in ("refused", "set_aside"):
        return Cell(lesson, "waiting", "cần xem", "chưa chấm được, cần xem", id)
    if lesson.key in data.activity.get(name, {}):
        return Cell(lesson, "started", "đang làm", "đang làm")
    return Cell(lesson, "none", "·", "chưa học")


def _quality(quality: Quality) -> str:
    if quality.points is None:
        return "chưa chấm"
    given = f"{number(quality.points)}/{number(quality.max_points)}"
    return f"chưa chấm lại (đã cho {given})" if quality.waiting else f"+{given}"


def _share(result: ResultRow) -> float:
    return result.points / result.max_points if result.max_points else 1.0


def _attention(days: int | None, low: list[ResultRow]) -> str:
    words = [f"Dừng {days} ngày"] if days is not None else []
    for result in low[:2]:
        level, position = result.lesson.removeprefix("level").split("/")
        words.append(f"Bài {level}.{int(position)} mới {number(result.points)}/{number(result.max_points)} điểm")
    return " · ".join(words)


def _last_activity(data: ClassData, submissions: Iterable[SubmissionRow]) -> dict[str, datetime]:
    last = {name: max(moments.values()) for name, moments in data.activity.items() if name in data.names and moments}
    for row in submissions:
        if row.learner in data.names:
            last[row.learner] = max(row.at, last.get(row.learner, row.at))
    return last


def _figures(
    lessons: list[LessonEntry],
    released: list[str],
    names: Mapping[str, str],
    last: Mapping[str, datetime],
    finished: set[str],
    stopped: Mapping[str, int],
    now: datetime,
) -> list[Figure]:
    today = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    this_week = sum(moment >= monday for moment in last.values())
    people = len(names)
    percent = f"{round(100 * len(finished) / people)} %" if people else "chưa có học viên"
    whole = len(released) == len(lessons)
    done = f"Xong cấp {lessons[0].level}" if whole else f"Xong {len(released)} bài đang có"
    return [
        Figure("Học tuần này", this_week, f"trên {people} người"),
        Figure(done, len(finished), percent),
        Figure(f"Đã dừng trên {STOPPED_DAYS} ngày", len(stopped), "gọi điện hỏi thăm", alarming=bool(stopped)),
        Figure("Chưa vào học", people - len(last), "nhắc đăng nhập lần đầu" if people > len(last) else "đã vào đủ"),
    ]


def _by_given_name(display_name: str) -> tuple[str, str]:
    """Sort as Vietnamese rosters do, by given name; marks count after letters."""
    words = display_name.split() or [""]
    plain = unicodedata.normalize("NFD", f"{words[-1]} {display_name}".lower()).replace("đ", "d~")
    return "".join(letter for letter in plain if not unicodedata.combining(letter)), display_name
