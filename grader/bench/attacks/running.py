"""Making the attacks: all of them, against one grader or both, each grader in a process of its own.

``python -m grader.bench.attacks.running ours`` makes the attacks against one side and writes a line of JSON for each.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Literal

from grader.bench.attacks import (
    bombs,
    broken_files,
    changed_cells,
    claims,
    damage,
    fairness,
    handed_in,
    leaks,
    people,
    points,
)
from grader.bench.attacks.attack import Attack
from grader.bench.attacks.ground import Ground
from grader.bench.attacks.ours import Ours
from grader.bench.attacks.stock import Stock

Side = Literal["ours", "stock"]
CASES: list[Attack] = [
    case
    for module in (points, changed_cells, leaks, damage, bombs, handed_in, broken_files, people, claims, fairness)
    for case in module.CASES
]


@dataclass(frozen=True)
class Made:
    """An attack that was made.

    Attributes
    ----------
    gained
        What it gained; empty when it failed.
    fault
        Why it could not be made: a fault of the case or of the bench, never counted as an attack that failed.
    """

    id: str
    side: Side
    gained: str = ""
    fault: str = ""


@contextmanager
def our_grader(folder: Path) -> Iterator[Ours]:
    """Put this grader up in a folder to be attacked."""
    ground = Ground(folder)
    try:
        ours = Ours(ground)
        try:
            yield ours
        finally:
            ours.close()
    finally:
        ground.close()


@contextmanager
def stock_grader(folder: Path) -> Iterator[Stock]:
    """Put stock nbgrader up in a folder to be attacked."""
    ground = Ground(folder)
    try:
        yield Stock(ground)
    finally:
        ground.close()


def against_ours(case: Attack, ours: Ours) -> str:
    """Make an attack; return what it gained, also in what it left behind.

    Raises
    ------
    NotTried
        When it could not be made.
    """
    gained = case.ours(ours)
    return "; ".join(one for one in (gained, ours.aftermath()) if one)


def against_stock(case: Attack, stock: Stock) -> str:
    """Make an attack against stock nbgrader; return what it gained."""
    assert case.stock is not None
    gained = case.stock(stock)
    stock.ground.left_alive()
    stock.ground.written_outside()
    return gained


def run_all(told: Callable[[str], None]) -> dict[str, Any]:
    """Make all attacks against both graders at once; return the object that ``--json`` prints.

    Parameters
    ----------
    told
        Called with a case's id whenever one was made against one of them.
    """
    made: list[Made] = []

    def listen(side: Side) -> None:
        command = [sys.executable, "-m", "grader.bench.attacks.running", side]
        with (
            tempfile.TemporaryFile("w+") as errors,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
        ):
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    one = Made(**json.loads(line))
                    made.append(one)
                    told(one.id)
            finally:
                process.terminate()
            if process.wait() not in (0, -15):
                errors.seek(0)
                made.append(Made("the bench itself", side, fault=errors.read()[-800:]))

    threads = [Thread(target=listen, args=[side]) for side in ("ours", "stock")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return as_object(made)


def count() -> int:
    """Return how many attacks are made in all, both graders together."""
    return len(CASES) + sum(case.stock is not None for case in CASES)


def as_object(made: list[Made]) -> dict[str, Any]:
    """Put what came of the attacks into one object."""
    found = {(one.id, one.side): one for one in made}
    table = []
    for case in CASES:
        row: dict[str, Any] = {"id": case.id, "kind": case.kind, "row": case.row, "tries": case.tries}
        for side in ("ours", "stock"):
            one = found.get((case.id, side))
            if case.stock is None and side == "stock":
                row[side] = None
            else:
                row[side] = one.gained if one and not one.fault else None
        table.append(row)
    return {
        "cases": len(CASES),
        "succeeded": [row["id"] for row in table if row["ours"]],
        "stock_cases": sum(case.stock is not None for case in CASES),
        "stock_succeeded": [row["id"] for row in table if row["stock"]],
        "not_tried": {f"{one.id} ({one.side})": one.fault for one in made if one.fault}
        | {
            f"{case.id} ({side})": "no answer"
            for case in CASES
            for side in ("ours", "stock")
            if (case.id, side) not in found and (side == "ours" or case.stock is not None)
        },
        "table": table,
    }


def _main(side: Side) -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    # nbgrader and kernels write to stdout what is not ours: results go to a descriptor that they do not know.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory(prefix="bdhai-attacks-") as folder:
        put_up = our_grader if side == "ours" else stock_grader
        make: Callable[[Attack, Any], str] = against_ours if side == "ours" else against_stock
        with put_up(Path(folder) / side) as grader:
            for case in CASES:
                if side == "stock" and case.stock is None:
                    continue
                try:
                    made = Made(case.id, side, make(case, grader))
                except Exception:
                    made = Made(case.id, side, fault=traceback.format_exc()[-600:])
                lines.write(json.dumps(made.__dict__, ensure_ascii=False) + "\n")
                lines.flush()


if __name__ == "__main__":
    _main("stock" if sys.argv[1:] == ["stock"] else "ours")
