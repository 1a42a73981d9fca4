"""Does a submission reach nbgrader's gradebook and the results table, once, whole, and in the right order?"""

import hashlib
import json
import re
from datetime import timedelta
from html import unescape

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from course.answers import Answer, AnswerRecord, TextValue, now
from course.curriculum import load_curriculum
from grader.class_directory import class_config, course_directory
from grader.grading import Grading, Summary, database_of
from grader.inbox import TamperedSubmission, accept, read, waiting_order
from grader.specimens import read_specimens
from grader.workspace import UnsafeName


def solution(lesson="level1/01", audience="nong-dan"):
    return read_specimens(lesson, audience)[0].record


@pytest.fixture
def grading(ready_class):
    database = database_of(ready_class)
    yield Grading(ready_class, database)
    database.close()


def path_of(grading, submission):
    return grading.workspace.inbox(submission.class_id, submission.learner) / f"{submission.receipt}.json"


def gradebook_scores(workspace, learner="hoa"):
    with Gradebook(course_directory(workspace, "thu").db_url) as gradebook:
        notebooks = gradebook.find_submission("level1", learner).notebooks
        return {notebook.name[:2]: (notebook.score, notebook.max_score) for notebook in notebooks}


def test_a_solution_earns_all_in_both_places(grading):
    submission = accept(grading.workspace, "thu", "hoa", solution())
    assert grading.grade_file(path_of(grading, submission)) == "graded"
    score, full = gradebook_scores(grading.workspace)["01"]
    assert score == full > 0
    [row] = grading.database.results(learner="hoa")
    assert (row.points, row.max_points, row.receipt) == (full, full, submission.receipt)
    assert all(question["sign"] == "right" and question["reasons"] for question in row.questions)


def test_other_lessons_of_the_level_keep_their_points(grading):
    for lesson in ("level1/01", "level1/02"):
        grading.grade_file(path_of(grading, accept(grading.workspace, "thu", "hoa", solution(lesson))))
    scores = gradebook_scores(grading.workspace)
    assert scores["01"][0] == scores["01"][1] > 0
    assert scores["02"][0] == scores["02"][1] > 0
    with Gradebook(course_directory(grading.workspace, "thu").db_url) as gradebook:
        assert not gradebook.find_submission("level1", "hoa").needs_manual_grade


def test_grading_again_changes_nothing(grading):
    path = path_of(grading, accept(grading.workspace, "thu", "hoa", solution()))
    grading.grade_file(path)
    before = gradebook_scores(grading.workspace)
    assert grading.grade_file(path) == "unchanged"
    assert grading.grade_file(path, again=True) == "graded"
    assert gradebook_scores(grading.workspace) == before
    assert len(grading.database.results()) == 1


def points(grading):
    [row] = grading.database.results(learner="hoa")
    return gradebook_scores(grading.workspace)["01"][0], row.points, row.receipt


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_best_attempt_counts_whichever_is_graded_first(grading, newest_first):
    good = accept(grading.workspace, "thu", "hoa", solution())
    blank = accept(grading.workspace, "thu", "hoa", AnswerRecord(lesson="level1/01"))
    order = [blank, good] if newest_first else [good, blank]
    for submission in order:
        assert grading.grade_file(path_of(grading, submission)) == "graded"
    full = gradebook_scores(grading.workspace)["01"][1]
    assert points(grading) == (full, full, good.receipt)
    assert len(grading.database.attempts(learner="hoa")) == 2


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_last_attempt_counts_where_the_operator_says_so(ready_class, newest_first):
    database = database_of(ready_class)
    grading = Grading(ready_class, database, counts="last")
    accepted = [accept(ready_class, "thu", "hoa", record) for record in (solution(), AnswerRecord(lesson="level1/01"))]
    for submission in reversed(accepted) if newest_first else accepted:
        grading.grade_file(path_of(grading, submission))
    assert points(grading) == (0, 0, accepted[1].receipt)
    database.close()


def test_many_attempts_of_one_learner_in_one_batch_count_once(grading):
    records = [AnswerRecord(lesson="level1/01"), solution(), AnswerRecord(lesson="level1/01")]
    paths = [path_of(grading, accept(grading.workspace, "thu", "hoa", record)) for record in records]
    assert grading.grade(paths).counts == {"graded": 3}
    full = gradebook_scores(grading.workspace)["01"][1]
    assert points(grading) == (full, full, paths[1].stem)


