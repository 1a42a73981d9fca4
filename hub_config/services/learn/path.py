"""The path ("Lộ trình của tôi") as data: what is done, what comes next, how long it takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from course.answers import AnswerRecord, DoneValue, is_blank
from course.curriculum import Curriculum, LessonEntry
from grader.database_tables import ResultRow, SubmissionRow
from grader.released import ReleasedLesson
from hub_config.services.shared.dates import number


@dataclass(frozen=True)
class LessonOnPath:
    """One lesson as the path shows it."""

    entry: LessonEntry
    state: Literal["done", "waiting", "started", "open", "coming"]
    note: str
    notebook: str = ""
    """The stem of its notebook; empty for a lesson that is still to come."""
    minutes: int = 0
    """What is left to do of it."""
    is_next: bool = False


@dataclass(frozen=True)
class LevelOnPath:
    """One level with its lessons."""

    number: int
    title: str
    lessons: list[LessonOnPath]

    @property
    def done(self) -> int:
        """How many lessons have been handed in."""
        return sum(lesson.state in {"done", "waiting"} for lesson in self.lessons)

    @property
    def is_open(self) -> bool:
        """Whether it has a lesson that can be done."""
        return any(lesson.state != "coming" for lesson in self.lessons)


@dataclass(frozen=True)
class Path:
    """All levels, and what to do today."""

    levels: list[LevelOnPath]

    @property
    def next(self) -> LessonOnPath | None:
        """The lesson to do next; ``None`` when all that is released has been handed in."""
        return next((lesson for level in self.levels for lesson in level.lessons if lesson.is_next), None)

    @property
    def current(self) -> LevelOnPath | None:
        """The level of the next lesson, otherwise the last that has one; ``None`` before the first release."""
        of_next = (level for level in self.levels if any(lesson.is_next for lesson in level.lessons))
        return next(of_next, next((level for level in reversed(self.levels) if level.is_open), None))

    @property
    def today(self) -> str:
        """What to do today, in one sentence."""
        if self.next is None:
            return "Bạn đã học hết các bài đang có. Có bài mới sẽ hiện ở đây." if self.current else "Bài học sắp có."
        if self.next.state == "started":
            return f"Hôm nay học tiếp, còn khoảng {self.next.minutes} phút"
        return f"Hôm nay học một bài, khoảng {self.next.minutes} phút"


def make_path(
    curriculum: Curriculum,
    released: Mapping[str, ReleasedLesson],
    records: Mapping[str, AnswerRecord],
    submissions: Mapping[str, SubmissionRow],
    results: Mapping[str, ResultRow],
) -> Path:
    """Put a learner's path together.

    Parameters
    ----------
    released, records, submissions, results
        By lesson key: what can be done, what was answered, the newest submission, the newest result.
    """
    levels, next_found = [], False
    for level in curriculum.levels:
        lessons = []
        for entry in level.lessons:
            lesson = _lesson(entry, released, records, submissions, results)
            if not next_found and lesson.state in {"open", "started"}:
                next_found = True
                lesson = replace(lesson, is_next=True)
            lessons.append(lesson)
        levels.append(LevelOnPath(level.number, level.title, lessons))
    return Path(levels)


def _lesson(
    entry: LessonEntry,
    released: Mapping[str, ReleasedLesson],
    records: Mapping[str, AnswerRecord],
    submissions: Mapping[str, SubmissionRow],
    results: Mapping[str, ResultRow],
) -> LessonOnPath:
    key = entry.key
    if (lesson := released.get(key)) is None:
        return LessonOnPath(entry, "coming", "sắp có")
    record, submission, result = records.get(key), submissions.get(key), results.get(key)
    if submission is not None and submission.state == "grading":
        return LessonOnPath(entry, "waiting", "đã nộp, đang chấm", lesson.notebook)
    if submission is not None and submission.state in ("refused", "set_aside"):
        return LessonOnPath(entry, "started", "chưa chấm được, mời nộp lại", lesson.notebook, 1)
    if result is not None:
        note = f"{number(result.points)}/{number(result.max_points)} điểm"
        return LessonOnPath(entry, "done", note + (" · đã làm ngay" if _did_today(record) else ""), lesson.notebook)
    answered = {id for id, answer in record.answers.items() if not is_blank(answer.value)} if record else set()
    if not answered:
        return LessonOnPath(entry, "open", f"{lesson.minutes} phút", lesson.notebook, lesson.minutes)
    minutes, saved = _how_far(lesson, answered)
    return LessonOnPath(entry, "started", f"còn {minutes} phút · {saved}", lesson.notebook, minutes)


def _how_far(lesson: ReleasedLesson, answered: set[str]) -> tuple[int, str]:
    """Return the minutes left and what is saved: by steps where the release tells them, otherwise by questions."""
    steps = [question.step for question in lesson.questions if question.id in answered and question.step]
    if steps and lesson.steps:
        share, saved = max(steps) / lesson.steps, f"đã lưu đến bước {max(steps)}"
    else:
        total = max(len(lesson.questions), 1)
        done = sum(question.id in answered for question in lesson.questions)
        share, saved = done / total, f"đã lưu {done}/{total} câu"
    return max(1, math.ceil(lesson.minutes * (1 - share))), saved


def _did_today(record: AnswerRecord | None) -> bool:
    answer = record.answers.get("today") if record else None
    return answer is not None and isinstance(answer.value, DoneValue) and answer.value.done
