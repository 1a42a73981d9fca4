"""The learn database: merging, results, and what it says when it cannot write.

Set ``BDHAI_TEST_DATABASE_URL`` to an empty PostgreSQL database to run the same tests on it too.
"""

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from course.answers import Answer
from grader.database import Database, DatabaseBusy, RecordTooLarge, open_database
from grader.database_tables import Base

KEY = "level1/01"
T0 = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
URLS = ["sqlite", *filter(None, [os.environ.get("BDHAI_TEST_DATABASE_URL")])]


@pytest.fixture(params=URLS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/learn.db" if request.param == "sqlite" else request.param
    opened = open_database(url)
    yield opened
    if request.param != "sqlite":
        Base.metadata.drop_all(opened.engine)
    opened.close()


def text(words: str, seconds: float = 0) -> Answer:
    value = {"kind": "text", "text": words}
    return Answer.model_validate({"value": value, "audience": "nong-dan", "at": T0 + timedelta(seconds=seconds)})


def test_does_the_later_answer_stand_whichever_comes_first(database):
    database.merge_answers("hoa", KEY, {"q1": text("sau", 5)})
    record = database.merge_answers("hoa", KEY, {"q1": text("trước", 1), "q2": text("hai", 1)})
    assert {id: answer.value.text for id, answer in record.answers.items()} == {"q1": "sau", "q2": "hai"}
    assert record.version == 2
    assert database.record("hoa", KEY) == record


def test_do_many_devices_at_a_time_lose_nothing(database):
    with ThreadPoolExecutor(8) as devices:
        list(devices.map(lambda n: database.merge_answers("hoa", KEY, {f"q{n}": text(str(n))}), range(40)))
    record = database.record("hoa", KEY)
    assert {id: answer.value.text for id, answer in record.answers.items()} == {f"q{n}": str(n) for n in range(40)}
    assert record.version == 40


def test_is_a_record_over_its_limit_refused_whole(database):
    for number in range(11):
        database.merge_answers("hoa", KEY, {f"q{number}": text("x" * 18_000)})
    with pytest.raises(RecordTooLarge, match="lesson"):
        database.merge_answers("hoa", KEY, {"q12": text("x" * 18_000), "q13": text("ngắn")})
    assert "q13" not in database.record("hoa", KEY).answers


def test_are_learners_kept_apart(database):
    database.merge_answers("hoa", KEY, {"q1": text("của Hoa")})
    assert database.record("sen", KEY).answers == {}
    assert database.records("hoa")[KEY].answers["q1"].at == T0


def result(receipt: str, points: float, seconds: float) -> dict:
    at = T0 + timedelta(seconds=seconds)
    return {
        **{"class_id": "lop1", "learner": "hoa", "lesson": KEY, "receipt": receipt, "points": points},
        **{"max_points": 10, "questions": [{"id": "q1"}], "submitted_at": at, "graded_at": at},
    }


def test_does_the_newest_result_stand_and_the_first_moment_stay(database):
    database.save_result(**result("a", 4, 0))
    database.save_result(**result("b", 9, 60))
    assert database.save_result(**result("old", 1, 30)) is None
    (row,) = database.results(class_id="lop1")
    assert (row.receipt, row.points, row.first_submitted_at) == ("b", 9, T0)
    assert row.questions == [{"id": "q1"}]


def test_is_a_receipt_noted_once_and_graded_with_its_result(database):
    for _ in range(2):
        database.add_submission(
            receipt="a", class_id="lop1", learner="hoa", lesson=KEY, version=1, at=T0, sha256="0" * 64
        )
    assert [row.state for row in database.submissions(class_id="lop1")] == ["grading"]
    database.save_result(**result("a", 4, 0))
    assert database.latest_submission("hoa", KEY).state == "graded"


def test_does_one_write_wait_for_another_and_then_say_busy(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/learn.db", busy_timeout_ms=50)
    other = sqlite3.connect(tmp_path / "learn.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        database.merge_answers("hoa", KEY, {"q1": text("một")})
    other.execute("ROLLBACK")
    other.close()
    assert database.merge_answers("hoa", KEY, {"q1": text("một")}).version == 1
    database.close()


def test_does_an_error_hold_no_text_of_a_learner(database):
    """What the database complains about may be logged."""
    with pytest.raises(Exception) as failure, database.session(write=True) as session:
        from sqlalchemy import text as sql

        session.execute(sql("INSERT INTO answers (learner) VALUES (:words)"), {"words": "chuyện riêng"})
    assert "chuyện riêng" not in str(failure.value)
