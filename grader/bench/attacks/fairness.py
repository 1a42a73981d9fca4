"""What is no attack, but must not be punished like one."""

from __future__ import annotations

import copy
from typing import Any

from nbgrader.api import Gradebook

from grader.bench.attacks.attack import Attack, gains
from grader.bench.attacks.notebooks import HONEST, HONEST_ANSWERS, HONEST_CLASSIC, filled
from grader.bench.attacks.ours import CLASS, Ours
from grader.bench.attacks.stock import CLASSIC, LESSON, Stock
from grader.class_directory import course_directory

_NOISY = "import sys, warnings, logging\nprint('chú ý', file=sys.stderr)\nwarnings.warn('cũ')\nlogging.warning('!')\n"


def _stderr(ours: Ours) -> str:
    tried = ours.code({name: _NOISY + source for name, source in HONEST.items()}, HONEST_ANSWERS)
    return "" if tried.points == 8 else f"{tried.points:g} of 8 points for right answers"


def _stderr_stock(stock: Stock) -> str:
    noisy = {"tong": "import sys\ndef tong(so):\n    print('chú ý', file=sys.stderr)\n    return sum(so)"}
    tried = stock.classic({**HONEST_CLASSIC, **noisy})
    return "" if tried.points == 5 else f"{tried.points:g} of 5 points for right answers"


def _without(notebook: dict[str, Any], *doomed: str) -> dict[str, Any]:
    left = copy.deepcopy(notebook)
    left["cells"] = [
        c for c in left["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id", c["id"]) not in doomed
    ]
    return left


def _state_of(db_url: str, assignment: str, learner: str, maximum: float) -> str:
    with Gradebook(db_url) as gradebook:
        submission = gradebook.find_submission(assignment, learner)
        return gains(
            "needs grading for ever" if submission.needs_manual_grade else "",
            f"the maximum is {submission.max_score:g}" if submission.max_score != maximum else "",
        )


def _deleted(ours: Ours) -> str:
    found = []
    for doomed, points in ((("q2-code", "q2"), 5), (("q1", "q2", "q3", "q4"), 8), (("q3-ask", "q4-ask"), 8)):
        tried = ours.hand_in(_without(filled(ours.blank, HONEST), *doomed), HONEST_ANSWERS)
        state = _state_of(course_directory(ours.workspace, CLASS).db_url, "level4", tried.submission.learner, 8)
        if tried.points != points or state:
            found.append(f"without {', '.join(doomed)}: {tried.points:g} of {points} points {state}")
    return "; ".join(found)


def _deleted_stock(stock: Stock) -> str:
    notebook = _without(filled(stock.blank[CLASSIC], HONEST_CLASSIC), "trung-binh", "t2")
    tried = stock.classic({}, notebook=notebook)
    return _state_of(f"sqlite:///{stock.root / 'gradebook.db'}", CLASSIC, tried.learner, 5)


def _lost(ours: Ours) -> str:
    """Answers given on the page stay, whatever becomes of the code."""
    found = []
    for name, source in (
        ("os._exit", "import os\nos._exit(1)"),
        ("a crash", "import ctypes\nctypes.string_at(0)"),
        ("a loop", "while True: pass"),
        ("kill", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
    ):
        tried = ours.code({"q2-code": source, "q1-code": HONEST["q1-code"]}, HONEST_ANSWERS)
        lost = [id for id, points in (("q3", 1), ("q4", 2)) if tried.questions.get(id) != points]
        if lost:
            found.append(f"{name}: {', '.join(lost)} lost")
    return "; ".join(found)


def _lost_stock(stock: Stock) -> str:
    tried = stock.lesson({"q2-code": "import os\nos._exit(1)", "q1-code": HONEST["q1-code"]}, HONEST_ANSWERS)
    points = stock.points_of(tried.learner, LESSON) or 0
    return f"{points:g} points, although questions worth 3 were answered right" if points < 3 else ""


CASES = [
    Attack(
        "stderr",
        "fairness",
        "a right answer that also prints to stderr must not score 0",
        "answers right, with warnings",
        _stderr,
        _stderr_stock,
    ),
    Attack(
        "deleted-cell",
        "fairness",
        "a deleted cell must not leave a learner in needs grading for ever or change the maximum",
        "deletes a question's cells by mistake",
        _deleted,
        _deleted_stock,
    ),
    Attack(
        "lost-answer",
        "fairness",
        "an answer given is never lost",
        "answers on the page; the code beside it crashes",
        _lost,
        _lost_stock,
    ),
]
