"""Every row of "Bad input": a clear answer, a stable code, and nothing lost."""

import resource
import socket
import sqlite3
from urllib.parse import urlsplit

import httpx
import pytest

from grader import inbox
from tests.hub_config.learn.installation import KEY, Q1, Q2, SECRET, answers, learn_service


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of an error, after looking at its Vietnamese sentence."""
    error = response.json()["error"]
    assert set(error) == {"code", "message"}
    assert len(error["message"]) > 10 and error["message"].endswith(".")
    assert "Traceback" not in response.text
    return response.status_code, error["code"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "api/me"),
        ("PUT", "api/me"),
        ("GET", f"api/answers/{KEY}"),
        ("PUT", f"api/answers/{KEY}"),
        ("POST", f"api/submissions/{KEY}"),
        ("GET", f"api/results/{KEY}"),
    ],
)
def test_is_somebody_not_logged_in_told_so(service, method, path):
    response = httpx.request(method, service.url + path, json={} if method != "GET" else None)
    assert error_of(response) == (401, "not_logged_in")


@pytest.mark.parametrize("path", ["", f"lessons/{KEY}/"])
def test_does_a_page_send_somebody_not_logged_in_to_the_hub(service, path):
    response = httpx.get(service.url + path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/hub/api/oauth2/authorize")


def test_are_another_learners_answers_out_of_reach(service, client):
    client.put(f"api/answers/{KEY}", json=answers(q1=Q1))
    with service.as_learner("sen") as sen:
        assert error_of(sen.get(f"api/answers/{KEY}?learner=hoa")) == (403, "not_yours")
        assert error_of(sen.put(f"api/answers/{KEY}?learner=hoa", json=answers(q2=Q2))) == (403, "not_yours")
        assert sen.get(f"api/answers/{KEY}").json()["answers"] == {}
    assert list(client.get(f"api/answers/{KEY}").json()["answers"]) == ["q1"]


@pytest.mark.parametrize("key", ["level1/99", "level6/01", "level1/1", "khac/01"])
def test_is_an_unknown_lesson_told_so(client, key):
    for response in (
        client.get(f"api/answers/{key}"),
        client.put(f"api/answers/{key}", json=answers(q1=Q1)),
        client.post(f"api/submissions/{key}", json={"schema": 1, "version": 0}),
        client.get(f"api/results/{key}"),
    ):
        assert error_of(response) == (404, "lesson_unknown")
    page = client.get(f"lessons/{key}/")
    assert page.status_code == 404 and "Không có bài học này" in page.text


def test_is_a_lesson_that_is_not_released_told_so(client):
    assert error_of(client.put("api/answers/level1/02", json=answers(q1=Q1))) == (404, "lesson_not_released")
    page = client.get("lessons/level1/02/")
    assert page.status_code == 404 and "sắp có" in page.text


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"schema": 1, "answers": ' + b"[" * 5000, b"null null"])
def test_is_malformed_json_told_so(client, body):
    response = client.put(f"api/answers/{KEY}", content=body, headers={"Content-Type": "application/json"})
    assert error_of(response) == (400, "bad_json")


def test_is_a_form_instead_of_json_refused(client):
    response = client.put(f"api/answers/{KEY}", content=b"{}", headers={"Content-Type": "text/plain"})
    assert error_of(response) == (415, "not_json")


def test_is_an_oversized_body_refused_without_reading_it(client):
    body = answers(q2={"kind": "text", "text": "x" * 300_000})
    assert error_of(client.put(f"api/answers/{KEY}", json=body)) == (413, "too_large")


def test_is_an_endless_body_cut_off(service):
    """The answer comes although the body never ends: no length was declared, so the service must have counted."""
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        head = (
            f"PUT {address.path}api/answers/{KEY} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: who=hoa\r\n"
            "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        connection.sendall(head.encode())
        chunk = b"10000\r\n" + b"[" * 0x10000 + b"\r\n"
        for _ in range(5):
            connection.sendall(chunk)
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def test_is_a_question_over_its_limit_refused_and_the_rest_kept(client):
    client.put(f"api/answers/{KEY}", json=answers(q1=Q1))
    body = answers(at="2026-11-24T03:01:00Z", q2={"kind": "text", "text": "ế" * 10_000})
    assert error_of(client.put(f"api/answers/{KEY}", json=body)) == (413, "too_large")
    assert list(client.get(f"api/answers/{KEY}").json()["answers"]) == ["q1"]


@pytest.mark.parametrize(
    "change",
    [
        {"value": {"kind": "choice", "picked": "B"}},
        {"value": {"kind": "choice", "picked": ["B", "C"]}},
        {"value": {"kind": "choice", "picked": ["B", "B"]}},
        {"value": {"kind": "unheard-of"}},
        {"value": {"kind": "choice", "picked": ["B"], "points": 10}},
        {"value": None},
        {"audience": "nguoi-la"},
        {"audience": 7},
        {"at": "hôm qua"},
        {"at": "2026-11-24T03:00:00"},
        {"at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_is_a_value_of_the_wrong_shape_refused(client, change):
    body = answers(q1=Q1)
    body["answers"]["q1"] |= change
    assert error_of(client.put(f"api/answers/{KEY}", json=body)) == (422, "bad_answer")
    assert client.get(f"api/answers/{KEY}").json()["version"] == 0


@pytest.mark.parametrize(
    ("id", "value", "code"),
    [
        ("q9", Q1, "question_unknown"),
        ("q1", Q2, "page_outdated"),  # the question was another kind
        ("q1", {"kind": "choice", "picked": ["D"]}, "page_outdated"),  # the question had more options
    ],
)
def test_is_an_old_version_of_the_page_told_to_reload(client, id, value, code):
    assert error_of(client.put(f"api/answers/{KEY}", json=answers(**{id: value}))) == (409, code)


def test_is_a_page_of_another_schema_told_to_reload(client):
    response = client.put(f"api/answers/{KEY}", json=answers(q1=Q1) | {"schema": 2})
    assert error_of(response) == (409, "page_outdated")


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {}],
)
def test_is_a_write_from_another_site_refused(service, headers):
    with httpx.Client(base_url=service.url, cookies={"who": "hoa"}, headers=headers) as browser:
        assert error_of(browser.put(f"api/answers/{KEY}", json=answers(q1=Q1))) == (403, "cross_origin")
        assert browser.get(f"api/answers/{KEY}").json()["version"] == 0


def test_may_an_old_browser_write_by_its_origin(service):
    address = urlsplit(service.url)
    origin = {"Origin": f"http://{address.netloc}"}
    with httpx.Client(base_url=service.url, cookies={"who": "hoa"}, headers=origin) as browser:
        assert browser.put(f"api/answers/{KEY}", json=answers(q1=Q1)).status_code == 200


def test_is_a_learner_without_a_class_told_so_and_nothing_lost(service, workspace):
    with service.as_learner("nobody") as client:
        client.put(f"api/answers/{KEY}", json=answers(q1=Q1))
        response = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": 1})
        assert error_of(response) == (403, "no_class")
        assert client.get(f"api/answers/{KEY}").json()["answers"]["q1"]["value"] == Q1
    assert not list(inbox.submission_files(workspace))


def test_is_a_full_database_told_so_and_nothing_lost(service, client):
    client.put(f"api/answers/{KEY}", json=answers(q1=Q1))
    engine = service.app.state.service.database.engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    engine.dispose()

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    from sqlalchemy import event

    event.listen(engine, "connect", limit)
    body = answers(at="2026-11-24T03:01:00Z", q2={"kind": "text", "text": "x" * 15_000})
    response = client.put(f"api/answers/{KEY}", json=body)
    assert error_of(response) == (507, "storage_full")
    assert "Retry-After" in response.headers
    event.remove(engine, "connect", limit)
    engine.dispose()
    assert list(client.get(f"api/answers/{KEY}").json()["answers"]) == ["q1"]
    assert client.put(f"api/answers/{KEY}", json=body).json()["version"] == 2


def test_is_a_full_disk_told_so_before_any_receipt(client, workspace):
    client.put(f"api/answers/{KEY}", json=answers(q1=Q1))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # the kernel itself now refuses to let a file grow
    try:
        response = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": 1})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert error_of(response) == (507, "storage_full")
    assert not [path for path in (workspace.state / "inbox").rglob("*") if path.is_file()]
    assert client.get(f"api/results/{KEY}").json()["state"] == "none"
    assert client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": 1}).status_code == 201


def test_is_a_locked_database_told_so_and_nothing_lost(workspace):
    with learn_service(workspace, busy_timeout_ms=100) as service, service.as_learner() as client:
        client.put(f"api/answers/{KEY}", json=answers(q1=Q1))
        other = sqlite3.connect(workspace.state / "learn.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        body = answers(at="2026-11-24T03:01:00Z", q2=Q2)
        response = client.put(f"api/answers/{KEY}", json=body)
        assert error_of(response) == (503, "gradebook_busy")
        assert "Retry-After" in response.headers
        assert client.get(f"api/answers/{KEY}").status_code == 200  # reading goes on
        other.execute("ROLLBACK")
        other.close()
        assert client.put(f"api/answers/{KEY}", json=body).json()["version"] == 2


def test_does_a_locked_gradebook_only_delay_the_result(client, workspace):
    from grader.class_directory import course_directory
    from tests.hub_config.learn.installation import wait_for_result

    gradebook = course_directory(workspace, "lop1").db_url.removeprefix("sqlite:///")
    other = sqlite3.connect(gradebook, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    client.put(f"api/answers/{KEY}", json=answers(q1=Q1, q2=Q2))
    answer = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": 1})
    assert answer.status_code == 201
    assert client.get(f"api/results/{KEY}").json()["state"] == "grading"
    other.execute("ROLLBACK")
    other.close()
    assert wait_for_result(client, answer.json()["receipt"])["points"] == 10


def test_does_an_unforeseen_error_show_and_log_nothing_of_a_learners_text(service, client, caplog, capfd):
    text = "chuyện riêng của cô Hoa"

    def fail(*_arguments: object) -> None:
        raise RuntimeError(text)

    service.app.state.service.database.merge_answers = fail
    response = client.put(f"api/answers/{KEY}", json=answers(q2={"kind": "text", "text": text}))
    assert error_of(response) == (500, "internal")
    service.app.state.service.learner = fail
    page = client.get("")
    assert page.status_code == 500 and "Máy chủ gặp lỗi" in page.text
    output = capfd.readouterr()
    for place in (response.text, page.text, caplog.text, output.out, output.err):
        assert text not in place
    assert "RuntimeError at" in caplog.text


def test_is_a_name_never_taken_for_html(service, workspace):
    evil = "Hoa <img src=x onerror=alert(1)> Lan"
    service.app.state.service.database.set_learner("hoa", display_name=evil, audience="nong-dan")
    with service.as_learner() as client:
        page = client.get("").text
    assert "&lt;img src=x" in page and "<img" not in page


def test_does_no_answer_of_the_service_hold_a_key(client):
    client.put("api/me", json={"audience": "nong-dan"})
    texts = [client.get(path).text for path in ("", f"lessons/{KEY}/", f"api/answers/{KEY}", f"api/results/{KEY}")]
    assert "Chọn" in texts[1]  # the lesson really is there
    assert not any(SECRET in text for text in texts)


@pytest.mark.parametrize("path", ["nowhere", "api/nowhere", "static/../../../learn.db", "static/learn.db", "docs"])
def test_is_an_unknown_path_answered_in_words(client, path):
    response = client.get(path)
    assert response.status_code == 404
    if path.startswith("api/"):
        assert error_of(response) == (404, "not_found")
    else:
        assert "Không tìm thấy trang này" in response.text


def test_is_a_wrong_method_answered_in_words(client):
    assert error_of(client.delete(f"api/answers/{KEY}")) == (405, "method_not_allowed")
