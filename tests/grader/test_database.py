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
from sqlalchemy import create_engine

from course.answers import Answer
from grader.database import Database, DatabaseBusy, GradedAttempt, RecordTooLarge, open_database
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


def attempt(receipt: str, points: float, seconds: float, **fields) -> GradedAttempt:
    at = T0 + timedelta(seconds=seconds)
    usual = {"class_id": "lop1", "learner": "hoa", "lesson": KEY, "max_points": 10, "questions": [{"id": "q1"}]}
    return GradedAttempt(**usual | {"receipt": receipt, "points": points, "submitted_at": at, "graded_at": at} | fields)


def submission(receipt: str, **fields) -> dict:
    usual = {"class_id": "lop1", "learner": "hoa", "lesson": KEY, "version": 1, "at": T0, "sha256": "0" * 64}
    return usual | {"receipt": receipt} | fields


def counted(database: Database) -> list[tuple]:
    return [(row.receipt, row.points, row.attempts, row.first_submitted_at) for row in database.results()]


@pytest.mark.parametrize(("counts", "receipt", "points"), [("best", "newest-of-equals", 9), ("last", "last", 5)])
def test_does_the_best_or_the_last_attempt_count_in_whatever_order_they_are_graded(database, counts, receipt, points):
    attempts = [attempt("last", 5, 90), attempt("first", 9, 0), attempt("newest-of-equals", 9, 60), attempt("b", 3, 30)]
    database.save_attempts(attempts[:1], counts)
    database.save_attempts(attempts[1:], counts)
    assert counted(database) == [(receipt, points, 4, T0)]
    assert [row.receipt for row in database.attempts(learner="hoa")] == ["first", "b", "newest-of-equals", "last"]


def test_does_grading_again_replace_the_attempt_and_choose_anew(database):
    database.save_attempts([attempt("a", 4, 0), attempt("b", 9, 60, message="dừng giữa chừng")], "best")
    again = attempt("b", 2, 60, graded_with="key-2")
    assert database.counting([again], "best") == {("lop1", "a")}, "its scores were never the ones in the gradebook"
    assert counted(database) == [("b", 9, 2, T0)], "counting() writes nothing"
    database.save_attempts([again], "best")
    assert counted(database) == [("a", 4, 2, T0)]
    assert [(row.points, row.graded_with) for row in database.attempts()] == [(4, ""), (2, "key-2")]


def test_is_only_what_counts_written_to_the_gradebook(database):
    database.save_attempts([attempt("good", 9, 0)], "best")
    batch = [attempt("worse", 3, 60), attempt("sen-1", 2, 0, learner="sen"), attempt("sen-2", 7, 5, learner="sen")]
    assert database.counting(batch, "best") == {("lop1", "sen-2")}
    assert database.counting(batch, "last") == {("lop1", "worse"), ("lop1", "sen-2")}


def test_are_classes_and_lessons_kept_apart(database):
    database.save_attempts(
        [attempt("a", 1, 0), attempt("a", 2, 0, class_id="lop2"), attempt("c", 3, 9, lesson="ps1")], "best"
    )
    assert [(row.class_id, row.lesson, row.points) for row in database.results()] == [
        ("lop1", KEY, 1),
        ("lop1", "ps1", 3),
        ("lop2", KEY, 2),
    ]


def test_are_two_thousand_written_at_once(database):
    names = [f"hv{number:04}" for number in range(2000)]
    database.add_submissions([submission(name, learner=name) for name in names])
    attempts = [attempt(name, 5, 0, learner=name) for name in names]
    assert len(database.counting(attempts, "best")) == 2000
    database.save_attempts(attempts, "best")
    assert set(database.settled("lop1").values()) == {"graded"}
    assert len(database.settled()) == len(database.results(class_id="lop1")) == 2000


