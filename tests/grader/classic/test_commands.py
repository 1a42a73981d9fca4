"""``bdhai autograde`` in a trainer's own course, and the pool of sandboxes behind it."""

import os
import signal

from typer.testing import CliRunner

from grader.classic.pool import SandboxPool
from grader.cli import app
from grader.sandbox.jobs import CodeCell, Job


def run(*arguments):
    return CliRunner().invoke(app, ["autograde", *map(str, arguments)])


def test_a_course_is_graded_and_who_is_refused_is_named(course, pool):
    course.submit("an")
    course.submit("binh", "import os; os._exit(0)")
    done = run(course.root, "ps1", "--workers", 1)
    assert done.exit_code == 1
    assert "1 đã chấm, 1 chưa chấm được" in done.output
    assert "binh · ps1: Mã làm chương trình tắt" in done.output
    assert course.scores("an")["test_double"] == 2.0


def test_what_has_been_graded_is_left_alone_unless_forced(course, pool):
    course.submit("an")
    assert "1 đã chấm" in run(course.root, "--workers", 1).output
    assert "1 không đổi" in run(course.root, "--workers", 1).output
    assert "1 đã chấm" in run(course.root, "--force", "--workers", 1).output


def test_a_folder_that_is_no_course_and_an_assignment_that_nobody_handed_in(course, tmp_path):
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty").exit_code == 1
    assert "Chưa có ai nộp" in run(course.root, "ps9").output


def test_a_pool_goes_on_when_a_warm_process_is_killed(pool):
    job = Job(cells=(CodeCell("a", "1 + 1"),))
    with SandboxPool(1) as own:
        assert own.run_jobs([job])[0].outputs["a"][0]["data"]["text/plain"] == "2"
        (sandbox,) = own._open
        os.kill(sandbox._worker.process_id, signal.SIGKILL)
        runs = own.run_jobs([job, job])
    assert [run.state for run in runs] == ["finished", "finished"]