def test_a_trainers_manual_score_survives_a_regrade(grading):
    path = path_of(grading, accept(grading.workspace, "thu", "hoa", AnswerRecord(lesson="level1/01")))
    grading.grade_file(path)
    name = grading.workspace.source_notebook("level1/01").stem
    with Gradebook(course_directory(grading.workspace, "thu").db_url) as gradebook:
        gradebook.find_grade("q1", name, "level1", "hoa").manual_score = 2
        gradebook.db.commit()
    grading.grade_file(path, again=True)
    with Gradebook(course_directory(grading.workspace, "thu").db_url) as gradebook:
        assert gradebook.find_grade("q1", name, "level1", "hoa").score == 2


def test_an_inbox_file_that_was_edited_is_refused_and_the_others_go_on(grading):
    bad = accept(grading.workspace, "thu", "hoa", AnswerRecord(lesson="level1/01"))
    data = json.loads(path_of(grading, bad).read_text("utf-8"))
    data["record"] = solution().to_json()
    path_of(grading, bad).write_text(json.dumps(data), "utf-8")
    accept(grading.workspace, "thu", "lan", solution())
    with pytest.raises(TamperedSubmission):
        read(path_of(grading, bad))
    summary = grading.grade(waiting_order(grading.workspace, "thu"))
    assert summary.counts == {"refused": 1, "graded": 1}
    assert list(summary.reasons) == [bad.receipt]
    assert not grading.database.results(learner="hoa")


def test_a_file_edited_together_with_its_hash_is_refused_by_the_hash_noted_when_it_came(grading):
    blank = accept(grading.workspace, "thu", "hoa", AnswerRecord(lesson="level1/01"))
    path = path_of(grading, blank)
    grading.take(path, Summary())  # notes it in the database
    data = json.loads(path.read_text("utf-8"))
    data["record"] = solution().to_json()
    data["sha256"] = hashlib.sha256(data["record"].encode()).hexdigest()
    path.write_text(json.dumps(data), "utf-8")
    assert read(path).record.answers  # the file alone gives nothing away
    assert grading.grade_file(path) == "refused"
    assert not grading.database.results(learner="hoa")


def test_one_whose_result_cannot_be_written_does_not_keep_the_others_waiting(grading):
    """Its folder under ``submitted/`` is a file: nothing can be written there."""
    for learner in ("hoa", "lan", "minh"):
        accept(grading.workspace, "thu", learner, solution())
    blocked = grading.workspace.class_directory("thu") / "submitted" / "lan"
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("")
    summary = grading.grade(waiting_order(grading.workspace, "thu"))
    assert summary.counts == {"graded": 2, "delayed": 1}
    blocked.unlink()
    assert grading.grade(waiting_order(grading.workspace, "thu")).counts == {"unchanged": 2, "graded": 1}


@pytest.mark.parametrize("name", ["../hoa", "hoa/lan", "", ".hoa", "Hoa", "hoà", "a\nb", "a" * 200])
def test_a_name_that_must_not_be_a_folder_is_refused(workspace, name):
    with pytest.raises(UnsafeName):
        accept(workspace, "thu", name, solution())


def test_feedback_shows_reasons_and_no_key_and_a_learners_text_is_text(grading):
    """nbgrader's own feedback on what we recorded."""
    attack = "<script>alert(1)</script>"
    later = now() + timedelta(seconds=1)
    record = solution("level1/03").merged(
        {"q3": Answer(value=TextValue(kind="text", text=attack), audience="nong-dan", at=later)}
    )
    grading.grade_file(path_of(grading, accept(grading.workspace, "thu", "hoa", record)))
    made = NbGraderAPI(config=class_config(grading.workspace, "thu")).generate_feedback("level1", "hoa", force=True)
    assert made["success"], made.get("error", made["log"])
    folder = grading.workspace.class_directory("thu") / "feedback" / "hoa" / "level1"
    [page] = folder.glob("03-*.html")
    html = page.read_text("utf-8")
    assert attack not in html
    shown = " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())
    assert attack in shown  # as text
    [row] = grading.database.results(learner="hoa")
    for question in row.questions:
        for reason in question["reasons"]:
            assert " ".join(reason.split()) in shown
    assert "lesson.expect" not in html
    assert "HIDDEN TESTS" not in html


def test_every_audience_is_graded_by_its_own_text(grading):
    for audience in load_curriculum().audiences:
        submission = accept(grading.workspace, "thu", audience, solution("level1/01", audience))
        assert grading.grade_file(path_of(grading, submission)) == "graded"
    assert {row.points == row.max_points for row in grading.database.results()} == {True}
