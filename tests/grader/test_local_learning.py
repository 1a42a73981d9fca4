"""Can somebody learn alone: answers kept in a file, graded on the own machine, nothing lost by a new release?"""

import json
import os
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from course.answer_store import FileStore
from course.place import LOCAL_GRADER, answer_file
from grader.local_grading import grade_answer_file
from grader.local_learning import learning_folder
from grader.specimens import read_specimens

LESSON = "level1/03"

# What the widgets' own buttons do: an answer written by the learner's side, and a press of "Nộp bài".
PRESS = """
import json, time
for id, value in json.loads({answers!r}).items():
    lesson.shown[id][1].answer = value
button = lesson._submit_widget
button._handle_custom_msg({{"type": "submit"}}, [])
for _ in range(300):
    if button.phase in ("graded", "refused"):
        break
    time.sleep(0.1)
points = button.results and button.results["points"]
print(json.dumps([button.phase, button.message, points, lesson.shown["q1"][1].saved]))
"""


@pytest.fixture
def folder(workspace):
    return learning_folder(workspace)


def test_run_all_shows_the_widgets_and_submitting_grades_here(folder, monkeypatch, tmp_path):
    solution, _, _ = read_specimens(LESSON, "can-bo")
    values = {id: one.value.model_dump(mode="json") for id, one in solution.record.answers.items()}
    path = next((folder / "level1").glob("03-*.ipynb"))
    notebook = nbformat.read(path, 4)
    notebook.cells.append(nbformat.v4.new_code_cell(PRESS.format(answers=json.dumps(values))))
    monkeypatch.setenv(LOCAL_GRADER, f"{sys.executable} -m grader.cli grade-file")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("BDHAI_LEARN_URL", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": path.parent}}).execute()
    views = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "application/vnd.jupyter.widget-view+json" in output.get("data", {})
    ]
    assert len(views) >= 10
    [printed] = [output.text for output in notebook.cells[-1].outputs if output.output_type == "stream"]
    assert json.loads(printed) == ["graded", "", 10, "saved"]
    kept = FileStore(answer_file(path.parent, LESSON), LESSON).load()
    assert {id: one.value.model_dump(mode="json") for id, one in kept.answers.items()} == values


def test_a_new_release_keeps_answers_and_the_learners_own_files(folder, workspace):
    own = folder / "level1" / "ghi-chep.txt"
    own.write_text("của tôi", "utf-8")
    FileStore(answer_file(folder / "level1", LESSON), LESSON).save(
        dict(read_specimens(LESSON, "phu-nu")[0].record.answers)
    )
    (folder / "level1" / "01-noi-thay-go.ipynb").write_text("hỏng", "utf-8")
    learning_folder(workspace)
    assert own.read_text("utf-8") == "của tôi"
    assert grade_answer_file(workspace, answer_file(folder / "level1", LESSON))["points"] == 10
    assert nbformat.read(folder / "level1" / "01-noi-thay-go.ipynb", 4).cells


@pytest.mark.parametrize(("name", "text"), [("03.answers.json", "{nửa"), ("99.answers.json", None)])
def test_what_cannot_be_graded_says_why(workspace, tmp_path, name, text):
    folder = tmp_path / "level1"
    folder.mkdir()
    if text:
        (folder / name).write_text(text, "utf-8")
    result = grade_answer_file(workspace, folder / name)
    assert result["state"] == "refused"
    assert result["message"]


def test_every_notebook_says_first_how_to_show_its_questions(folder):
    for path in folder.rglob("*.ipynb"):
        assert "Run All Cells" in nbformat.read(path, 4).cells[0].source


def test_the_learners_folder_holds_no_key(folder):
    for path in folder.rglob("*.ipynb"):
        assert "HIDDEN TESTS" not in path.read_text("utf-8")
    assert not os.access(folder / "level1" / "specimens", os.F_OK)
