"""A learner's own notebook in the gradebook: theirs to change are the solution cells, whatever they did to others."""

import copy
import json
import shutil

import pytest
from nbgrader.apps.api import NbGraderAPI

from course.answers import AnswerRecord
from grader.class_directory import class_config
from tests.grader.gradebook.samples import (
    CODE_LESSON,
    HIDDEN,
    autograded,
    cell_of,
    judged,
    released,
    rows_of,
    text_record,
)

RIGHT = text_record(CODE_LESSON, q1="Tổng là 6.")
STREAM = {"output_type": "stream", "name": "stdout", "text": "6\n"}


def record(recorder, notebook, *, answers=RIGHT, **more):
    text = notebook if isinstance(notebook, str) else json.dumps(notebook)
    recorder.write([judged(recorder.lessons, "hoa", answers, notebook=text, **more)])
    return rows_of(recorder.workspace)


def grades(rows) -> dict:
    return {row[2]: (row[4], row[7]) for row in rows["grades"]}


def comments(rows) -> dict:
    return {row[2]: row[4] for row in rows["comments"]}


@pytest.fixture
def solved(code_class):
    notebook = released(code_class)
    cell_of(notebook, "q1-code")["source"] = "tong = 1 + 2 + 3\nprint(tong)"
    cell_of(notebook, "q2-text")["source"] = "Em cộng ba số."
    return notebook


@pytest.mark.parametrize("kind", ["solved", "as released", "only the code"])
def test_the_same_rows_as_stock_autograde(code_recorder, solved, kind, tmp_path):
    space = code_recorder.workspace
    notebook = {"solved": solved, "as released": released(space), "only the code": copy.deepcopy(solved)}[kind]
    if kind == "only the code":
        cell_of(notebook, "q2-text")["source"] = cell_of(released(space), "q2-text")["source"]
    book = space.class_directory("thu") / "gradebook.db"
    shutil.copy(book, tmp_path / "pristine.db")
    ours = record(code_recorder, notebook)
    shutil.copy(tmp_path / "pristine.db", book)
    done = NbGraderAPI(config=class_config(space, "thu")).autograde("level4", "hoa", force=True, create=True)
    assert done["success"], done.get("error", done["log"])
    assert rows_of(space) == ours
    expected = (None, True) if kind == "solved" else (0.0, False)
    assert grades(ours) == {"q1": (2.0, False), "q2-text": expected}


def test_the_autograded_notebook_is_the_learners_own_with_the_hidden_tests(code_recorder, solved):
    extra = {"cell_type": "code", "id": "nhap", "metadata": {}, "source": "thu = 1", "outputs": []}
    solved["cells"].insert(5, extra | {"execution_count": None})
    record(code_recorder, solved, outputs={"q1-code": [STREAM], "nhap": [STREAM | {"text": "nháp\n"}]})
    cells = {cell.id: cell for cell in autograded(code_recorder.workspace, "hoa").cells}
    assert cells["q1-code"].source == "tong = 1 + 2 + 3\nprint(tong)"
    assert cells["q1-code"].outputs[0].text == "6\n"
    assert cells["nhap"].outputs[0].text == "nháp\n"
    assert HIDDEN in cells["q1-test"].source
    assert cells["q1-test"].outputs[-1].data["text/plain"] == "2"
    assert cells["ask"].outputs[0].data["text/plain"] == "Câu 1: đã viết “Tổng là 6.”"
    assert cells["alone"].source == "## Tự làm · Tính **tổng**", "the author's own Markdown stays Markdown"
    submitted = code_recorder.workspace.class_directory("thu") / "submitted/hoa/level4/04-bai-mau.ipynb"
    assert json.loads(submitted.read_text("utf-8")) == solved


def drop(notebook, id):
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != id]


def delete_test(notebook):
    drop(notebook, "q1-test")


def delete_all(notebook):
    notebook["cells"] = []


def retag_test(notebook):
    marks = cell_of(notebook, "q1-test")["metadata"]["nbgrader"]
    marks.update(points=200, solution=True, locked=False, grade=True)
    cell_of(notebook, "q1-test")["source"] = "print('đúng hết')"


