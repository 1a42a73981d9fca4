"""Cells that jobs share are run once; what one job does there, and what it is made of, no other job sees."""

from __future__ import annotations

import dataclasses
import os
import signal

import pytest

from grader.sandbox.jobs import LessonContext, Limits, Run, WorkerDied
from grader.sandbox.sandbox import Sandbox
from tests.grader.sandbox.conftest import job, needs_bubblewrap


def text(run: Run, cell: str = "c1") -> str:
    """Return what a cell showed, as text."""
    return "".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "") or output.get("evalue", "")
        for output in run.outputs[cell]
    )


def test_they_are_run_once_and_give_what_they_would_have_given(run) -> None:
    cells = (
        "import time, os\nstarted = time.time_ns()\nprint('một')\nos.environ['A'] = 'b'\nopen('x').read()",
        "started",
    )
    options = {"files": {"x": "nội dung".encode()}}
    alone = run(*cells, **options)
    first, second = (run(*cells, shared=1, **options) for _ in range(2))
    assert alone.outputs["c0"] == first.outputs["c0"] == second.outputs["c0"]
    assert text(first, "c0").endswith("'nội dung'")
    assert text(first) == text(second) != text(alone)


def test_a_job_leaves_nothing_for_the_next(run) -> None:
    shared = "table = {'a': 1}\nimport json, os"
    spoil = (
        "table['a'] = 2\njson.loads = None\nopen('left', 'w').close()\nopen('/tmp/left', 'w').close()\nos.chdir('/')"
    )
    run(shared, spoil, shared=1)
    seen = run(shared, "table, json.loads('1'), os.listdir('.'), 'left' in os.listdir('/tmp'), os.getcwd()", shared=1)
    assert text(seen) == "({'a': 1}, 1, [], False, '/home/hoc')"


def test_an_error_in_them_is_shown_in_every_job(run) -> None:
    for _ in range(2):
        done = run("1 / 0", "2", shared=1)
        assert text(done, "c0") == "division by zero" and text(done) == "2" and done.state == "finished"


def test_other_files_or_another_audience_are_other_cells(run) -> None:
    read = "seen = open('x').read()"
    assert [text(run(read, "seen", files={"x": content}, shared=1)) for content in (b"1", b"2")] == ["'1'", "'2'"]


def test_random_numbers_are_each_jobs_own_but_for_a_chosen_seed(run) -> None:
    draw = "import random, numpy\n(random.random(), numpy.random.rand())"
    assert text(run("x = 1", draw, shared=1)) != text(run("x = 1", draw, shared=1))
    seeded = "import random, numpy\nrandom.seed(7); numpy.random.seed(7)"
    assert text(run(seeded, draw, shared=1)) == text(run(seeded, draw, shared=1)) == text(run(seeded, draw))


def test_answers_given_in_them_are_handed_over_in_every_job(run) -> None:
    asked = (
        "from course import Lesson\nlesson = Lesson('level1/01')\nlesson.task('q1', 'Mấy?', wants='number')\n"
        "lesson.task('q2', 'Mấy?', wants='number')\nlesson.answer('q1', 3)"
    )
    for number in (4, 5):
        done = run(asked, f"lesson.answer('q2', {number})", lesson=LessonContext("level1/01", "can-bo"), shared=1)
        assert {id: value["number"] for id, value in done.answers.items()} == {"q1": 3, "q2": number}


def test_more_lessons_than_are_kept(run) -> None:
    for _ in range(2):
        assert [text(run(f"x = {number}", "x", shared=1)) for number in range(15)] == [str(n) for n in range(15)]


def test_what_others_wrote_is_not_in_memory(run) -> None:
    """Not even as leftovers: the process that jobs are forked from never reads a learner's part."""
    secret = "bai" + "-lam-" + "cua-nguoi-khac"
    for _ in range(3):
        run("x = 1", f"'{secret}' * 5000 and None", shared=1)
        run(f"'{secret}' * 5000 and None")
    search = (
        "import re\nfound = 0\n"
        "for line in open('/proc/self/maps'):\n"
        "    place, rights = line.split()[:2]\n"
        "    if rights.startswith('rw'):\n"
        "        start, end = (int(part, 16) for part in place.split('-'))\n"
        "        with open('/proc/self/mem', 'rb', 0) as memory:\n"
        "            memory.seek(start)\n"
        "            found += len(re.findall(rb'bai-la[m]-cua-nguoi', memory.read(end - start) or b''))\n"
        "found"
    )
    assert int(text(run(f"mine = '{secret}'", search))) > 0, "the search must be able to find something"
    for shared in (0, 1):
        assert text(run("x = 1", search, shared=shared)) == "0"


def test_limits_hold_in_them_too(run) -> None:
    limits = Limits(wall_s=1.0)
    done = run("x = 1", "while True: pass", shared=1, limits=limits)
    assert done.state == "timeout"
    assert text(run("x = 1", "x", shared=1, limits=limits)) == "1"


def test_what_other_jobs_have_used_does_not_count(run) -> None:
    """The process kept for shared cells gathers the time of its jobs; one that is not forked from it must live."""
    limits = Limits(cpu_s=1.5)
    busy = "import time\nend = time.process_time() + 0.7\nwhile time.process_time() < end: pass"
    for _ in range(3):
        assert run("x = 1", busy, shared=1, limits=limits).state == "finished"
    assert run("import time\ntime.sleep(0.3)", limits=limits).state == "finished"


@needs_bubblewrap
def test_a_second_sandbox_beside_the_first() -> None:
    with Sandbox(preload=("json",)) as first:
        second = first.beside()
        assert first._worker.process_id == second._worker.process_id
        for one in (first, second, first):
            assert text(one.run(job("x = 1", "x", shared=1))) == "1"
        second.__exit__()
        assert text(first.run(job("1", "x = 3\nx", shared=0))) == "3"
        third = first.beside()
        os.kill(first._worker.process_id, signal.SIGKILL)
        for one in (first, third):
            with pytest.raises(WorkerDied):
                one.run(job("1"))
            assert text(one.run(job("1")), "c0") == "1"
        third.__exit__()


@needs_bubblewrap
def test_without_a_sandbox_each_job_runs_all_its_cells() -> None:
    with Sandbox("none", preload=("json",)) as sandbox:
        shared = dataclasses.replace(job("import time\nnow = time.time_ns()", "now"), shared=1)
        assert text(sandbox.run(shared)) != text(sandbox.run(shared))
