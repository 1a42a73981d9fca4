"""After a key was corrected: does the preview say who gains and loses and write nothing, and the regrade do that?"""

import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from course.answers import AnswerRecord
from grader.class_directory import course_directory, create_class, sync_assignment
from grader.cli import app
from grader.grading import Grading, database_of
from grader.inbox import accept, waiting_order
from grader.regrading import outdated, preview
from grader.specimens import read_specimens
from grader.workspace import Workspace
from tests.grader.conftest import REPOSITORY

LESSON = "level1/01"


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """A class of its own copy of one lesson, with a right and a blank submission graded."""
    lessons = tmp_path / "lessons"
    (lessons / "level1").mkdir(parents=True)
    for path in (REPOSITORY / "level1").glob("01-*"):
        shutil.copy(path, lessons / "level1")
    workspace = Workspace(tmp_path / "state", lessons)
    create_class(workspace, "thu")
    sync_assignment(workspace, "thu", "level1")
    monkeypatch.setenv("BDHAI_STATE", str(workspace.state))
    monkeypatch.setenv("BDHAI_LESSONS", str(lessons))
    database = database_of(workspace)
    grading = Grading(workspace, database)
    accept(workspace, "thu", "hoa", read_specimens(LESSON, "nong-dan")[0].record)
    accept(workspace, "thu", "lan", AnswerRecord(lesson=LESSON))
    assert grading.grade(waiting_order(workspace, "thu")).counts == {"graded": 2}
    yield grading
    database.close()


def correct_the_key(workspace, points):
    """Give the first test cell other points: what the learner answered is worth something else now."""
    source = workspace.source_notebook(LESSON)

    notebook = nbformat.read(source, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade"))
    old = cell.metadata.nbgrader.points
    cell.source = cell.source.replace(f"points={old:g}", f"points={points}")
    cell.metadata.nbgrader.points = points
    nbformat.write(notebook, source)
    return cell.metadata.nbgrader.grade_id, old


def score(workspace, learner):
    with Gradebook(course_directory(workspace, "thu").db_url) as gradebook:
        return gradebook.find_submission("level1", learner).score


def test_nothing_is_outdated_while_nothing_changed(graded):
    assert outdated(graded, "thu") == []


def test_the_preview_tells_gains_and_losses_and_writes_nothing(graded):
    before = {row.receipt: row.points for row in graded.database.attempts(class_id="thu")}
    scores = score(graded.workspace, "hoa")
    correct_the_key(graded.workspace, 1)
    changes, problems = preview(graded, "thu", outdated(graded, "thu"))
    assert not problems.reasons
    [change] = changes
    assert (change.learner, change.counts) == ("hoa", True)
    assert change.after < change.before
    assert {row.receipt: row.points for row in graded.database.attempts(class_id="thu")} == before
    assert score(graded.workspace, "hoa") == scores


def test_the_command_shows_then_asks_then_does(graded):
    question, old = correct_the_key(graded.workspace, 1)
    before = score(graded.workspace, "hoa")
    refused = CliRunner().invoke(app, ["regrade", "thu", "--workers", "1"], input="n\n")
    assert refused.exit_code == 0, refused.output
    assert "1 bài giảm điểm" in refused.output
    assert "Chưa ghi gì" in refused.output
    assert score(graded.workspace, "hoa") == before
    done = CliRunner().invoke(app, ["regrade", "thu", "--workers", "1", "--yes"])
    assert done.exit_code == 0, done.output
    assert score(graded.workspace, "hoa") == before - old + 1
    assert outdated(graded, "thu") == []
    [row] = graded.database.results(learner="hoa")
    assert next(one for one in row.questions if one["id"] == question)["points"] == 1


def test_a_manual_score_stands_after_a_regrade(graded):
    question, _ = correct_the_key(graded.workspace, 1)
    name = graded.workspace.source_notebook(LESSON).stem
    with Gradebook(course_directory(graded.workspace, "thu").db_url) as gradebook:
        gradebook.find_grade(question, name, "level1", "hoa").manual_score = 0.5
        gradebook.find_grade(question, name, "level1", "hoa").needs_manual_grade = False
        gradebook.db.commit()
    done = CliRunner().invoke(app, ["regrade", "thu", "--workers", "1", "--yes"])
    assert done.exit_code == 0, done.output
    with Gradebook(course_directory(graded.workspace, "thu").db_url) as gradebook:
        grade = gradebook.find_grade(question, name, "level1", "hoa")
        assert (grade.manual_score, grade.auto_score) == (0.5, 1)


def test_an_earlier_attempt_counts_again_when_the_one_that_counted_loses(graded):
    """Two attempts: the second was better by a question that the corrected key makes worth little."""
    workspace = graded.workspace
    solution = read_specimens(LESSON, "nong-dan")[0].record
    others = {id: answer for id, answer in solution.answers.items() if id != "q2"}
    only_rest = solution.model_copy(update={"answers": others})
    first = accept(workspace, "thu", "minh", only_rest)
    only_q2 = {id: answer for id, answer in solution.answers.items() if id in ("q1", "q2")}
    second = accept(workspace, "thu", "minh", solution.model_copy(update={"answers": only_q2}))
    graded.grade(waiting_order(workspace, "thu"))
    points = {row.receipt: row.points for row in graded.database.attempts(learner="minh")}
    [row] = graded.database.results(learner="minh")
    best = max(points, key=points.get)
    assert row.receipt == best
    assert points[first.receipt] != points[second.receipt]
    assert score(workspace, "minh") == points[best]
