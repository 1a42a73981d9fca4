"""A piece of own work in the gradebook: the machine gives its points, a trainer gives others beside."""

import shutil
from datetime import UTC, datetime

import nbformat
import pytest
from nbgrader.api import Gradebook

from course.answers import AnswerRecord
from grader.class_directory import course_directory, create_class, sync_assignment
from grader.feedback import write_feedback
from grader.gradebook import ClassRecorder
from grader.inbox import Submission
from grader.judge import judge
from grader.judged import Judged
from grader.prepared import PreparedLessons
from grader.source_notebook import SCHEME_BEGIN
from grader.specimens import read_specimens
from grader.workspace import Workspace
from hub_config.services.classes.gradebook import Quality, read_gradebook
from tests.grader.conftest import REPOSITORY

LESSON, STEM, CELL = "level1/08", "08-viec-that-1", "q3-quality"
HARMFUL = "<img src=x onerror=alert(1)> Mời bà con đến họp đông đủ nhé, ai bận gọi 0310 000 123"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Workspace:
    """A class that has this lesson alone."""
    root = tmp_path_factory.mktemp("own-work")
    (root / "lessons/level1").mkdir(parents=True)
    for path in (REPOSITORY / "level1").glob("08-*"):
        shutil.copy(path, root / "lessons/level1")
    workspace = Workspace(root / "state", root / "lessons")
    create_class(workspace, "thu")
    sync_assignment(workspace, "thu", "level1")
    return workspace


@pytest.fixture
def write(made):
    lessons = PreparedLessons(made)

    def write(learner: str, record: AnswerRecord) -> Judged:
        verdicts = judge(lessons.get(LESSON, "nong-dan"), record)
        submission = Submission("0000-0000-00", "thu", learner, "level1", LESSON, datetime.now(UTC), "", record)
        judged = Judged(submission, record, verdicts, "", datetime.now(UTC))
        ClassRecorder(made, "thu", lessons).write([judged])
        return judged

    return write


def solution(**changes) -> AnswerRecord:
    solved, _, _ = read_specimens(LESSON, "nong-dan")
    data = solved.record.model_dump(mode="json", by_alias=True)
    data["answers"]["q3"]["value"] |= changes
    return AnswerRecord.model_validate(data)


def book(workspace) -> Gradebook:
    return Gradebook(course_directory(workspace, "thu").db_url, "thu")


def grade_by_hand(workspace, learner: str, points: float, words: str) -> None:
    with book(workspace) as gradebook:
        grade = gradebook.find_grade(CELL, STEM, "level1", learner)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment(CELL, STEM, "level1", learner).manual_comment = words
        gradebook.db.commit()


def test_a_piece_waits_for_a_trainer_and_an_empty_one_does_not(made, write):
    assert write("hoa", solution()).points == 10
    assert write("lan", AnswerRecord(lesson=LESSON)).points == 0
    found = read_gradebook(made, "thu").notebooks
    assert (found["hoa", STEM].score, found["hoa", STEM].quality) == (10, Quality(None, 5, True))
    assert (found["lan", STEM].score, found["lan", STEM].quality) == (0, None)
    with book(made) as gradebook:
        assert gradebook.find_submission("level1", "hoa").needs_manual_grade
        assert not gradebook.find_submission("level1", "lan").needs_manual_grade


def test_what_a_trainer_gave_and_said_survives_a_regrade_and_stands_beside_the_machines_points(made, write):
    write("sen", solution())
    grade_by_hand(made, "sen", 4, "Kiểm kỹ, khen!")
    assert read_gradebook(made, "thu").notebooks["sen", STEM].quality == Quality(4, 5, False)
    write("sen", solution(checked=[]))
    found = read_gradebook(made, "thu").notebooks["sen", STEM]
    assert (found.score, found.quality) == (9, Quality(4, 5, True))  # it may be another piece: to be read again
    with book(made) as gradebook:
        assert gradebook.find_submission("level1", "sen").score == 13
        assert gradebook.find_comment(CELL, STEM, "level1", "sen").comment == "Kiểm kỹ, khen!"
    page = (write_feedback(made, "thu", "sen", "level1") / f"{STEM}.html").read_text("utf-8")
    assert "Kiểm kỹ, khen!" in page


def test_a_trainer_reads_the_whole_piece_as_text_with_what_is_personal_masked(made, write):
    write("mai", solution(result=HARMFUL))
    folder = course_directory(made, "thu").format_path("autograded", "mai", "level1")
    cells = {cell.id: cell for cell in nbformat.read(f"{folder}/{STEM}.ipynb", 4).cells}
    [output] = cells["work"].outputs
    assert list(output.data) == ["text/plain"]
    assert "<img src=x onerror=alert(1)> Mời bà con đến họp đông đủ nhé" in output.data["text/plain"]
    assert "0310" not in output.data["text/plain"] and "[SỐ ĐIỆN THOẠI 1]" in output.data["text/plain"]
    assert SCHEME_BEGIN in cells[CELL].source and cells[CELL].metadata.nbgrader.task
    page = (write_feedback(made, "thu", "mai", "level1") / f"{STEM}.html").read_text("utf-8")
    assert "<img src=x" not in page and "&lt;img src=x onerror=alert(1)&gt;" in page


def test_what_learners_get_has_no_mark_scheme(made):
    released = course_directory(made, "thu").format_path("release", ".", "level1")
    notebook = nbformat.read(f"{released}/{STEM}.ipynb", 4)
    [cell] = [cell for cell in notebook.cells if cell.id == CELL]
    assert "chưa chấm" in cell.source and SCHEME_BEGIN not in cell.source and "1 điểm" not in cell.source