def test_is_a_receipt_noted_once_and_graded_with_its_attempt(database):
    database.add_submissions([submission("a"), submission("a"), submission("b", at=T0 - timedelta(days=1))])
    assert [row.state for row in database.submissions(class_id="lop1")] == ["grading", "grading"]
    assert database.settled() == {}
    database.save_attempts([attempt("a", 4, 0, message="dừng giữa chừng")], "best")
    database.set_submission_state("b", "lop1", "set_aside", "đã dừng")
    latest = database.latest_submission("hoa", KEY)
    assert (latest.state, latest.message) == ("graded", "dừng giữa chừng")
    assert database.settled("lop1") == {("lop1", "a"): "graded", ("lop1", "b"): "set_aside"}
    assert database.settled("lop2") == {}


def test_is_another_hash_than_the_one_received_noticed(database):
    database.add_submissions([submission("a", sha256="a" * 64)])
    assert database.tampered("a", "lop1", "b" * 64)
    assert not database.tampered("a", "lop1", "a" * 64)
    assert not database.tampered("never-noted", "lop1", "b" * 64)
    assert database.received_hashes([("lop1", "a"), ("lop2", "a")]) == {("lop1", "a"): "a" * 64}


FIRST_VERSION = """
CREATE TABLE learners (name VARCHAR(255) NOT NULL PRIMARY KEY, display_name VARCHAR, audience VARCHAR(40),
    created_at {moment} NOT NULL);
CREATE TABLE submissions (receipt VARCHAR(64) NOT NULL, class_id VARCHAR(100) NOT NULL,
    learner VARCHAR(255) NOT NULL REFERENCES learners (name), lesson VARCHAR(20) NOT NULL, version INTEGER NOT NULL,
    at {moment} NOT NULL, sha256 VARCHAR(64) NOT NULL, state VARCHAR(10) NOT NULL, message VARCHAR NOT NULL,
    PRIMARY KEY (receipt, class_id));
CREATE TABLE results (class_id VARCHAR(100) NOT NULL, learner VARCHAR(255) NOT NULL REFERENCES learners (name),
    lesson VARCHAR(20) NOT NULL, receipt VARCHAR(64) NOT NULL, points FLOAT NOT NULL, max_points FLOAT NOT NULL,
    questions JSON NOT NULL, submitted_at {moment} NOT NULL, graded_at {moment} NOT NULL,
    first_submitted_at {moment} NOT NULL, PRIMARY KEY (class_id, learner, lesson));
INSERT INTO learners VALUES ('hoa', 'Hoa', 'nong-dan', '2026-11-20 03:00:00');
INSERT INTO submissions VALUES ('old', 'lop1', 'hoa', 'level1/01', 3, '2026-11-21 03:00:00', 'ab', 'graded', '');
INSERT INTO results VALUES ('lop1', 'hoa', 'level1/01', 'old', 8.0, 10.0, '[]', '2026-11-21 03:00:00',
    '2026-11-21 03:00:01', '2026-11-20 03:00:00')
"""


@pytest.mark.parametrize("url", URLS)
def test_is_a_database_of_the_first_version_brought_up_to_date_with_all_that_is_in_it(url, tmp_path):
    url = f"sqlite:///{tmp_path}/learn.db" if url == "sqlite" else url
    engine = create_engine(url)
    moment = "DATETIME" if engine.dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    with engine.begin() as connection:
        for statement in FIRST_VERSION.format(moment=moment).split(";"):
            connection.exec_driver_sql(statement)
    for _ in range(2):  # the second opening finds nothing to do
        database = open_database(url)
        assert counted(database) == [("old", 8, 1, datetime(2026, 11, 20, 3, 0, tzinfo=UTC))]
        assert [row.receipt for row in database.attempts()] == ["old"]
        database.close()
    database = open_database(url)
    long_name = "bai-tap-cuoi-khoa-cua-lop-tin-hoc"  # longer than a lesson's key could be
    database.save_attempts([attempt("new", 6, 0), attempt("classic", 1, 0, lesson=long_name)], "best")
    assert [(row.receipt, row.attempts) for row in database.results()] == [("classic", 1), ("old", 2)]
    Base.metadata.drop_all(database.engine)
    database.close()
    engine.dispose()


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
