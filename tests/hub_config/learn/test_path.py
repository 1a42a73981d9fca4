"""The path as a learner sees it, and how pages and files travel."""

from urllib.parse import urljoin

import brotli
import httpx
import pytest

from course.answers import AnswerRecord
from course.curriculum import load_curriculum
from grader.database_tables import ResultRow, SubmissionRow
from grader.released import ReleasedLesson
from hub_config.services.learn.path import make_path
from hub_config.services.shared.people import greeting
from tests.hub_config.learn.installation import KEY, Q1, Q2, answers, wait_for_result


def lesson(key: str) -> ReleasedLesson:
    questions = [{"id": id, "kind": "text"} for id in ("q1", "q2", "today")]
    return ReleasedLesson(lesson=key, title="Bài", minutes=12, notebook="01-bai", questions=questions)


RELEASED = {key: lesson(key) for key in ("level1/01", "level1/02", "level1/03")}


def record(key: str, **values: dict) -> AnswerRecord:
    given = {id: {"value": v, "audience": "nong-dan", "at": "2026-11-24T03:00:00Z"} for id, v in values.items()}
    return AnswerRecord.model_validate({"lesson": key, "version": 1, "answers": given})


def test_is_the_first_lesson_that_is_not_handed_in_the_next_one():
    done = {"level1/01": ResultRow(points=10, max_points=10)}
    text = {"kind": "text", "text": "x"}
    records = {
        "level1/01": record("level1/01", today={"kind": "done", "done": True}),
        "level1/02": record("level1/02", q1=text),
    }
    path = make_path(load_curriculum(), RELEASED, records, {}, done)
    first, second, third, fourth = path.levels[0].lessons[:4]
    assert (first.state, first.note) == ("done", "10/10 điểm · đã làm ngay")
    assert (second.state, second.note, second.is_next) == ("started", "còn 8 phút · đã lưu 1/3 câu", True)
    assert (third.state, third.note, third.is_next) == ("open", "12 phút", False)
    assert (fourth.state, fourth.note) == ("coming", "sắp có")
    assert (path.levels[0].done, path.today) == (1, "Hôm nay học tiếp, còn khoảng 8 phút")


def test_is_the_step_told_where_the_release_tells_steps():
    steps = [{"id": "q1", "kind": "text", "step": 4}, {"id": "q2", "kind": "text", "step": 6}]
    told = ReleasedLesson(lesson=KEY, title="Bài", minutes=14, notebook="01", steps=7, questions=steps)
    records = {KEY: record(KEY, q1={"kind": "text", "text": "x"})}
    path = make_path(load_curriculum(), {KEY: told}, records, {}, {})
    assert path.next.note == "còn 6 phút · đã lưu đến bước 4"


def test_does_an_empty_answer_not_count_as_begun():
    path = make_path(load_curriculum(), RELEASED, {KEY: record(KEY, q1={"kind": "text", "text": " "})}, {}, {})
    assert path.levels[0].lessons[0].state == "open"


@pytest.mark.parametrize(("state", "seen"), [("grading", "waiting"), ("refused", "started")])
def test_does_the_path_say_how_a_submission_stands(state, seen):
    path = make_path(load_curriculum(), RELEASED, {}, {KEY: SubmissionRow(state=state)}, {})
    assert path.levels[0].lessons[0].state == seen


def test_does_the_path_know_when_all_is_done():
    done = {key: ResultRow(points=7.5, max_points=10) for key in RELEASED}
    path = make_path(load_curriculum(), RELEASED, {}, {}, done)
    assert path.next is None and "học hết các bài đang có" in path.today
    assert path.levels[0].lessons[0].note == "7,5/10 điểm"


@pytest.mark.parametrize(
    ("name", "audience", "words"),
    [
        ("Nguyễn Thị Hoa", "nong-dan", "Chào Nguyễn Thị Hoa"),
        ("Nguyễn Thị Hoa", "phu-nu", "Chào chị Hoa"),
        ("Trần Minh", "hoc-sinh", "Chào em Minh"),
        ("Học viên mẫu", "nong-dan", "Chào bà con"),
        ("hocvien", "thanh-nien", "Chào bạn"),
        ("hocvien", None, "Chào bạn"),
    ],
)
def test_does_the_greeting_sound_like_vietnamese(name, audience, words):
    assert greeting(name, load_curriculum().audiences.get(audience or "")) == words


