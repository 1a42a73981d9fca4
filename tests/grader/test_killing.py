"""Processes are killed at random moments while 2,000 submissions are graded: is each counted, and counted once?"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook

from course.answers import AnswerRecord
from grader.class_directory import course_directory
from grader.grading import database_of
from grader.inbox import accept, read, submission_files
from grader.specimens import read_specimens

COUNT, KILLS = 2000, 8
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def inbox(ready_class):
    """Two thousand submissions, right ones and blank ones; the process that accepts the last ones is killed, too."""
    right, blank = read_specimens("level1/01", "nong-dan")[0].record, AnswerRecord(lesson="level1/01")
    for number in range(COUNT - 50):
        accept(ready_class, "thu", f"hv{number:04}", right if number % 2 else blank)
    return ready_class


ACCEPT = """
import sys
from grader.inbox import accept
from grader.specimens import read_specimens
from grader.workspace import Workspace
record = read_specimens("level1/01", "nong-dan")[0].record
for number in range(int(sys.argv[1]), 100000):
    print(accept(Workspace.from_environment(), "thu", f"hv{number:04}", record).receipt, flush=True)
"""


def environment(workspace):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "BDHAI_STATE": str(workspace.state), "BDHAI_LESSONS": str(workspace.lessons), "PATH": path}


def accept_until_killed(workspace, first):
    """Return the receipts that were given out before the process was killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", ACCEPT, str(first)],
        env=environment(workspace),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    receipts = [process.stdout.readline().strip() for _ in range(50)]
    process.kill()
    rest, _ = process.communicate()
    return receipts + rest.split()


def grade(workspace):
    command = [sys.executable, "-m", "grader.cli", "grade", "thu", "--workers", "2"]
    return subprocess.Popen(
        command,
        env=environment(workspace),
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_nothing_is_lost_and_nothing_counted_twice(inbox):
    chance = random.Random(20261124)
    receipts = accept_until_killed(inbox, COUNT - 50)
    assert {path.stem for path in submission_files(inbox, "thu")} >= set(receipts)
    database = database_of(inbox)
    kills, command = 0, grade(inbox)
    deadline = time.monotonic() + 400
    while time.monotonic() < deadline:
        if command.poll() is not None:
            if command.returncode == 0:
                break
            command = grade(inbox)
        # The first kill comes when results are being written; the others whenever they come.
        if kills < KILLS and (kills or database.results(class_id="thu")):
            time.sleep(chance.uniform(0.05, 1.5))
            kills += kill_one(command.pid, chance)
        else:
            time.sleep(0.2)
    assert command.poll() == 0, "grading did not come to its end"
    assert kills == KILLS
    files = list(submission_files(inbox, "thu"))
    expected = {path.stem: read(path) for path in files}
    attempts = database.attempts(class_id="thu")
    assert sorted(row.receipt for row in attempts) == sorted(expected)
    results = {row.learner: row for row in database.results(class_id="thu")}
    assert len(results) == len(expected) >= COUNT
    with Gradebook(course_directory(inbox, "thu").db_url) as gradebook:
        scores = {one["student"]: one["score"] for one in gradebook.submission_dicts("level1")}
    assert set(scores) == set(results)
    for submission in expected.values():
        row = results[submission.learner]
        assert row.points == (row.max_points if submission.record.answers else 0)
        assert scores[submission.learner] == pytest.approx(row.points)
        autograded = inbox.class_directory("thu") / "autograded" / submission.learner / "level1"
        assert (autograded / "timestamp.txt").exists()
    database.close()


def kill_one(pid, chance):
    """Kill the command itself, or one of the processes below it, at random; tell whether one was hit."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        victim = chance.choice(family)
        os.kill(victim.pid, signal.SIGKILL)
    except (psutil.Error, ProcessLookupError):
        return 0
    return 1