def unmark_all(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def duplicate_test(notebook):
    cell = copy.deepcopy(cell_of(notebook, "q1-test"))
    cell["source"] = "2"
    notebook["cells"].append(cell)


def markdown_test(notebook):
    cell = cell_of(notebook, "q1-test")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]


def foreign_marks(notebook):
    marks = {"grade": True, "grade_id": "q9", "points": 50, "solution": False, "locked": True, "schema_version": 3}
    cell = copy.deepcopy(cell_of(notebook, "q1-test"))
    notebook["cells"].append(cell | {"id": "q9", "metadata": {"nbgrader": marks}, "source": "50"})


@pytest.mark.parametrize(
    "tamper", [delete_test, delete_all, retag_test, unmark_all, duplicate_test, markdown_test, foreign_marks]
)
def test_a_changed_test_cell_changes_neither_points_nor_maximum_and_waits_for_nobody(code_recorder, solved, tamper):
    tamper(solved)
    rows = record(code_recorder, solved, answers=AnswerRecord(lesson=CODE_LESSON))
    assert grades(rows)["q1"] == (0.0, False)
    assert set(grades(rows)) == {"q1", "q2-text"}
    tests = [cell for cell in autograded(code_recorder.workspace, "hoa").cells if HIDDEN in cell.source]
    [test] = tests
    assert test.metadata.nbgrader.points == 2
    assert test.outputs[-1].data["text/plain"] == "0"


def test_a_deleted_answer_cell_earns_nothing_and_waits_for_nobody(code_recorder, solved):
    drop(solved, "q2-text")
    drop(solved, "q1-code")
    rows = record(code_recorder, solved)
    assert grades(rows) == {"q1": (2.0, False), "q2-text": (0.0, False)}
    assert comments(rows) == {"q1-code": None, "q2-text": None}


def test_of_a_cell_that_is_there_twice_the_last_counts(code_recorder, solved):
    again = copy.deepcopy(cell_of(solved, "q2-text"))
    again["source"] = cell_of(released(code_recorder.workspace), "q2-text")["source"]
    solved["cells"].append(again)
    rows = record(code_recorder, solved)
    assert grades(rows)["q2-text"] == (0.0, False)
    assert comments(rows)["q2-text"] == "No response."
    ids = [cell.id for cell in autograded(code_recorder.workspace, "hoa").cells]
    assert len(ids) == len(set(ids))


BROKEN = [
    "",
    "không phải JSON",
    "[" * 100_000,
    "null",
    "[]",
    '{"cells": 3}',
    '{"cells": [3, null, {"cell_type": 5}, {"cell_type": "code", "source": {"a": 1}, "metadata": []}]}',
    '{"cells": [{"cell_type": "code", "metadata": {"nbgrader": {"grade_id": ["q1"]}}, "source": ["a", 1]}]}',
    '{"cells": [{"cell_type": "code", "id": "\\ud800", "metadata": {}, "source": "\\ud800\\u0000"}]}',
    '{"nbformat": 3, "worksheets": []}',
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_notebook_stops_nobody(code_recorder, text):
    rows = record(code_recorder, text, message="Sổ bài không đọc được.")
    assert grades(rows) == {"q1": (2.0, False), "q2-text": (0.0, False)}
    first = autograded(code_recorder.workspace, "hoa").cells[0]
    assert "Sổ bài không đọc được" in first.source


def test_outputs_that_are_none_are_left_out(code_recorder, solved):
    junk = [
        3,
        None,
        {},
        {"output_type": "x"},
        {"output_type": "display_data", "data": 3},
        STREAM | {"text": ["6", "\n"]},
    ]
    long = STREAM | {"text": "dòng\n" * 5000}
    record(code_recorder, solved, outputs={"q1-code": [*junk, long]})
    [cell] = [cell for cell in autograded(code_recorder.workspace, "hoa").cells if cell.id == "q1-code"]
    assert cell.outputs[0].text == "6\n"
    assert cell.outputs[1].text.endswith("... Output truncated ...")
    assert cell.outputs[1].text.count("\n") < 1000
