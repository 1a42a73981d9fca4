"""Every limit ends the job it should, says which, keeps what came before, and leaves the sandbox fit for the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.sandbox.jobs import LessonContext, Limits

TIGHT = Limits(wall_s=20, cpu_s=10, memory_mb=600, processes=20, disk_mb=16, open_files=64, output_kb=64)
BEFORE = "print('trước')"

CASES = {
    "sleeping": ("import time\ntime.sleep(60)", {"wall_s": 0.5}, "timeout"),
    "a loop that never ends": ("while True: pass", {"cpu_s": 0.5}, "cpu"),
    "two that count together": (
        "import os\nfor _ in range(2): os.fork()\nwhile True: pass",
        {"cpu_s": 1.0},
        "cpu",
    ),
    "a deaf loop": (
        "import signal\nfor n in (2, 15, 24): signal.signal(n, signal.SIG_IGN)\n"
        "while True:\n  try:\n    while True: pass\n  except: pass",
        {"wall_s": 0.5},
        "timeout",
    ),
    "a list that grows": ("x = []\nwhile True: x.append(bytearray(10_000_000))", {}, "memory"),
    "shared memory": (
        "import mmap\nx = []\nwhile True:\n"
        "    m = mmap.mmap(-1, 50_000_000)\n    m.write(b'x' * 50_000_000)\n    x.append(m)",
        {},
        "memory",
    ),
    "memory in many processes": (
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        x = b'x' * 300_000_000\n        time.sleep(60)\ntime.sleep(60)",
        {},
        "memory",
    ),
    "a fork bomb": ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", {}, "processes"),
    "a bomb in the shell": ("!b() { b | b & }; b; sleep 30", {}, "processes"),
    "a large file": ("open('to', 'wb').write(b'x' * 40_000_000)", {}, "disk"),
    "a full folder": ("for n in range(9):\n    open(f'/tmp/{n}', 'wb').write(b'x' * 4_000_000)", {}, "disk"),
    "a flood of text": ("while True: print('x' * 1000)", {}, "output"),
    "a flood from a subprocess": ("!yes", {}, "output"),
    "a flood past Python": ("import os\nfor _ in range(100): os.system('head -c 10000 /dev/zero')", {}, "output"),
    "one huge value": ("'x' * 200_000", {}, "output"),
    "a flood of displays": ("from IPython.display import display\nwhile True: display('x' * 100)", {}, "output"),
    "a flood into the results": (
        "import os\nwhile True:\n    try: os.write(3, b'x' * 65536)\n    except OSError: break",
        {},
        "output",
    ),
    "leaving": ("import os\nos._exit(0)", {}, "died"),
    "a crash": ("import ctypes\nctypes.string_at(0)", {}, "died"),
    "closed descriptors": ("import os\nos.closerange(0, 100)", {}, "died"),
}


@pytest.mark.parametrize("name", CASES)
def test_limit(run, name: str) -> None:
    source, changed, state = CASES[name]
    outcome = run(BEFORE, source, limits=Limits(**{**TIGHT.__dict__, **changed}))
    assert outcome.state == state
    assert outcome.outputs["c0"] == [{"output_type": "stream", "name": "stdout", "text": "trước\n"}]
    assert outcome.message
    assert run("1 + 1").outputs["c0"][0]["data"]["text/plain"] == "2"


def test_open_files(run) -> None:
    outcome = run("x = [open('/dev/null') for _ in range(100)]", limits=TIGHT)
    assert outcome.state == "finished" and outcome.outputs["c0"][0]["ename"] == "OSError"


def test_killing_itself_is_no_way_out(run) -> None:
    # The first process of a namespace is deaf to its own signals: the next cells run as if nothing had been.
    outcome = run("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "1")
    assert outcome.state == "finished" and outcome.outputs["c1"][0]["data"]["text/plain"] == "1"


def test_a_cell_that_runs_out_of_memory_does_not_stop_the_next(run) -> None:
    outcome = run("x = bytearray(4_000_000_000)", "1", limits=TIGHT)
    assert outcome.state == "memory" and outcome.outputs["c0"][0]["ename"] == "MemoryError"
    assert outcome.outputs["c1"][0]["data"]["text/plain"] == "1"


LESSON = LessonContext("level1/01", "nong-dan")
ASK = "from course import Lesson\nlesson = Lesson('level1/01')\n"
ASK += "for q in ('q1', 'q2'): lesson.task(q, 'Hỏi', wants='number')"


@pytest.mark.parametrize(
    ("after", "state"),
    [
        ("1", "finished"),
        ("1 / 0", "finished"),
        ("import os\nos._exit(0)", "died"),
        ("while True: pass", "timeout"),
        ("print('x' * 10_000_000)", "output"),
    ],
)
def test_what_was_handed_over_before_is_kept(run, after: str, state: str) -> None:
    limits = Limits(wall_s=1.0)
    outcome = run(ASK, "lesson.answer('q1', 12.5)", f"lesson.answer('q2', 3)\n{after}", lesson=LESSON, limits=limits)
    assert outcome.state == state
    assert outcome.answers == {"q1": {"kind": "number", "number": 12.5}, "q2": {"kind": "number", "number": 3.0}}


def test_the_last_of_several_answers_counts_and_other_lessons_do_not(run) -> None:
    outcome = run(
        ASK,
        "lesson.answer('q1', 1); lesson.answer('q1', 2)",
        ASK.replace("level1/01", "level1/02") + "\nlesson.answer('q2', 9)",
        lesson=LESSON,
    )
    assert outcome.answers == {"q1": {"kind": "number", "number": 2.0}}


def test_nothing_of_the_outside_grows(run, sandbox) -> None:
    before = _open_descriptors()
    for _ in range(5):
        run("while True: print('x' * 1000)", limits=TIGHT)
    assert _open_descriptors() == before


def _open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_cell_that_takes_too_long_is_interrupted_and_the_next_one_runs(run) -> None:
    limits = Limits(wall_s=30, cell_s=0.5)
    outcome = run("x = 1", "import time\nprint('đang chờ')\ntime.sleep(20)\nx = 2", "x", limits=limits)
    assert outcome.state == "finished" and outcome.seconds < 15
    said, *errors = outcome.outputs["c1"]
    assert said["text"] == "đang chờ\n"
    assert [error["ename"] for error in errors] == ["KeyboardInterrupt", "CellTimeoutError"]
    assert outcome.outputs["c2"][0]["data"]["text/plain"] == "1"


def test_a_cells_time_is_its_own(run) -> None:
    limits = Limits(wall_s=30, cell_s=2.0)
    outcome = run(*["import time\ntime.sleep(0.8)"] * 4, "'xong'", limits=limits)
    assert outcome.outputs["c4"][0]["data"]["text/plain"] == "'xong'"
    assert not any(outcome.outputs[f"c{number}"] for number in range(4))


def test_a_cell_that_will_not_be_interrupted_ends_with_the_job(run) -> None:
    deaf = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"
    outcome = run(BEFORE, deaf, "1", limits=Limits(wall_s=2.0, cell_s=0.5))
    assert outcome.state == "timeout" and "c1" not in outcome.outputs and "c2" not in outcome.outputs
