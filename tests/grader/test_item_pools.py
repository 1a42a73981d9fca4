"""Is each item of a question graded by its own key, in our judge, in stock nbgrader and in what a trainer reads?"""

from __future__ import annotations

import json
import shutil
import sqlite3

import nbformat
import pytest
from nbconvert.preprocessors import ExecutePreprocessor

from course.answers import Answer, AnswerRecord, check_value, now
from course.grades import ITEM_IS_GONE
from grader.database import open_database
from grader.judge import judge, prepare
from grader.release.execute import ReleaseError, run_lesson
from grader.release.page import build_pages
from grader.release.steps import make_steps
from grader.released import NotReleased, Released
from tests.support.pool_lesson import CHOICE_KEY, KEY, graded, pool_cells, write_pool_lesson


def record_of(**answers):
    """Make a record; each answer is a value and the item it is for."""
    given = {
        id: Answer(value=check_value(value), audience="can-bo", at=now(), item=item)
        for id, (value, item) in answers.items()
    }
    return AnswerRecord(lesson=KEY, version=1, answers=given)


def picked(letter, item):
    return {"kind": "choice", "picked": [letter]}, item


def marked(piece, item):
    return {"kind": "mark", "marked": [piece]}, item


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return write_pool_lesson(tmp_path_factory.mktemp("pool") / "level1")


@pytest.fixture(scope="module")
def prepared(source):
    return prepare(source, KEY, "can-bo")


@pytest.mark.parametrize(
    ("letter", "item", "points", "reasons"),
    [
        ("B", 1, 3, ["Vì B một."]),
        ("A", 1, 0, ["A một sai."]),
        ("A", 2, 3, ["Vì A hai."]),
        ("B", 2, 0, ["B hai sai."]),
        ("C", 3, 3, ["Vì B một."]),  # what an item leaves out it takes from the first
        ("B", 3, 0, ["Xem lại ba."]),
        ("B", 4, 0, [ITEM_IS_GONE]),
    ],
)
def test_is_each_item_graded_by_its_own_key(prepared, letter, item, points, reasons):
    verdict, _ = judge(prepared, record_of(q1=picked(letter, item)))
    assert verdict.error is None
    assert (verdict.points, verdict.reasons) == (points, reasons)


def test_does_an_item_of_a_question_without_a_pool_earn_nothing(source, tmp_path):
    cells = pool_cells()
    cells[6] = graded("q1", CHOICE_KEY.split(",\n")[0] + ")", 3)
    plain = prepare(write_pool_lesson(tmp_path, cells), KEY, "can-bo")
    assert judge(plain, record_of(q1=picked("B", 2)))[0].points == 0
    assert judge(plain, record_of(q1=picked("B", 1)))[0].points == 3


def test_does_stock_nbgrader_see_the_same(source, prepared, tmp_path):
    """Its autograde runs the notebook beside the answer file in a kernel, and reads the test cells' results."""
    record = record_of(q1=picked("A", 2), q2=marked("1", 2))
    for path in source.parent.glob("04-*"):
        shutil.copy(path, tmp_path)
    (tmp_path / "04.answers.json").write_text(record.to_json(), "utf-8")
    notebook = nbformat.read(source, 4)
    ExecutePreprocessor(timeout=60, kernel_name="python3").preprocess(notebook, {"metadata": {"path": str(tmp_path)}})
    results = {
        cell.metadata.nbgrader.grade_id: cell.outputs[-1].data["text/plain"]
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    ours = {verdict.grade_id: f"{verdict.points:g}" for verdict in judge(prepared, record)}
    assert results == ours == {"q1": "3", "q2": "0"}
    shown = [cell.outputs[0].data["text/plain"] for cell in notebook.cells if "lesson.choice" in cell.source]
    assert "Câu 1: đã chọn A. Hai A" in shown


def test_is_an_answer_described_in_the_words_of_its_item(prepared):
    _, widget = prepared.lesson.shown["q1"]
    assert widget.describe_with({"picked": ["A"]}, 2) == "Câu 1: đã chọn A. Hai A"
    assert widget.describe_with({"picked": ["A"]}, 1) == "Câu 1: đã chọn A. Một A"


def test_carries_the_page_all_items_and_no_key(source, tmp_path):
    manifest = build_pages({KEY: source}, tmp_path, audiences=["can-bo", "nong-dan"])
    page = (tmp_path / "pages" / "level1" / "04.can-bo.html").read_text("utf-8")
    data = json.loads(page.partition('id="lesson">')[2].partition("</script>")[0])
    [q1] = [spec for spec in data["widgets"] if spec["state"].get("question") == "q1"]
    assert [q1["state"]["ask"], *(item["ask"] for item in q1["pool"])] == ["Bản một?", "Bản hai?", "Bản ba?"]
    assert all(item["points"] == 3 for item in q1["pool"])
    for key in ("Vì A hai", "B hai sai", "Xem lại ba", "Ba đúng rồi"):
        assert key not in page
    assert not any({"right", "reasons"} & set(item) for item in [q1["state"], *q1["pool"]])
    [p1] = [spec for spec in data["widgets"] if spec["state"].get("question") == "p1"]
    assert p1["pool"][0]["right"] == ["B"]  # practice answers on the page
    listed = {question["id"]: question.get("pool", 1) for question in manifest[0]["questions"]}
    assert listed == {"p1": 2, "q1": 3, "q2": 2}


def test_takes_the_service_only_items_that_there_are(source, tmp_path):
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"lessons": build_pages({KEY: source}, tmp_path, audiences=["can-bo"])}))
    lesson = Released(manifest).lesson(KEY)
    lesson.check(record_of(q1=picked("B", 3)).answers)
    with pytest.raises(NotReleased, match="page_outdated"):
        lesson.check(record_of(q1=picked("B", 4)).answers)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ('lesson.choice("q1", "Một?", ["A", "B"], pool=[{"options": ["A", "B", "C"]}])', "bản 2 của câu q1 khác bản 1"),
        ('lesson.choice("q1", "Một?", ["A", "B"], pool=[{"right": "A"}])', "không được mang đáp án"),
    ],
)
def test_does_the_release_refuse_a_pool_that_is_not_one(call, told, tmp_path):
    cells = pool_cells()
    cells[5].source = call
    run = run_lesson(write_pool_lesson(tmp_path, cells), "can-bo")
    with pytest.raises(ReleaseError, match=told):
        make_steps(run, "Thử")


def test_does_the_database_keep_the_item(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/learn.db")
    database.merge_answers("hoa", KEY, record_of(q1=picked("B", 1)).answers)
    assert database.record("hoa", KEY).answers["q1"].item == 1
    kept = database.merge_answers("hoa", KEY, record_of(q1=picked("B", 2)).answers)  # the same letter, another question
    assert (kept.version, kept.answers["q1"].item) == (2, 2) and database.record("hoa", KEY) == kept
    database.close()


def test_has_an_answer_of_an_older_database_the_first_item(tmp_path):
    path = tmp_path / "learn.db"
    database = open_database(f"sqlite:///{path}")
    database.merge_answers("hoa", KEY, record_of(q1=picked("B", 1)).answers)
    database.close()
    with sqlite3.connect(path) as old:
        old.execute("ALTER TABLE answers DROP COLUMN item")
    database = open_database(f"sqlite:///{path}")
    assert database.record("hoa", KEY).answers["q1"].item == 1
    database.close()
