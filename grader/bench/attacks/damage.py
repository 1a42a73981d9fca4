"""Damage by running code: the gradebook, the machine, the queue."""

from __future__ import annotations

from grader.bench.attacks.attack import Attack, gains
from grader.bench.attacks.bombs import queue
from grader.bench.attacks.notebooks import HONEST
from grader.bench.attacks.ours import Ours
from grader.bench.attacks.stock import CLASSIC, OTHER, Stock

_WRITE_GRADEBOOK = """
import pathlib, sqlite3
for path in {paths!r} + [str(p / "gradebook.db") for p in pathlib.Path.cwd().parents]:
    if pathlib.Path(path).is_file():
        with sqlite3.connect(path, timeout=2) as gradebook:
            gradebook.execute("update grade set manual_score = 0, auto_score = 0")
"""
_OUTLIVES = """
import os, subprocess, sys
subprocess.Popen({sleeper}, start_new_session=True, stdin=-3, stdout=-3, stderr=-3)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 64)
        os.execv(sys.executable, {sleeper})
    os._exit(0)
"""


def _write_gradebook(ours: Ours) -> str:
    source = _WRITE_GRADEBOOK.format(
        paths=[str(ours.directory / "gradebook.db"), f"/proc/1/root{ours.directory}/gradebook.db"]
    )
    ours.code({"q1-code": source})
    ours.classic({"tong": source})
    now = ours.points_of("lan")
    return "" if now == ours.others_points else f"another learner has {now} points now"


def _write_gradebook_stock(stock: Stock) -> str:
    stock.classic({"tong": _WRITE_GRADEBOOK.format(paths=[])})
    now = stock.points_of(OTHER)
    stock.autograde(CLASSIC, OTHER)
    return "" if now == stock.others_points else f"another learner has {now:g} points now"


def _exit(ours: Ours) -> str:
    tried = ours.code({"q1-code": HONEST["q1-code"], "q2-code": "import os\nos._exit(0)"})
    return gains("nobody is told" if not tried.told else "", "points" if tried.questions.get("q2") else "")


def _outlives(ours: Ours) -> str:
    source = _OUTLIVES.format(sleeper=ours.ground.sleeper())
    ours.code({"q1-code": source})
    ours.classic({"tong": source})
    return ours.ground.left_alive()


def _outlives_stock(stock: Stock) -> str:
    stock.classic({"tong": _OUTLIVES.format(sleeper=stock.ground.sleeper())})
    return stock.ground.left_alive()


_PICKLE = """
import os, pickle
class Bomb:
    def __reduce__(self):
        return (open, ({target!r}, "w"))
    __array__ = None
bomb = pickle.dumps(Bomb())
for number in range(3, 64):
    try: os.write(number, bomb + b"\\n")
    except OSError: pass
for name in ("answers", "result", "record", "run"):
    for suffix in ("pkl", "json", "pickle"):
        open(f"{{name}}.{{suffix}}", "wb").write(bomb)
lesson.answer("q1", Bomb())
lesson.answer("q2", [Bomb()])
"""


def _pickles(ours: Ours) -> str:
    target = ours.ground.outside / "unpickled"
    tried = ours.code({"q1-code": _PICKLE.format(target=str(target))})
    if tried.state == "delayed":
        return "it is still waiting"
    return ours.ground.written_outside() or ("points" if tried.points else "")


_FORGE = """
import json, os
forged = json.dumps({"id": "q1-code", "outputs": [], "answers": {"q1": {"kind": "number", "number": 1}, "q3":
    {"kind": "choice", "picked": ["C"]}}, "state": "finished", "done": True, "learner": "lan", "points": 8})
for number in range(3, 64):
    for text in (forged, "[" * 50_000, '{"cell": "q3", "points": 1e999}', "\\ud800", "\\0\\xff"):
        try: os.write(number, text.encode("utf-8", "surrogatepass") + b"\\n")
        except OSError: pass
"""


def _forged_results(ours: Ours) -> str:
    tried = ours.code({"q1-code": _FORGE})
    return f"{tried.points:g} points" if tried.points else ("it is still waiting" if tried.state == "delayed" else "")


CASES = [
    Attack(
        "write-gradebook",
        "damage",
        "writing the gradebook",
        "sets the points of the whole class to 0",
        _write_gradebook,
        _write_gradebook_stock,
    ),
    Attack(
        "os-exit",
        "damage",
        "os._exit",
        "ends its process in the middle of grading",
        _exit,
        queue("import os\nos._exit(0)", 60),
    ),
    Attack(
        "outlives-grading",
        "damage",
        "a process that outlives its grading",
        "leaves processes in sessions of their own behind",
        _outlives,
        _outlives_stock,
    ),
    Attack(
        "pickles",
        "damage",
        "unpickling anything that a learner's process wrote",
        "writes pickles that open a file to every descriptor and hands them over as answers",
        _pickles,
    ),
    Attack(
        "forged-results-pipe",
        "damage",
        "unpickling anything that a learner's process wrote",
        "writes results of its own, and rubbish, into the pipe that brings results out",
        _forged_results,
    ),
]
