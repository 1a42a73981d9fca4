"""The whole road on a real hub: a learner on a phone, the same learner on a PC, a trainer, a writer of lessons.

The tests share one hub and run in order: each goes on where the one before left a learner.
"""

import json
import re
import sqlite3
import subprocess
import sys

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from course.answers import AnswerRecord
from grader.specimens import read_specimens
from hub_config.settings import REPO
from tests.support.browser import answer, go_to, log_in, question

pytestmark = pytest.mark.xdist_group("the road")
AUDIENCE = "nong-dan"


def solution(lesson):
    record: AnswerRecord = read_specimens(lesson, AUDIENCE)[0].record
    return {id: one.value.model_dump(mode="json") for id, one in record.answers.items()}


def jupyter_servers(hub):
    return [process for process in hub.processes() if "jupyterhub.singleuser" in " ".join(process.cmdline())]


def serious(page):
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


def open_lesson(page, hub, lesson):
    page.goto(f"{hub.url}/services/learn/lessons/{lesson}/")
    expect(page.locator("#next")).to_be_visible()


def saved(page):
    expect(page.locator("#saved")).to_contain_text("Đã lưu")


def test_a_learner_on_a_phone(hub, phone):
    """From the log-in to points and reasons, with the network cut midway and the hub killed before submitting."""
    page = log_in(phone, hub, "hocvien")
    page.click(f"button[value={AUDIENCE}]")
    expect(page.get_by_role("heading", name="Cấp 1")).to_be_visible()
    assert serious(page) == []
    page.locator("a.card").first.click()
    expect(page.locator("#next")).to_have_text("Bắt đầu")
    answers = solution("level1/01")

    practice = go_to(page, "p1")
    practice.locator(".bd-option").first.click()
    expect(practice.locator(".bd-panel")).to_be_visible()  # the reason, at once
    assert serious(page) == []

    answer(go_to(page, "q1"), answers["q1"])
    saved(page)
    phone.set_offline(True)
    answer(go_to(page, "q2"), answers["q2"])
    expect(page.locator("#saved")).to_contain_text("chưa mất gì")
    page.close()  # the tab is closed with an answer that no server has seen
    phone.set_offline(False)

    page = phone.new_page()
    open_lesson(page, hub, "level1/01")
    expect(go_to(page, "q2").locator("textarea")).to_have_value(answers["q2"]["text"])
    saved(page)

    hub.kill()
    answer(go_to(page, "q3"), answers["q3"])
    expect(page.locator("#saved")).to_contain_text("chưa mất gì")
    hub.start()
    saved_again = page.locator("#saved")
    expect(saved_again).to_contain_text("Đã lưu", timeout=90_000)

    while page.locator("#next").inner_text() != "Nộp bài":
        page.click("#next")
    page.click("#next")
    results = page.locator("[data-results]")
    expect(results).to_contain_text("10/10", timeout=20_000)
    expect(results).to_contain_text("biên nhận")
    assert results.locator("li").count() == 3 or results.get_by_text(re.compile("Câu [123]")).count() >= 3
    assert serious(page) == []

    page.goto(f"{hub.url}/services/learn/")
    expect(page.locator("li.lesson.done")).to_contain_text("10/10")
    assert jupyter_servers(hub) == []  # nobody needed one


def test_the_same_learner_on_a_pc(hub, phone, desktop):
    """Answers begun on the phone, finished and handed in from JupyterLab; the other device's change is not overrun."""
    answers = solution("level1/03")
    small = log_in(phone, hub, "hocvien")
    open_lesson(small, hub, "level1/03")
    answer(go_to(small, "q1"), answers["q1"])
    saved(small)

    page = log_in(desktop, hub, "hocvien")
    name = next((REPO / "level1").glob("03-*.ipynb")).name
    page.goto(f"{hub.url}/hub/user-redirect/lab/tree/level1/{name}")
    page.wait_for_selector(".jp-Notebook", timeout=120_000)
    run_all(page)
    first = in_lab(page, "Câu 1")
    expect(first.locator("input:checked")).to_have_count(1, timeout=60_000)  # what the phone answered

    for id in ("q2", "q3", "q4"):
        place = in_lab(page, f"Câu {id[1:]}")
        place.scroll_into_view_if_needed()
        answer(place, answers[id])
        expect(place).to_contain_text("Đã lưu", timeout=15_000)

    small.reload()
    answer(go_to(small, "q1"), {"kind": "choice", "picked": ["A" if answers["q1"]["picked"] != ["A"] else "B"]})
    saved(small)
    button = page.locator(".bd-submit")
    button.scroll_into_view_if_needed()
    button.get_by_role("button", name="Nộp bài").click()
    expect(button).to_contain_text("máy khác", timeout=20_000)  # changed elsewhere: look first
    first.scroll_into_view_if_needed()
    answer(first, answers["q1"])
    expect(first).to_contain_text("Đã lưu", timeout=15_000)
    button.scroll_into_view_if_needed()
    button.get_by_role("button", name="Nộp bài").click()
    expect(button).to_contain_text("10/10", timeout=30_000)

    home = hub.state / "homes" / "hocvien" / "level1"
    kept = json.loads((home / "03.answers.json").read_text("utf-8"))  # what nbgrader's own Submit would hand in
    assert kept["answers"]["q2"]["value"] == answers["q2"]


