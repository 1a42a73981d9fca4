"""The whole road on a real hub: a learner on a phone, the same learner on a PC, a trainer, a writer of lessons.

The tests share one hub and run in order, each where the one before left the learner; each also runs by itself.
"""

import csv
import json
import re
import subprocess
import sys
from contextlib import closing

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbgrader.api import Gradebook
from playwright.sync_api import expect

from course.answers import AnswerRecord
from grader.database import open_database
from grader.specimens import read_specimens
from hub_config.settings import REPO
from tests.support.browser import answer, go_to, log_in, question
from tests.support.handing_in import hand_in_lesson
from tests.support.lab import in_lab, run_all

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


def choose_audience(page):
    """Say who one is, where it has not been said yet: the first thing that the path asks."""
    if (button := page.locator(f"button[value={AUDIENCE}]")).count():
        button.click()
    expect(page.get_by_role("heading", name="Cấp 1")).to_be_visible()


def open_lesson(page, hub, lesson):
    page.goto(f"{hub.url}/services/learn/lessons/{lesson}/")
    expect(page.locator("#next")).to_be_visible()


def saved(page):
    expect(page.locator("#saved")).to_contain_text("Đã lưu")


def test_a_learner_on_a_phone(hub, phone):
    """From the log-in to points and reasons, with the network cut midway and the hub killed before submitting."""
    page = log_in(phone, hub, "hocvien")
    choose_audience(page)
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
    choose_audience(small)
    open_lesson(small, hub, "level1/03")
    answer(go_to(small, "q1"), answers["q1"])
    saved(small)

    page = log_in(desktop, hub, "hocvien")
    name = next((REPO / "level1").glob("03-*.ipynb")).name
    page.goto(f"{hub.url}/hub/user-redirect/lab/tree/level1/{name}")
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


@pytest.fixture
def handed_in(hub):
    """Something to look at also where the learner's own tests did not run, or failed."""
    if learner_points(hub) == 0:
        with closing(hub.api(hub.token("hocvien"))) as api:
            hand_in_lesson(api, "level1/01", solution("level1/01"), AUDIENCE)


def learner_points(hub):
    """Return what the learner has in all lessons of level 1, by our own results."""
    with closing(open_database(f"sqlite:///{hub.state / 'learn.db'}")) as database:
        results = database.results(learner="hocvien", class_id="demo")
    return sum(row.points for row in results if row.lesson.startswith("level1/"))


def test_a_trainer(hub, desktop, handed_in):
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
    first = next((REPO / "level1").glob("01-*.ipynb")).stem
    assert gradebook_scores(hub, "hocvien")[first] == 10


def gradebook_scores(hub, learner):
    """Return a learner's score in each notebook of level 1, as nbgrader's own gradebook has it."""
    course = hub.state / "classes" / "demo"
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "demo") as gradebook:
        notebooks = gradebook.find_submission("level1", learner).notebooks
        return {notebook.name: notebook.score for notebook in notebooks}


@pytest.mark.parametrize("command", ["generate_assignment", "autograde", "generate_feedback", "export"])
def test_nbgraders_own_commands_work_on_the_class(hub, handed_in, command):
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
    points = learner_points(hub)  # whatever was handed in before
    assert points > 0
    assert sum(gradebook_scores(hub, "hocvien").values()) == pytest.approx(points)
    if command == "export":
        rows = csv.DictReader((course / "grades.csv").read_text("utf-8").splitlines())
        [row] = [row for row in rows if (row["assignment"], row["student_id"]) == ("level1", "hocvien")]
        assert float(row["score"]) == pytest.approx(points)


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
