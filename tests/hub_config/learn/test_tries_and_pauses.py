"""Trying again: counted, slowed down kindly, the better try never lost; from the page and from nbgrader's Submit."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from grader.inbox import read
from tests.hub_config.learn.installation import KEY, Q1, Q2, answers, learn_service, wait_for_result
from tests.support.browser import chromium

__all__ = ["chromium"]

NOTEBOOK = {
    **{"nbformat": 4, "nbformat_minor": 5, "metadata": {}},
    "cells": [{"cell_type": "code", "id": "a", "source": "x = 1", "metadata": {}, "outputs": [{"big": "9" * 400_000}]}],
}


def hand_in(client, picked: str, **more):
    at = datetime.now(UTC).isoformat()
    body = answers(at=at, q1={"kind": "choice", "picked": [picked]}, **more)
    version = client.put(f"api/answers/{KEY}", json=body).json()["version"]
    return client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": version})


def try_three_times(client) -> str:
    """Use up the free tries; the second is the best, with 6 of 10 points."""
    receipts = []
    for picked, text in (("A", "Không có gì."), ("C", Q2["text"]), ("A", "Lúc 7 giờ.")):
        receipts.append(hand_in(client, picked, q2={"kind": "text", "text": text}).json()["receipt"])
        wait_for_result(client, receipts[-1])
    return receipts[-1]


def test_does_the_fourth_try_wait_and_say_so_kindly(client, service):
    try_three_times(client)
    answer = hand_in(client, "B")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (429, "too_soon")
    assert 0 < error["wait_seconds"] <= 600 and answer.headers["Retry-After"] == str(error["wait_seconds"])
    assert "Làm mẫu" in error["message"] and " giờ" in error["message"]
    assert client.get(f"api/answers/{KEY}").json()["answers"]["q1"]["value"] == Q1, "answering is never held up"
    with service.as_learner("sen") as sen:
        assert hand_in(sen, "B").status_code == 201


def test_is_an_unchanged_record_the_same_receipt_also_after_grading(client):
    last = try_three_times(client)
    version = client.get(f"api/answers/{KEY}").json()["version"]
    again = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": version})
    assert (again.status_code, again.json()["receipt"]) == (201, last)
    assert client.get(f"api/results/{KEY}").json()["attempts"] == 3


def test_does_the_better_earlier_try_count_and_is_it_said(client):
    last = try_three_times(client)
    result = client.get(f"api/results/{KEY}").json()
    assert (result["receipt"], result["points"], result["attempts"]) == (last, 3, 3)
    assert result["counted"]["points"] == 6 and result["counted"]["receipt"] != last
    assert result["message"] == "Điểm được tính vẫn là 6/10 của lần trước."


def test_does_whoever_has_full_marks_never_wait(client):
    for picked in ("A", "C", "B"):
        wait_for_result(client, hand_in(client, picked, q2=Q2).json()["receipt"])
    assert hand_in(client, "A").status_code == 201


def test_can_an_operator_let_the_last_try_count(workspace):
    (workspace.state / "settings.yml").write_text("counts: last\nfree_tries: 9\n", "utf-8")
    with learn_service(workspace) as service, service.as_learner() as client:
        try_three_times(client)
        assert client.get(f"api/results/{KEY}").json()["counted"]["points"] == 3
        assert hand_in(client, "B").status_code == 201


@pytest.fixture
def with_code(workspace):
    """The lesson, now with a question that code answers."""
    manifest = json.loads(workspace.manifest.read_text("utf-8"))
    manifest["lessons"][0]["questions"].append({"id": "q3", "kind": "task", "wants": "number", "graded": True})
    workspace.manifest.write_text(json.dumps(manifest), "utf-8")
    with learn_service(workspace) as service, service.as_learner() as client:
        service.app.state.service.worker.stop()  # what the sandbox does with the notebook is not asked here
        yield client


def test_does_a_lesson_with_code_need_its_notebook(with_code, workspace):
    number = {"kind": "number", "number": 12.5}
    version = with_code.put(f"api/answers/{KEY}", json=answers(q1=Q1, q3=number)).json()["version"]
    path, body = f"api/submissions/{KEY}", {"schema": 1, "version": version}
    refused = with_code.post(path, json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "notebook_needed")
    assert "JupyterLab" in refused.json()["error"]["message"]
    for bad in ("{", "[]", json.dumps(NOTEBOOK | {"nbformat": 3})):
        answer = with_code.post(path, json=body | {"notebook": bad})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_notebook")
    huge = json.dumps(NOTEBOOK | {"cells": NOTEBOOK["cells"] * 14})
    answer = with_code.post(path, json=body | {"notebook": huge})
    assert answer.status_code == 422 and "5 MB" in answer.json()["error"]["message"]
    assert (
        with_code.post(path, content=b" " * 11_000_000, headers={"Content-Type": "application/json"}).status_code == 413
    )

    receipt = with_code.post(path, json=body | {"notebook": json.dumps(NOTEBOOK)}).json()
    submission = read(workspace.inbox("lop1", "hoa") / f"{receipt['receipt']}.json")
    assert submission.sha256 == receipt["sha256"]
    assert json.loads(submission.notebook)["cells"][0]["outputs"] == []
    changed = NOTEBOOK | {"cells": [NOTEBOOK["cells"][0] | {"source": "x = 2"}]}
    other = with_code.post(path, json=body | {"notebook": json.dumps(changed)}).json()
    assert other["receipt"] != receipt["receipt"], "other code is another try"


def test_is_a_value_of_another_kind_than_the_task_wants_refused(with_code):
    answer = with_code.put(f"api/answers/{KEY}", json=answers(q3=Q1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "page_outdated")


def test_does_nbgraders_own_submit_come_back_as_a_result(client, workspace):
    record = answers(q1=Q1, q2=Q2)
    folder = workspace.exchange("lop1") / "inbound-by-learner" / "hoa" / "hoa+level1+2026-11-24 03:00:00 UTC+abc"
    folder.mkdir(parents=True)
    body = {"schema": 1, "lesson": KEY, "version": 1, "answers": record["answers"]}
    (folder / "01.answers.json").write_text(json.dumps(body), "utf-8")
    for name in ("timestamp.txt", "submission_secret.txt"):
        (folder / name).write_text("x", "utf-8")
    for _ in range(600):
        result = client.get(f"api/results/{KEY}").json()
        if result["state"] == "graded":
            break
        time.sleep(0.05)
    assert (result["state"], result["points"], result["attempts"]) == ("graded", 10, 1)


def test_does_the_page_say_it_kindly_and_keep_the_answers_open(chromium: Browser, service, client):
    client.put("api/me", json={"audience": "nong-dan"})
    try_three_times(client)
    later = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    client.put(f"api/answers/{KEY}", json=answers(at=later, q1=Q1))
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": "who", "value": "hoa", "url": service.url}])
    page = context.new_page()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto(f"{service.url}lessons/{KEY}/#buoc-1")
    page.wait_for_load_state("networkidle")
    for _ in range(9):
        if "Nộp" in page.locator("#next").inner_text():
            break
        page.click("#next")
    page.click("#next")
    expect(page.get_by_text("nộp lại được sau")).to_be_visible()
    expect(page.locator("#next")).to_be_enabled()
    page.wait_for_timeout(2500)
    assert len(posts) == 1, "it does not try by itself what it was told to leave for later"
    page.click("#back")
    context.close()


def test_does_the_page_say_that_an_earlier_better_try_counts(chromium: Browser, service, client):
    client.put("api/me", json={"audience": "nong-dan"})
    try_three_times(client)
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": "who", "value": "hoa", "url": service.url}])
    page = context.new_page()
    page.goto(f"{service.url}lessons/{KEY}/#buoc-1")
    page.wait_for_load_state("networkidle")
    for _ in range(9):
        if page.get_by_text("Điểm được tính vẫn là 6/10 của lần trước.").is_visible():
            break
        page.click("#next")
    expect(page.get_by_text("Điểm được tính vẫn là 6/10 của lần trước.")).to_be_visible()
    context.close()
