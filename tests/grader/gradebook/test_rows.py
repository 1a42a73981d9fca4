"""Are the gradebook's rows those that nbgrader would have written, whatever stood there before?"""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from course.answers import AnswerRecord
from grader.class_directory import class_config, course_directory
from grader.gradebook import ClassRecorder, OutOfStep, connection
from grader.gradebook import recorder as recorder_module
from grader.judged import Judged
from grader.specimens import read_specimens
from tests.grader.gradebook.samples import AT, judged, rows_of


def specimen(lesson="level1/01", mistake=None):
    solution, _, mistakes = read_specimens(lesson, "nong-dan")
    return (solution if mistake is None else mistakes[mistake]).record


def open_book(workspace) -> Gradebook:
    return Gradebook(course_directory(workspace, "thu").db_url, "thu")


def set_due(workspace, due) -> None:
    with open_book(workspace) as book:
        book.update_or_create_assignment("level1", duedate=due.replace(tzinfo=None))


def penalise_late(workspace) -> None:
    config = workspace.class_directory("thu") / "nbgrader_config.py"
    config.write_text(config.read_text("utf-8") + 'c.LateSubmissionPlugin.penalty_method = "zero"\n', "utf-8")


def stock_rows(workspace, pristine, students):
    """What ``nbgrader autograde`` makes of the same submitted folders, from the gradebook as it was before."""
    from nbgrader.apps.api import NbGraderAPI

    book = workspace.class_directory("thu") / "gradebook.db"
    shutil.copy(pristine, book)
    api = NbGraderAPI(config=class_config(workspace, "thu"))
    for student in students:
        graded = api.autograde("level1", student, force=True, create=True)
        assert graded["success"], graded.get("error", graded["log"])
    return rows_of(workspace)


def test_the_same_rows_as_stock_autograde(recorder, tmp_path):
    """Solved, half solved, blank; one notebook of the level or two; in time and late."""
    space, lessons = recorder.workspace, recorder.lessons
    penalise_late(space)
    set_due(space, AT)
    pristine = tmp_path / "pristine.db"
    shutil.copy(space.class_directory("thu") / "gradebook.db", pristine)
    late = AT + timedelta(minutes=5)
    batch = [
        judged(lessons, "hoa", specimen()),
        judged(lessons, "hoa", specimen("level1/02")),
        judged(lessons, "lan", specimen(mistake=0)),
        judged(lessons, "mai", AnswerRecord(lesson="level1/03")),
        judged(lessons, "tre", specimen(), at=late),
    ]
    recorder.write(batch)
    ours = rows_of(space)
    students = ["hoa", "lan", "mai", "tre"]
    stock = stock_rows(space, pristine, students)
    assert ours == stock
    assert [row[0] for row in ours["students"]] == students
    penalties = {row[0][:2]: row[-1] for row in ours["notebooks"] if row[1] == "tre"}
    assert penalties["01"] == 10.0, "late, and all points are gone"


def test_a_late_penalty_goes_when_the_learner_gets_an_extension(recorder):
    penalise_late(recorder.workspace)
    set_due(recorder.workspace, AT - timedelta(hours=1))
    batch = [judged(recorder.lessons, "hoa", specimen())]
    recorder.write(batch)
    assert [row[-1] for row in rows_of(recorder.workspace)["notebooks"] if row[0].startswith("01")] == [10.0]
    with open_book(recorder.workspace) as book:
        book.grant_extension("level1", "hoa", hours=2)
    recorder.write(batch)
    assert {row[-1] for row in rows_of(recorder.workspace)["notebooks"]} == {None}


def test_notebooks_not_handed_in_count_as_zero_and_wait_for_nobody(recorder):
    recorder.write([judged(recorder.lessons, "hoa", specimen())])
    rows = rows_of(recorder.workspace)
    others = [row for row in rows["grades"] if not row[0].startswith("01")]
    assert others
    assert {(row[4], row[7]) for row in others} == {(0.0, False)}
    recorder.write([judged(recorder.lessons, "hoa", specimen("level1/02"), at=AT + timedelta(seconds=1))])
    earned = {row[0][:2]: 0.0 for row in rows["grades"]}
    for row in rows_of(recorder.workspace)["grades"]:
        earned[row[0][:2]] += row[4]
    assert earned["01"] > 0 and earned["02"] > 0 and earned["03"] == 0


