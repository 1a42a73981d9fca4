"""Trying again: free at first, then with a pause, and never for what was not a try."""

from datetime import UTC, datetime, timedelta

import pytest

from course.answers import AnswerRecord
from grader.attempts import AttemptsPolicy, clock, is_same_work
from grader.database import GradedAttempt, open_database
from grader.database_tables import AttemptRow, SubmissionRow
from grader.inbox import accept
from grader.workspace import Workspace

KEY = "level1/01"
T0 = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # nine o'clock in Vietnam
POLICY = AttemptsPolicy()


def tries(*minutes: float, state: str = "graded") -> list[SubmissionRow]:
    return [
        SubmissionRow(receipt=f"r{n}", at=T0 + timedelta(minutes=minute), state=state)
        for n, minute in enumerate(minutes)
    ]


def earned(points: float) -> list[AttemptRow]:
    return [AttemptRow(points=points, max_points=10)]


def test_are_three_tries_free_and_the_fourth_after_a_pause():
    assert POLICY.next_try(tries(0, 1), earned(3)) is None
    assert POLICY.next_try(tries(0, 1, 2), earned(3)) == T0 + timedelta(minutes=12)
    assert POLICY.next_try(tries(0, 1, 2, 40), earned(3)) == T0 + timedelta(minutes=50)


def test_does_whoever_has_full_marks_never_wait():
    assert POLICY.next_try(tries(0, 1, 2, 3), earned(10)) is None


def test_is_a_refused_submission_or_the_same_one_in_two_classes_not_a_try():
    assert POLICY.next_try(tries(0, 1) + tries(2, 3, 4, state="refused")[2:], []) is None
    assert POLICY.next_try(tries(0, 1) + tries(0, 1), []) is None


def test_is_there_no_pause_where_the_operator_wants_none():
    assert AttemptsPolicy(pause_minutes=0).next_try(tries(0, 1, 2, 3, 4), []) is None


def test_are_the_seconds_counted_from_what_the_database_holds(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/learn.db")
    at = [T0, T0 + timedelta(minutes=1), T0 + timedelta(minutes=2)]
    usual = {"class_id": "lop1", "learner": "hoa", "lesson": KEY}
    database.add_submissions([usual | {"receipt": f"r{n}", "version": n, "at": at[n], "sha256": ""} for n in range(3)])
    assert POLICY.seconds_to_wait(database, "hoa", KEY, T0 + timedelta(minutes=2, seconds=0.5)) == 600
    assert POLICY.seconds_to_wait(database, "hoa", KEY, T0 + timedelta(minutes=12)) == 0
    assert POLICY.seconds_to_wait(database, "hoa", "level1/02", at[2]) == 0
    full = GradedAttempt(**usual, receipt="r1", points=5, max_points=5, questions=[], submitted_at=at[1], graded_at=T0)
    database.save_attempts([full], "best")
    assert POLICY.seconds_to_wait(database, "hoa", KEY, at[2]) == 0
    database.close()


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (T0 + timedelta(minutes=40), "9 giờ 40"),
        (T0 + timedelta(minutes=39, seconds=1), "9 giờ 40"),  # never earlier than it is true
        (T0 + timedelta(hours=1), "10 giờ"),
        (T0 + timedelta(minutes=5), "9 giờ 05"),
        (T0 + timedelta(days=1), "9 giờ ngày 25/11"),
    ],
)
def test_is_a_time_said_as_people_say_it(moment, words):
    assert clock(moment, T0) == words
    assert words in POLICY.too_soon(int((moment - T0).total_seconds()), T0)


def test_is_the_operators_choice_read_as_the_hub_reads_it(tmp_path):
    workspace = Workspace(tmp_path, tmp_path)
    assert AttemptsPolicy.of(workspace, {}) == AttemptsPolicy()
    (tmp_path / "settings.yml").write_text("counts: last\npause_minutes: 0\nport: 8111\n", "utf-8")
    assert AttemptsPolicy.of(workspace, {"BDHAI_FREE_TRIES": "5"}) == AttemptsPolicy(
        counts="last", free_tries=5, pause_minutes=0
    )
    with pytest.raises(ValueError):
        AttemptsPolicy.of(workspace, {"BDHAI_COUNTS": "worst"})


def test_is_the_same_work_known_by_its_answers_alone(tmp_path):
    workspace = Workspace(tmp_path, tmp_path)

    def record(picked: str, version: int, minute: int = 0) -> AnswerRecord:
        value = {"kind": "choice", "picked": [picked]}
        answer = {"value": value, "audience": "nong-dan", "at": T0 + timedelta(minutes=minute)}
        return AnswerRecord.model_validate({"lesson": KEY, "version": version, "answers": {"q1": answer}})

    submission = accept(workspace, "lop1", "hoa", record("B", 4))
    row = SubmissionRow(receipt=submission.receipt, class_id="lop1", learner="hoa", state="graded")
    assert is_same_work(workspace, row, record("B", 9, minute=3))
    assert not is_same_work(workspace, row, record("A", 4))
    assert not is_same_work(workspace, row, record("B", 4), notebook="{}")
    row.state = "refused"
    assert not is_same_work(workspace, row, record("B", 4))
