"""Attacks on trust: who somebody is, what was handed in, what it earned, and how often it was tried."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from course.answers import AnswerRecord
from grader.attempts import AttemptsPolicy
from grader.bench.attacks.attack import Attack, NotTried, gains
from grader.bench.attacks.handed_in import inbound, take_in
from grader.bench.attacks.notebooks import HONEST, as_text, filled, loud
from grader.bench.attacks.ours import CLASS, KEY, Ours
from grader.bench.attacks.stock import CLASSIC, Stock
from grader.grading import submission_row
from grader.inbox import accept


def _release(ours: Ours) -> None:
    """Write what a release says of the lesson, without its pages."""
    questions: list[dict[str, Any]] = [
        {"id": "q1", "kind": "task", "graded": True, "points": 2, "wants": "number"},
        {"id": "q2", "kind": "task", "graded": True, "points": 3, "wants": "table"},
        {"id": "q3", "kind": "choice", "graded": True, "points": 1, "options": 4},
        {"id": "q4", "kind": "text", "graded": True, "points": 2},
    ]
    lesson = {"lesson": KEY, "title": "Cộng và nhóm", "minutes": 10, "notebook": "04-cong-va-nhom", "hash": "x"}
    ours.workspace.manifest.parent.mkdir(parents=True, exist_ok=True)
    ours.workspace.manifest.write_text(json.dumps({"lessons": [lesson | {"questions": questions}]}), "utf-8")


def _trying_all(ours: Ours) -> str:
    """Hand in every option by nbgrader's own Submit, as fast as it goes."""
    _release(ours)
    learner = ours.new_learner()
    for number, letter in enumerate("ABDC"):
        record = ours.record({"q3": {"kind": "choice", "picked": [letter]}})

        def lay_out(folder: Path, record: AnswerRecord = record) -> None:
            (folder / "04-cong-va-nhom.ipynb").write_text(as_text(filled(ours.blank, {})), "utf-8")
            (folder / "04.answers.json").write_text(record.to_json(), "utf-8")

        inbound(ours, learner, f"{learner}+level4+2026-11-24 03:00:0{number} UTC+{number}", lay_out)
        take_in(ours)
    attempts = ours.database.attempts(learner=learner, class_id=CLASS)
    if not attempts:
        rows = ours.database.submissions(learner=learner)
        raise NotTried(f"nothing was taken in: {[(row.state, row.message) for row in rows]}")
    policy = AttemptsPolicy()
    found = max(attempt.points for attempt in attempts)
    return gains(
        f"{len(attempts)} tries in a row" if len(attempts) > policy.free_tries else "",
        f"{found:g} points by trying all" if found else "",
    )


_NEW_PERSON = """
import sys
from pathlib import Path
from hub_config.accounts import Accounts, NameWasUsed
from hub_config.settings import Settings
accounts = Accounts(Settings(state=Path(sys.argv[1])))
accounts.set_password("mai", "mat-khau-cu-01", "Mai cũ")
accounts.remove("mai")
try:
    accounts.set_password("mai", "mat-khau-moi-02", "Mai mới")
    print("TAKEN")
except NameWasUsed as refusal:
    print("REFUSED", refusal)
"""