def run_all(page):
    """Run every cell by the menu, as a person does once the notebook says it is ready."""
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=90_000)
    page.get_by_role("menuitem", name=re.compile("^(Run|Chạy)")).first.click()
    page.get_by_role("menuitem", name=re.compile("(Run All Cells|Chạy tất cả)", re.I)).first.click()


def in_lab(page, label):
    """Return the question with a label in an open notebook; scroll until JupyterLab has drawn it."""
    place = page.locator(".jp-OutputArea .bdhai", has_text=re.compile(rf"^\s*{label}(?!\d)")).first
    for turn in range(240):  # a loaded machine takes its time to run all cells
        if place.count():
            place.scroll_into_view_if_needed()
            return place
        if turn % 10 == 9:
            page.locator(".jp-WindowedPanel-outer, .jp-Notebook").first.hover()
            page.mouse.wheel(0, 600)
        page.wait_for_timeout(500)
    raise AssertionError(f"{label} never appeared")


def test_a_trainer(hub, desktop):
    """The class's results, and a submission in nbgrader's formgrader."""
    page = log_in(desktop, hub, "giangvien")
    page.goto(f"{hub.url}/services/classes/demo/")
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("10")
    assert serious(page) == []
    cell = row.get_by_role("link", name=re.compile("10")).first
    target = cell.get_attribute("href")
    page.goto(f"{hub.url}{target}" if target.startswith("/") else target)
    page.wait_for_url("**/user/lop-demo/formgrader/**", timeout=120_000)
    expect(page.locator("body")).to_contain_text("hocvien", timeout=60_000)
    with sqlite3.connect(hub.state / "classes" / "demo" / "gradebook.db") as gradebook:
        scores = dict(
            gradebook.execute(
                "select notebook.name, sum(grade.auto_score) from grade"
                " join submitted_notebook on grade.notebook_id = submitted_notebook.id"
                " join notebook on submitted_notebook.notebook_id = notebook.id group by notebook.name"
            ).fetchall()
        )
    assert {name[:2]: score for name, score in scores.items()}["01"] == 10


@pytest.mark.parametrize("command", ["generate_assignment", "autograde", "generate_feedback", "export"])
def test_nbgraders_own_commands_work_on_the_class(hub, command):
    """Stock nbgrader on the same course gives the same points as the service did."""
    course = hub.state / "classes" / "demo"
    arguments = {
        "generate_assignment": ["level1", "--force"],
        "autograde": ["level1", "--student=hocvien", "--force"],
        "generate_feedback": ["level1", "--student=hocvien", "--force"],
        "export": [],
    }[command]
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", command, *arguments], cwd=course, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    if command == "export":
        lines = (course / "grades.csv").read_text("utf-8").splitlines()
        [line] = [line for line in lines if line.startswith("level1,") and ",hocvien," in line]
        assert ",20.0," in line


def test_a_writer_of_lessons(hub, phone, tmp_path):
    """A question changed in the source shows on the page and in the learner's notebook after one command."""
    source = next((REPO / "level1").glob("01-*.ipynb"))
    before = source.read_text("utf-8")
    notebook = nbformat.reads(before, 4)
    cell = next(cell for cell in notebook.cells if "lesson.choice" in cell.source and '"p1"' in cell.source)
    cell.source = re.sub(r'("p1",\s*")', r"\1Câu mới soạn. ", cell.source, count=1)
    assert "Câu mới soạn" in cell.source
    cell.outputs = [nbformat.v4.new_output("stream", text="vết tích máy")]
    nbformat.write(notebook, source)
    environment = hub.environment()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "grader.cli", "release"], cwd=REPO, env=environment, text=True, capture_output=True
        )
        assert done.returncode == 0, done.stderr
        cleaned = source.read_text("utf-8")
        assert "vết tích máy" not in cleaned
        assert [c.id for c in nbformat.reads(cleaned, 4).cells] == [c["id"] for c in json.loads(before)["cells"]]
        released = (hub.state / "release" / "notebooks" / "level1" / source.name).read_text("utf-8")
        assert "Câu mới soạn" in released
        assert "HIDDEN TESTS" not in released
        page = log_in(phone, hub, "hocvien")
        page.goto(f"{hub.url}/services/learn/lessons/level1/01/")
        expect(question(page, "p1")).to_contain_text("Câu mới soạn")
    finally:
        source.write_text(before, "utf-8")
        subprocess.run(
            [sys.executable, "-m", "grader.cli", "release"], cwd=REPO, env=environment, check=True, capture_output=True
        )
