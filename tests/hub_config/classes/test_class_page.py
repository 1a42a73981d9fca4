"""A trainer's page: real figures, real links, and nothing for others."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import httpx
import pytest
from nbgrader.api import Gradebook

from course.curriculum import load_curriculum
from grader.class_directory import course_directory
from grader.database_tables import ResultRow, SubmissionRow
from hub_config.services.classes.app import create_app
from hub_config.services.classes.gradebook import ClassGradebook, GradedNotebook
from hub_config.services.classes.overview import ClassData, make_overview
from hub_config.services.shared.settings import ServiceSettings
from tests.hub_config.learn.installation import KEY, Q1, Q2, FakeHub, Running, answers, serve, wait_for_result

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)  # a Thursday
LEVEL = load_curriculum().levels[0]
NOTEBOOKS = {"level1/01": "01-mot", "level1/02": "02-hai"}


def result(learner: str, lesson: str, points: float) -> ResultRow:
    return ResultRow(class_id="lop1", learner=learner, lesson=lesson, points=points, max_points=10)


def overview(names: dict[str, str], results=(), submissions=(), activity=None, gradebook=None):
    data = ClassData(names, results, submissions, activity or {}, gradebook or ClassGradebook(), NOTEBOOKS)
    return make_overview(LEVEL.lessons, data, NOW)


def test_do_the_figures_count_people_truly():
    names = {"a": "An", "b": "Bình", "c": "Chi", "d": "Dung"}
    activity = {
        "a": {KEY: NOW - timedelta(days=1)},
        "b": {KEY: NOW - timedelta(days=6)},  # last Friday: neither this week nor stopped
        "c": {KEY: NOW - timedelta(days=9)},
        "stranger": {KEY: NOW},
    }
    results = [result("a", "level1/01", 10), result("a", "level1/02", 8), result("b", "level1/01", 3)]
    seen = overview(names, results, activity=activity)
    assert [(figure.label, figure.value) for figure in seen.figures] == [
        ("Học tuần này", 1),
        ("Xong 2 bài đang có", 1),
        ("Đã dừng trên 7 ngày", 1),
        ("Chưa vào học", 1),
    ]
    assert [(row.display_name, row.attention) for row in seen.rows] == [
        ("Bình", "Bài 1.1 mới 3/10 điểm"),
        ("Chi", "Dừng 9 ngày"),
        ("An", ""),
        ("Dung", ""),
    ]


def test_is_somebody_who_finished_long_ago_not_called_stopped():
    activity = {"a": {KEY: NOW - timedelta(days=30)}}
    seen = overview({"a": "An"}, [result("a", "level1/01", 10), result("a", "level1/02", 10)], activity=activity)
    assert seen.figures[2].value == 0 and not seen.rows[0].attention


def test_do_cells_speak_without_colour():
    gradebook = ClassGradebook(["a"], {("a", "01-mot"): GradedNotebook("f00", 9.5)})
    submissions = [
        SubmissionRow(learner="a", lesson="level1/01", state="graded", at=NOW - timedelta(hours=2)),
        SubmissionRow(learner="a", lesson="level1/02", state="grading", at=NOW),
    ]
    activity = {"a": {"level1/03": NOW}}
    seen = overview({"a": "An"}, [result("a", "level1/01", 4)], submissions, activity, gradebook)
    cells = seen.rows[0].cells
    assert [(cell.state, cell.text) for cell in cells[:4]] == [
        ("good", "9,5"),  # the gradebook's score, with what the trainer gave by hand
        ("waiting", "chờ chấm"),
        ("started", "đang làm"),
        ("none", "·"),
    ]
    assert (cells[0].spoken, cells[0].submission) == ("9,5 trên 10 điểm", "f00")


def submitted(state: str, minutes: float, lesson: str = KEY, learner: str = "a", message: str = "", receipt: str = "R"):
    at = NOW - timedelta(minutes=minutes)
    fields = {"learner": learner, "lesson": lesson, "state": state, "at": at, "message": message, "receipt": receipt}
    return SubmissionRow(**fields, version=0, sha256="" if state == "refused" else "ab")


def test_does_the_trainer_see_what_was_not_graded_and_why():
    submissions = [
        submitted("refused", 30, message="Tệp bị hỏng.", receipt="R1"),
        submitted("set_aside", 20, "level1/02", message="Mã làm sập máy chấm.", receipt="R2"),
        submitted("grading", 1, "level1/03"),  # just came
        submitted("grading", 3, "level1/04", receipt="R4"),
        submitted("refused", 50, "level1/05"),
        submitted("graded", 40, "level1/05"),  # handed in again since
        submitted("refused", 60, "level1"),
        submitted("refused", 10, "ps1", learner="b", message="Lớp không có bài tập tên này.", receipt="R5"),
    ]
    seen = overview({"a": "An", "b": "Bình"}, submissions=submissions)
    assert [(one.learner, one.what, one.state, one.receipt) for one in seen.problems] == [
        ("An", "Bài 1.4", "Chờ lâu", "R4"),
        ("Bình", "ps1", "Không nhận", "R5"),
        ("An", "Bài 1.2", "Để riêng", "R2"),
        ("An", "Bài 1.1", "Không nhận", "R1"),
    ]
    assert seen.problems[2].reason == "Mã làm sập máy chấm." and "quá 2 phút" in seen.problems[0].reason
    [row] = [row for row in seen.rows if row.name == "a"]
    assert [cell.text for cell in row.cells[:4]] == ["cần xem", "cần xem", "chờ chấm", "chờ chấm"]


def test_are_attempts_and_classic_assignments_shown():
    results = [result("a", KEY, 10), result("b", "ps1", 3)]
    for row, count in zip(results, (4, 2), strict=True):
        row.attempts, row.submitted_at = count, NOW
    seen = overview({"a": "An", "b": "Bình"}, results, [submitted("grading", 1, "ps1")])
    assert seen.rows[0].cells[0].spoken == "10 trên 10 điểm, 4 lần thử"
    assert [(work.learner, work.points, work.attempts) for work in seen.classic] == [("An", None, 0), ("Bình", 3, 2)]


def test_is_a_reason_or_an_assignment_never_taken_for_html(classes, service):
    database = service.app.state.service.database
    usual = {"class_id": "lop1", "learner": "hoa", "at": datetime.now(UTC), "sha256": "ab", "version": 0}
    bad = "<script>alert(1)</script>"
    database.add_submissions(
        [
            usual | {"receipt": "R1", "lesson": f"{bad}ps1", "state": "refused", "message": f"Tệp {bad}."},
            usual | {"receipt": "R2", "lesson": '"><img src=x>', "state": "grading", "message": ""},
        ]
    )
    with classes.as_learner("thay") as trainer:
        page = trainer.get("lop1/").text
    assert "Bài nộp cần xem" in page and "Bài tập khác của lớp" in page
    assert "<script>alert" not in page and "<img src=x" not in page and "Tệp &lt;script&gt;" in page


def test_is_the_roster_in_the_order_of_given_names():
    names = {"1": "Trần Văn Đức", "2": "Nguyễn Thị Dung", "3": "Lê Ánh", "4": "Bùi Minh Em"}
    assert [row.display_name.split()[-1] for row in overview(names).rows] == ["Ánh", "Dung", "Đức", "Em"]


@pytest.fixture
def classes(service, workspace) -> Iterator[Running]:
    """A classes service beside the learn service, on the same data."""
    settings = ServiceSettings(workspace, f"sqlite:///{workspace.state / 'learn.db'}", "/services/classes/")
    hub = FakeHub({"thay": {"formgrade-lop1"}, "hai": {"formgrade-lop1", "formgrade-lop2"}, "hoa": {"nbgrader-lop1"}})
    with serve(create_app(settings, hub), settings.prefix, hub) as running:
        yield running


def test_does_a_cell_lead_to_the_submission_in_formgrader(classes, client, workspace):
    version = client.put(f"api/answers/{KEY}", json=answers(q1=Q1, q2=Q2)).json()["version"]
    receipt = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": version}).json()["receipt"]
    wait_for_result(client, receipt)
    with classes.as_learner("thay") as trainer:
        page = trainer.get("lop1/").text
    link = re.search(
        r'href="(/hub/spawn/lop-lop1\?next=[^"]*submissions[^"]*)" aria-label="hoa, bài 1.1: 10 trên', page
    )
    target = unquote(link[1].split("next=")[1])
    id = target.removeprefix("/user/lop-lop1/formgrader/submissions/")
    with Gradebook(course_directory(workspace, "lop1").db_url, "lop1") as gradebook:
        notebook = gradebook.find_submission_notebook_by_id(id)
        assert (notebook.student.id, notebook.name, notebook.score) == ("hoa", "01-bai-thu", 10)


def test_is_a_class_hidden_from_everybody_else(classes):
    assert httpx.get(f"{classes.url}lop1/").status_code == 302
    for name, path in (("hoa", "lop1/"), ("thay", "lop2/"), ("thay", "khong-co/")):
        with classes.as_learner(name) as client:
            response = client.get(path)
        assert response.status_code == 403 and "dành cho giảng viên" in response.text


def test_does_the_front_page_lead_to_the_classes_one_teaches(classes):
    with classes.as_learner("thay") as one, classes.as_learner("hai") as two, classes.as_learner("hoa") as none:
        assert one.get("").headers["Location"] == "/services/classes/lop1/"
        assert "/services/classes/lop2/" in two.get("").text
        assert "Bạn chưa dạy lớp nào" in none.get("").text


def test_is_a_name_never_taken_for_html(classes, service, workspace):
    (workspace.state / "classes.yml").write_text("lop1: {title: '<b>Lớp</b>', learners: [hoa]}\n", "utf-8")
    service.app.state.service.database.set_learner("hoa", display_name="<script>alert(1)</script>")
    with classes.as_learner("thay") as trainer:
        page = trainer.get("lop1/").text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert "<b>Lớp" not in page and "&lt;b&gt;Lớp" in page


def test_is_an_unknown_level_answered_in_words(classes):
    with classes.as_learner("thay") as trainer:
        assert trainer.get("lop1/?cap=5").status_code == 200
        response = trainer.get("lop1/?cap=9")
    assert response.status_code == 404 and "Không tìm thấy trang này" in response.text