def _reused_name(ours: Ours) -> str:
    # A program of its own: the grader imports nothing of the hub.
    command = [sys.executable, "-c", _NEW_PERSON, str(ours.ground.root / "hub-state")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise NotTried(done.stderr[-500:])
    return "" if done.stdout.startswith("REFUSED") else "a new person gets the name, and the work, of another"


def _reused_name_stock(stock: Stock) -> str:
    learner = stock.new_learner()
    stock.classic({"tong": "def tong(so):\n    return sum(so)"}, learner=learner)
    # nbgrader has no word for one person leaving and another coming: the name is all it knows.
    stock.command("db", "student", "add", learner, "--last-name=Moi", timeout=60)
    points = stock.points_of(learner)
    return f"the new person starts with {points:g} points" if points else ""


def _forged(ours: Ours) -> str:
    typed_in = {
        "q1": {"kind": "number", "number": 274.5},
        "q2": {
            "kind": "table",
            "columns": ["xa", "kg"],
            "rows": [["Tân Cương", 274.5], ["Văn Lăng", 88], ["La Bằng", 39.5]],
        },
    }
    found = []
    for name, tried in (
        ("without code", ours.hand_in(filled(ours.blank, {}), typed_in)),
        ("without a notebook", ours.hand_in(None, typed_in)),
        ("typed in", ours.code({"q1-code": "lesson.answer('q1', 218.5)"}, typed_in)),
    ):
        if tried.points:
            found.append(f"{name}: {tried.points:g} points")
    record = json.loads(ours.record({}).to_json())
    for extra in ({"points": 8}, {"results": {"q1": 2}}, {"learner": "lan"}):
        try:
            AnswerRecord.model_validate(record | extra)
            found.append(f"{extra} taken")
        except ValueError:
            continue
    return "; ".join(found)


def _forged_stock(stock: Stock) -> str:
    typed_in = {"q1": {"kind": "number", "number": 218.5}}
    cells = {"q1-code": "pass", "q2-code": "lesson.answer('q2', {'La Bằng': 77.5, 'Tân Cương': 218.5, 'Văn Lăng': 45})"}
    tried = stock.lesson(cells, typed_in)
    return f"{tried.points:g} of 8 points for results typed in" if tried.points else ""


def _edited(ours: Ours) -> str:
    learner = ours.new_learner()
    found = []
    submission = accept(ours.workspace, CLASS, learner, ours.record({}), notebook=as_text(filled(ours.blank, {})))
    ours.database.add_submissions([submission_row(submission)])
    # One edit that is seen at once, and one whose author also mended the hash.
    path = ours.path(submission)
    received = path.read_text("utf-8")
    envelope = json.loads(received)
    better = ours.record({"q3": {"kind": "choice", "picked": ["C"]}})
    path.write_text(json.dumps(envelope | {"record": better.to_json()}), "utf-8")
    found.append(ours.grade_path(path).states[submission.receipt])
    other = accept(ours.workspace, CLASS, "mau", better, notebook=as_text(filled(ours.blank, HONEST)))
    mended = json.loads(ours.path(other).read_text("utf-8")) | {"receipt": submission.receipt, "learner": learner}
    path.write_text(json.dumps(mended), "utf-8")
    ours.database.set_submission_state(submission.receipt, CLASS, "grading")
    found.append(ours.grade_path(path).states[submission.receipt])
    points = [attempt.points for attempt in ours.database.attempts(learner=learner)]
    return "" if found == ["refused", "refused"] and not points else f"edited files are {found}, {points} points"


def _edited_stock(stock: Stock) -> str:
    """nbgrader keeps no trace of what was handed in: what lies in submitted/ is what is graded."""
    learner = stock.lay_in(CLASSIC, stock.blank[CLASSIC])
    stock.autograde(CLASSIC, learner)
    path = stock.root / "submitted" / learner / CLASSIC / "ps1.ipynb"
    path.write_text(as_text(filled(stock.blank[CLASSIC], {"tong": loud("def tong(so):\n    return sum(so)")})), "utf-8")
    points = stock.autograde(CLASSIC, learner).points
    return f"{points:g} of 5 points after the edit, unnoticed" if points else ""


CASES = [
    Attack(
        "trying-all",
        "people",
        "choosing an option by trying all of them",
        "hands in A, B, D, C one after the other",
        _trying_all,
    ),
    Attack(
        "reused-name",
        "people",
        "a reused username that inherits old work",
        "gets the log-in name of somebody who left",
        _reused_name,
        _reused_name_stock,
    ),
    Attack(
        "forged-results",
        "people",
        "forged client-side results",
        "writes results into the record, without code that gives them",
        _forged,
        _forged_stock,
    ),
    Attack(
        "edited-inbox",
        "people",
        "an inbox edited after it was received",
        "changes what lies in the inbox, its hash too",
        _edited,
        _edited_stock,
    ),
]