def test_what_a_trainer_wrote_stays_and_is_looked_at_again(recorder):
    batch = [judged(recorder.lessons, "hoa", AnswerRecord(lesson="level1/01"))]
    recorder.write(batch)
    name = recorder.workspace.source_notebook("level1/01").stem
    with open_book(recorder.workspace) as book:
        grade = book.find_grade("q1", name, "level1", "hoa")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2, 0.5, False
        book.db.commit()
    recorder.write([judged(recorder.lessons, "hoa", specimen())])
    with open_book(recorder.workspace) as book:
        grade = book.find_grade("q1", name, "level1", "hoa")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (3, 2, 0.5)
        assert grade.score == 2.5
        assert grade.needs_manual_grade  # nbgrader's own rule


def snapshot(folder: Path) -> dict:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_writing_again_changes_nothing_not_even_an_id(recorder):
    batch = [judged(recorder.lessons, learner, specimen()) for learner in ("hoa", "lan")]
    recorder.write(batch)
    folder = recorder.workspace.class_directory("thu")
    before = snapshot(folder)
    recorder.write(batch)
    assert snapshot(folder) == before


@pytest.mark.parametrize("files_until_the_crash", [0, 1, 3, 5, 7])
def test_a_crash_among_the_files_is_repaired_by_writing_again(recorder, monkeypatch, tmp_path, files_until_the_crash):
    from grader.gradebook import folders

    batch = [judged(recorder.lessons, "hoa", specimen())]
    put, written = folders._put, []

    def crash(folder, name, content):
        if len(written) == files_until_the_crash:
            Path(folder, name).write_bytes(content[: len(content) // 2])  # the power goes in the middle of a file
            raise KeyboardInterrupt
        written.append(name)
        put(folder, name, content)

    monkeypatch.setattr(folders, "_put", crash)
    with pytest.raises(KeyboardInterrupt):
        recorder.write(batch)
    from nbgrader.apps.api import NbGraderAPI

    api = NbGraderAPI(config=class_config(recorder.workspace, "thu"))
    assert "hoa" not in api.get_autograded_students("level1")
    monkeypatch.undo()
    recorder.write(batch)
    assert "hoa" in api.get_autograded_students("level1")
    folder = recorder.workspace.class_directory("thu")
    repaired = snapshot(folder / "autograded") | snapshot(folder / "submitted")
    shutil.rmtree(folder / "autograded")
    shutil.rmtree(folder / "submitted")
    recorder.write(batch)
    assert snapshot(folder / "autograded") | snapshot(folder / "submitted") == repaired


def test_a_gradebook_that_stays_locked_is_told_and_nothing_is_written(recorder, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.2)
    fresh = ClassRecorder(recorder.workspace, "thu", recorder.lessons)
    batch = [judged(recorder.lessons, "hoa", specimen())]
    other = create_engine(course_directory(recorder.workspace, "thu").db_url, isolation_level="AUTOCOMMIT")
    with other.connect() as trainer:
        trainer.execute(text("BEGIN IMMEDIATE"))
        with pytest.raises(OperationalError):
            fresh.write(batch)
        trainer.execute(text("ROLLBACK"))
    assert not (recorder.workspace.class_directory("thu") / "autograded").exists()
    assert rows_of(recorder.workspace)["students"] == []
    fresh.write(batch)
    assert len(rows_of(recorder.workspace)["students"]) == 1


def test_a_failure_in_the_middle_of_a_batch_leaves_the_gradebook_as_it_was(recorder, monkeypatch):
    def fail(*_):
        raise OSError

    monkeypatch.setattr(recorder_module, "find_late", fail)
    with pytest.raises(OSError):
        recorder.write([judged(recorder.lessons, "hoa", specimen())])
    assert rows_of(recorder.workspace)["students"] == []


def test_verdicts_of_another_lesson_version_are_refused(recorder):
    good = judged(recorder.lessons, "hoa", specimen())
    stale = Judged(good.submission, good.record, good.verdicts[:-1], "", AT)
    with pytest.raises(OutOfStep):
        recorder.write([good, stale])
    assert rows_of(recorder.workspace)["students"] == []
