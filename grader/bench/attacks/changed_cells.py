"""Points by changing what stands around the cells: their points, tags, ids and number."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from grader.bench.attacks.attack import Attack
from grader.bench.attacks.notebooks import filled, loud
from grader.bench.attacks.ours import Ours
from grader.bench.attacks.points import NOTHING
from grader.bench.attacks.stock import Stock


def _metadata(change: Callable[[dict[str, Any]], None]) -> tuple[Callable[[Ours], str], Callable[[Stock], str]]:
    """Change a notebook's cells rather than their sources, in ours and in stock's classic assignment."""

    def ours(ours: Ours) -> str:
        notebook = filled(ours.blank, {"q1-code": loud("pass"), "q2-code": loud("pass")})
        change(notebook)
        tried = ours.hand_in(notebook)
        rows = ours.database.attempts(learner=tried.submission.learner)
        maximum = sum(row.max_points for row in rows)
        changed = f"maximum changed to {maximum:g}" if rows and maximum != 8 else ""
        return f"{tried.points:g} of 8 points" if tried.points > 0 else changed

    def stock(stock: Stock) -> str:
        notebook = filled(copy.deepcopy(stock.blank["ps1"]), {name: loud(text) for name, text in NOTHING.items()})
        change(notebook)
        tried = stock.classic({}, notebook=notebook)
        return f"{tried.points:g} of 5 points" if tried.points > 0 else ""

    return ours, stock


def _tests(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]


def _solutions(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")]


def _edit_points(notebook: dict[str, Any]) -> None:
    for cell in _tests(notebook):
        cell["metadata"]["nbgrader"]["points"] = 100
        cell["source"] = "100"


def _delete_tests(notebook: dict[str, Any]) -> None:
    doomed = _tests(notebook)
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in doomed]


def _duplicate(notebook: dict[str, Any]) -> None:
    for cell in _tests(notebook):
        twin = copy.deepcopy(cell) | {"source": "3", "id": f"twin-{cell['id']}"}
        notebook["cells"].insert(0, twin)
        notebook["cells"].append(copy.deepcopy(twin) | {"id": f"third-{cell['id']}"})


def _retag(notebook: dict[str, Any]) -> None:
    for cell in _tests(notebook):
        cell["metadata"]["nbgrader"] |= {"solution": True, "locked": False}
        cell["source"] = "2"
    for cell in _solutions(notebook):
        cell["metadata"]["nbgrader"] |= {"grade": True, "points": 5, "solution": False, "locked": True}


def _change_ids(notebook: dict[str, Any]) -> None:
    tests, solutions = _tests(notebook), _solutions(notebook)
    for test, solution in zip(tests, solutions, strict=False):
        theirs, mine = test["metadata"]["nbgrader"], solution["metadata"]["nbgrader"]
        theirs["grade_id"], mine["grade_id"] = mine["grade_id"], theirs["grade_id"]
        solution["source"] = "2"


CASES = [
    Attack(
        "edited-points", "points", "edited points", "writes 100 points into the test cells", *_metadata(_edit_points)
    ),
    Attack(
        "deleted-cells",
        "points",
        "deleted or duplicated or retagged cells",
        "hands in a notebook without test cells",
        *_metadata(_delete_tests),
    ),
    Attack(
        "duplicated-cells",
        "points",
        "deleted or duplicated or retagged cells",
        "puts twins of the test cells, which show a number, before and after them",
        *_metadata(_duplicate),
    ),
    Attack(
        "retagged-cells",
        "points",
        "deleted or duplicated or retagged cells",
        "tags tests as solutions and solutions as tests",
        *_metadata(_retag),
    ),
    Attack(
        "changed-ids",
        "points",
        "changed cell ids",
        "swaps the ids of test cells and solution cells",
        *_metadata(_change_ids),
    ),
]
