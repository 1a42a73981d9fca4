"""``bdhai check``: is a lesson fit to be released, for every audience?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from course.curriculum import load_curriculum
from course.law_cards import law_card
from course.question import Question
from grader.judge import PreparedLesson, prepare
from grader.picture_checks import picture_problems, unseen_pictures
from grader.reading_time import lesson_minutes
from grader.release.clean import clean_text
from grader.source_notebook import HIDDEN_BEGIN, NotebookError, free_names, is_test_cell, read_notebook
from grader.specimen_code import handed_over, judge_specimen
from grader.specimens import Specimen, read_item_solutions, read_specimens
from grader.text_checks import text_problems
from grader.workspace import Workspace

LEAST_MISTAKES = 3


@dataclass
class Check:
    """What was found in one lesson for one audience."""

    lesson: str
    audience: str
    minutes: float
    """Reading at 150 words a minute, and the tasks."""
    questions: int
    """Graded questions."""
    solution: float
    """Share of the points that the solution earns; 1.0 is wanted."""
    blank: float
    """Share of the points that no answer earns; 0.0 is wanted."""
    mistakes: dict[str, int]
    """``kinds`` of mistakes, and how many earned what was ``expected``."""
    problems: list[str] = field(default_factory=list)
    """What is wrong, in Vietnamese, for the lesson's writer."""
    stock: dict[str, int] | None = None
    """How many specimens went through stock nbgrader, and how many earned there what they earn here: ``run``,
    ``same``. ``None``: not tried."""

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``bdhai check --json`` prints it."""
        return asdict(self)


def check_lesson(workspace: Workspace, lesson: str) -> list[Check]:
    """Check one lesson: the notebook once, the specimens for every audience.

    Raises
    ------
    NotebookError, TextsError
        When the lesson cannot even be run.
    """
    source = workspace.source_notebook(lesson)
    texts = text_problems(source, lesson)
    common = [*_notebook_problems(workspace, lesson), *texts[None], *picture_problems(source)]
    checks = []
    hidden = workspace.hidden_data(lesson)
    reference = prepare(source, lesson, next(iter(load_curriculum().audiences)))
    for audience in load_curriculum().audiences:
        prepared = prepare(source, lesson, audience, hidden)
        problems = [*common, *texts.get(audience, []), *_variant_problems(reference, prepared), *_laws(prepared)]
        problems += unseen_pictures(prepared.lesson)
        checks.append(_check_audience(prepared, audience, hidden, problems))
    return checks


def _check_audience(prepared: PreparedLesson, audience: str, hidden: Path | None, problems: list[str]) -> Check:
    minutes = lesson_minutes(prepared)
    if minutes > prepared.lesson.entry.minutes:
        problems.append(f"Bài dài {minutes:.0f} phút, quá {prepared.lesson.entry.minutes} phút.")
    try:
        solution, blank, mistakes = read_specimens(prepared.key, audience)
        if hidden is not None:
            solution, *mistakes = (
                replace(one, record=handed_over(prepared, one, audience, hidden)) for one in (solution, *mistakes)
            )
        items = read_item_solutions(prepared.key, audience)
    except (FileNotFoundError, KeyError, ValueError, NotebookError) as error:
        problems.append(f"Thiếu hoặc sai bài mẫu grader/specimens/{prepared.key}.yml: {error}")
        return Check(
            prepared.key, audience, minutes, len(prepared.tests), 0.0, 0.0, {"kinds": 0, "expected": 0}, problems
        )
    full = _share(prepared, solution)
    none = _share(prepared, blank)
    if full < 1:
        problems.append(f"Lời giải chỉ được {full:.0%}: {_shortfalls(prepared, solution)}")
    problems += [
        f"{one.name}: {told}"
        for one in items
        if (told := _shortfalls(prepared, one) if _share(prepared, one) < 1 else "")
    ]
    problems += _unsolved_items(prepared, items)
    if none > 0:
        problems.append(f"Chưa trả lời mà được {none:.0%}.")
    wrong = {mistake.name: told for mistake in mistakes if (told := _unexpected(prepared, mistake))}
    problems += [f"Lỗi mẫu “{name}”: {told}" for name, told in wrong.items()]
    if len(mistakes) < LEAST_MISTAKES:
        problems.append(f"Mới có {len(mistakes)} lỗi mẫu, cần ít nhất {LEAST_MISTAKES}.")
    return Check(
        prepared.key,
        audience,
        minutes,
        len(prepared.tests),
        full,
        none,
        {"kinds": len(mistakes), "expected": len(mistakes) - len(wrong)},
        problems,
    )


def _share(prepared: PreparedLesson, specimen: Specimen) -> float:
    earned = sum(verdict.points for verdict in judge_specimen(prepared, specimen))
    return round(earned / prepared.max_points, 4)


def _shortfalls(prepared: PreparedLesson, specimen: Specimen) -> str:
    verdicts = judge_specimen(prepared, specimen)
    return "; ".join(
        f"{verdict.grade_id} {verdict.points:g}/{verdict.max_points:g} {verdict.error or verdict.reasons}"
        for verdict in verdicts
        if verdict.points < verdict.max_points
    )


def _unexpected(prepared: PreparedLesson, mistake: Specimen) -> str:
    """Say which questions did not earn what was expected; empty when all did."""
    expected = mistake.points or {}
    return "; ".join(
        f"{verdict.grade_id} được {verdict.points:g}, đáng lẽ {wanted:g}"
        for verdict in judge_specimen(prepared, mistake)
        if abs(verdict.points - (wanted := expected.get(verdict.grade_id, verdict.max_points))) > 0.011
    )


def _notebook_problems(workspace: Workspace, lesson: str) -> list[str]:
    source = workspace.source_notebook(lesson)
    problems = []
    if clean_text(source) != source.read_text("utf-8"):
        problems.append(f"{source.name} chưa sạch. Chạy: bdhai clean")
    cells = read_notebook(source).cells
    for number, cell in enumerate(cells, start=1):
        if cell.cell_type == "code" and "lesson.expect" in cell.source and HIDDEN_BEGIN not in cell.source:
            problems.append(f"Ô {number}: lời gọi lesson.expect phải nằm giữa hai dòng HIDDEN TESTS.")
        if is_test_cell(cell) and (outside := free_names(cell.source) - {"lesson"}):
            problems.append(f"Ô {number}: ô chấm chỉ được dựa vào lesson, không dùng {', '.join(sorted(outside))}.")
    if not any(is_test_cell(cell) for cell in cells):
        problems.append("Bài chưa có câu chấm điểm nào.")
    return problems


def _variant_problems(reference: PreparedLesson, prepared: PreparedLesson) -> list[str]:
    """A variant, and an item of a pool, changes words, never how much there is to choose, order, mark or fill."""
    problems = []
    for id, question in prepared.lesson.questions.items():
        (_, widget), (_, usual) = prepared.lesson.shown[id], reference.lesson.shown[id]
        wanted = _shape(question, usual.get_state())
        for item, traits in enumerate(widget.pool or [{}], start=1):
            ours = _shape(question, {**widget.get_state(), **traits})
            if ours != wanted:
                name = f"{id} bản {item}" if widget.pool else id
                problems.append(f"{name}: có {ours} mục, bản chung có {wanted}.")
    return problems


def _laws(prepared: PreparedLesson) -> list[str]:
    """Find law cards that must not be shown any more, or not yet."""
    shown = [name.removeprefix("law:") for name in prepared.lesson.shown if name.startswith("law:")]
    return [told for id in shown if (told := law_card(id).problem(date.today()))]


def _unsolved_items(prepared: PreparedLesson, solutions: list[Specimen]) -> list[str]:
    """Every item of a graded question needs a specimen that solves it, or nobody would notice a wrong key."""
    solved = {(id, answer.item) for one in solutions for id, answer in one.record.answers.items()}
    return [
        f"{id}: bản {item} chưa có bài mẫu (mục pool trong grader/specimens/{prepared.key}.yml)."
        for id, question in prepared.lesson.questions.items()
        if question.graded
        for item in range(2, question.items + 1)
        if (id, item) not in solved
    ]


def _shape(question: Question, traits: dict[str, Any]) -> int:
    counted = {"choice": "options", "order": "items", "short_text": "parts", "chat": "tries", "work": "checks"}.get(
        question.kind
    )
    if counted:
        return len(traits[counted])
    if question.kind == "mark":
        return sum(piece["id"] is not None for piece in traits["pieces"])
    return 1