def test_is_a_new_learner_asked_for_the_group_and_taken_to_the_lesson(client):
    asked = client.get(f"lessons/{KEY}/")
    assert asked.status_code == 302
    choice = client.get(urljoin(str(asked.url), asked.headers["Location"]))
    assert choice.status_code == 200 and f'data-lesson="{KEY}"' in choice.text
    assert choice.text.count('name="audience"') == 6
    assert client.put("api/me", json={"audience": "nong-dan"}).json()["audience"] == "nong-dan"
    assert 'data-widget="choice"' in client.get(f"lessons/{KEY}/").text
    assert client.put("api/me", json={"audience": "khac"}).status_code == 422


def test_does_a_lesson_stay_with_the_audience_it_was_begun_in(client):
    client.put("api/me", json={"audience": "nong-dan"})
    client.put(f"api/answers/{KEY}", json=answers(audience="phu-nu", q1=Q1))
    client.put("api/me", json={"audience": "nong-dan"})
    assert '"audience":"phu-nu"' in client.get(f"lessons/{KEY}/").text


def test_does_the_path_show_points_after_grading(client):
    client.put("api/me", json={"audience": "nong-dan"})
    assert "Bắt đầu" in client.get("").text
    version = client.put(f"api/answers/{KEY}", json=answers(q1=Q1, q2=Q2)).json()["version"]
    receipt = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": version}).json()["receipt"]
    wait_for_result(client, receipt)
    page = client.get("").text
    assert "10/10 điểm" in page and "1 / 8 bài" in page


def test_is_a_page_asked_about_each_time_and_sent_once(client):
    client.put("api/me", json={"audience": "nong-dan"})
    for path in ("", f"lessons/{KEY}/"):
        page = client.get(path, headers={"Accept-Encoding": "br"})
        assert page.headers["Content-Encoding"] == "br"
        assert page.headers["Cache-Control"] == "private, no-cache"
        again = client.get(path, headers={"Accept-Encoding": "br", "If-None-Match": page.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        plain = client.get(path, headers={"Accept-Encoding": "identity", "If-None-Match": page.headers["ETag"]})
        assert plain.status_code == 200 and "Content-Encoding" not in plain.headers
        assert plain.text == page.text


def test_are_static_files_hashed_compressed_and_kept_for_ever(client, workspace):
    names = sorted(path.name for path in (workspace.release / "static").iterdir() if path.suffix in {".js", ".css"})
    assert names
    for name in names:
        original = (workspace.release / "static" / name).read_bytes()
        for encoding in ("br", "gzip", "identity", "br;q=0, gzip"):
            with client.stream("GET", f"static/{name}", headers={"Accept-Encoding": encoding}) as response:
                assert "immutable" in response.headers["Cache-Control"]
                sent = b"".join(response.iter_raw())
                used = response.headers.get("Content-Encoding", "identity")
            assert used == encoding.split(", ")[-1]
            assert used == "identity" or len(sent) < len(original)
            if used == "br":
                assert brotli.decompress(sent) == original


def test_are_the_paths_own_files_where_it_says(client):
    page = client.get("?chon-nhom=1").text
    files = [part.split('"')[0] for part in page.split('="/services/learn/static/')[1:]]
    assert len(files) >= 4
    for name in files:
        response = client.get(f"static/{name}")
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["Content-Type"].split(";")[0] in {"text/css", "text/javascript", "font/woff2"}


def test_does_every_answer_carry_the_security_headers(client):
    for path in ("", "nowhere", "api/me", "api/nowhere"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_is_a_missing_slash_added(service):
    with httpx.Client(base_url=service.url, cookies={"who": "hoa"}) as client:
        assert client.get(service.url.rstrip("/")).headers["Location"] == "/services/learn/"
        assert client.get(f"lessons/{KEY}").headers["Location"] == f"/services/learn/lessons/{KEY}/"
