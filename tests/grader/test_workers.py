"""Dask's workers: do they judge as this process does, survive deaths, set killers aside, and let no stranger in?"""

import asyncio
import os
import signal
from dataclasses import replace

import pytest

from course.answers import AnswerRecord
from grader.inbox import accept
from grader.judged import Judged
from grader.pipeline import SetAside
from grader.sandbox.jobs import CodeCell, Job, Limits
from grader.sandbox.sandbox import missing_sandbox
from grader.specimens import read_specimens
from grader.worker import WorkerSettings, close_worker, judge_many, run_many
from grader.workers import DaskWorkers, HereWorkers
from grader.workspace import Workspace
from tests.grader.conftest import REPOSITORY


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return WorkerSettings(Workspace(tmp_path_factory.mktemp("workers") / "state", REPOSITORY))


@pytest.fixture(scope="module")
def workers(settings):
    workers = DaskWorkers(settings, count=2)
    yield workers
    workers.close()


@pytest.fixture(scope="module")
def submissions(settings):
    kinds = [*read_specimens("level1/01", "nong-dan")[2], read_specimens("level1/01", "nong-dan")[0]]
    return [
        accept(settings.workspace, "thu", f"hv{number}", kinds[number % len(kinds)].record) for number in range(150)
    ]


def earned(outcomes):
    found = {}
    for outcome in outcomes:
        assert isinstance(outcome, Judged)
        found[outcome.submission.receipt] = [(one.grade_id, one.points, one.reasons) for one in outcome.verdicts]
    return found


def test_they_judge_as_this_process_does(settings, workers, submissions):
    assert earned(workers.judge(submissions)) == earned(HereWorkers(settings).judge(submissions))


def test_a_worker_that_is_killed_loses_no_submission(workers, submissions):
    outcomes = {}
    pids = list(workers.client.run(os.getpid).values())
    for number, outcome in enumerate(workers.judge(submissions)):
        if number == 10:
            os.kill(pids[0], signal.SIGKILL)
        assert outcome.submission.receipt not in outcomes
        outcomes[outcome.submission.receipt] = outcome
    assert set(outcomes) == {submission.receipt for submission in submissions}
    assert all(isinstance(outcome, Judged) for outcome in outcomes.values())


def test_one_that_kills_its_worker_twice_is_set_aside_and_the_others_are_judged(workers, submissions, monkeypatch):
    killer = submissions[5].receipt
    monkeypatch.setattr("grader.workers.judge_many", KillingJudge(killer))
    outcomes = {outcome.submission.receipt: outcome for outcome in workers.judge(submissions)}
    assert len(outcomes) == len(submissions)
    aside = {receipt for receipt, outcome in outcomes.items() if isinstance(outcome, SetAside)}
    assert aside == {killer}
    assert "hai lần" in outcomes[killer].reason
    [after] = workers.judge([submissions[6]])
    assert isinstance(after, Judged)


class KillingJudge:
    """Judges, but dies with its whole process at one submission, as no learner's code should be able to."""

    __name__ = "killing_judge"

    def __init__(self, receipt):
        self.receipt = receipt

    def __call__(self, settings, submissions):
        if any(submission.receipt == self.receipt for submission in submissions):
            os.kill(os.getpid(), signal.SIGKILL)
        return judge_many(settings, submissions)


def test_one_alone_is_judged_without_waiting_for_it(workers, submissions):
    outcome = workers.start(submissions[0]).result(timeout=60)
    assert isinstance(outcome, Judged)
    assert outcome.submission == submissions[0]


def test_a_stranger_on_this_machine_cannot_use_the_cluster(workers):
    """Learners' own servers reach loopback; a scheduler that let them in would run their code as the grader."""
    import distributed

    address = workers.client.scheduler.address
    assert address.startswith("tls://127.0.0.1:")

    async def knock(where):
        async with distributed.Client(where, asynchronous=True, timeout="3s"):
            return "let in"

    for where in (address, address.replace("tls://", "tcp://")):
        with pytest.raises((OSError, TypeError, ValueError, TimeoutError)):
            asyncio.run(knock(where))


def test_a_blank_submission_is_judged_too(workers, settings):
    blank = accept(settings.workspace, "thu", "trong", AnswerRecord(lesson="level1/01"))
    [outcome] = workers.judge([blank])
    assert outcome.points == 0


@pytest.mark.skipif(bool(missing_sandbox()), reason=f"no sandbox here: {missing_sandbox()}")
def test_an_operators_limits_stand_in_place_of_a_jobs_own(settings):
    tight = replace(settings, limits=Limits(wall_s=1.0))
    job = Job((CodeCell("c", "import time\ntime.sleep(30)"),), limits=Limits(wall_s=60))
    try:
        [run] = run_many(tight, [job])
    finally:
        close_worker(tight)
    assert run.state == "timeout"
