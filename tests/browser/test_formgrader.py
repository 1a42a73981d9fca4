"""nbgrader's formgrader in a real browser, on what our grader wrote: a lesson (answers mode) and a classic assignment.

The learner's code is hostile: what it shows must be seen by the trainer, and never run, on either side.
"""

import csv
import json
import re
from contextlib import closing

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from playwright.sync_api import expect

from grader.class_directory import class_config
from grader.feedback import write_feedback
from grader.source_notebook import hidden_part, is_solution_cell, read_notebook
from grader.workspace import Workspace
from hub_config.services.shared.dates import number
from hub_config.settings import REPO
from tests.grader.classic.small_course import KERNEL, RIGHT, SOURCE
from tests.support.browser import log_in
from tests.support.handing_in import hand_in_assignment, hand_in_lesson

pytestmark = pytest.mark.xdist_group("the road")
LEARNER, AUDIENCE, LESSON = "hocvien", "nong-dan", "level4/04"
HOSTILE = """from IPython.display import HTML, display
print("<script>window.hacked = 1</script> in ra")
display(HTML("<img src=x onerror='window.hacked = 1'><b>chữ đậm</b><script>window.hacked = 1</script>"))
"""
MARKERS = re.compile(r"^### (BEGIN|END) SOLUTION\n", re.MULTILINE)
HARMFUL = "<img src=x onerror='window.hacked = 1'> Vì nhân đôi là nhân với hai."


@pytest.fixture(scope="module")
def workspace(hub):
    return Workspace(hub.state, REPO)


@pytest.fixture(scope="module")
def lesson(hub, workspace):
    """Lesson 4.4, graded, its first task wrong: formgrader's id of it, its source and its result."""
    source = workspace.source_notebook(LESSON)
    [released] = (hub.state / "release/notebooks/level4").glob("04-*.ipynb")
    own = {cell.id: MARKERS.sub("", cell.source) for cell in read_notebook(source).cells if is_solution_cell(cell)}
    own["two-code"] = f'{HOSTILE}lesson.answer("q1", bang["so_luong"].sum())'
    notebook = json.loads(released.read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = own.get(cell["id"], cell["source"])
    with closing(hub.api(hub.token(LEARNER))) as api:
        values = {"q5": {"kind": "choice", "picked": ["C"]}}
        result = hand_in_lesson(api, LESSON, values, AUDIENCE, json.dumps(notebook))
    return submission_id(workspace, "level4", source.stem), source, result


@pytest.fixture(scope="module")
def assignment(hub, workspace):
    """A classic assignment of the trainer's own, with a cell to grade by hand, handed in by nbgrader's Submit."""
    source = workspace.class_directory("demo") / "source" / "ps1"
    source.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=SOURCE, metadata={"kernelspec": KERNEL}), source / "p1.ipynb")
    (source / "helper.py").write_text("def share(x):\n    return x * 0.5\n", "utf-8")
    made = NbGraderAPI(config=class_config(workspace, "demo")).generate_assignment("ps1")
    assert made["success"], made
    released = nbformat.read(workspace.class_directory("demo") / "release/ps1/p1.ipynb", 4)
    by_id = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in released.cells}
    by_id["double"].source, by_id["why"].source = f"{HOSTILE}{RIGHT}", HARMFUL
    files = {"p1.ipynb": nbformat.writes(released), "helper.py": (source / "helper.py").read_text("utf-8")}
    result = hand_in_assignment(hub, "demo", LEARNER, "ps1", files)
    return submission_id(workspace, "ps1", "p1"), source / "p1.ipynb", result


def gradebook(workspace):
    return Gradebook(f"sqlite:///{workspace.class_directory('demo') / 'gradebook.db'}", "demo")


def submission_id(workspace, assignment, notebook):
    with gradebook(workspace) as book:
        return book.find_submission_notebook(notebook, assignment, LEARNER).id


def open_submission(context, hub, id):
    """Open a submission as the class page's links do, which start the class's server where it is not running."""
    page = log_in(context, hub, "giangvien")
    path = f"/user/lop-demo/formgrader/submissions/{id}"
    page.goto(f"{hub.url}/hub/spawn/lop-demo?next={path}")
    page.wait_for_url(f"**{path}**", timeout=120_000)
    expect(page.locator("input.score").first).to_have_attribute("placeholder", re.compile("."), timeout=30_000)
    return page


def score_fields(page):
    """Return what stands in each score's field, by cell: the automatic score, until the trainer gives another."""
    return {
        field.get_attribute("id"): field.get_attribute("placeholder") for field in page.locator("input.score").all()
    }


def assert_nothing_runs(page, shown):
    """What a learner's code showed is there to read, and nothing of it is alive."""
    text = page.locator("body").inner_text()
    for words in shown:
        assert words in text, words
    assert page.locator("[onerror]").count() == 0
    assert page.evaluate("window.hacked") is None


def open_feedback(context, workspace, assignment, notebook):
    """Open the page that the learner will get."""
    file = write_feedback(workspace, "demo", LEARNER, assignment) / f"{notebook}.html"
    page = context.new_page()
    page.goto(file.as_uri(), wait_until="domcontentloaded")
    return page


def test_a_lesson_graded_by_its_answers(desktop, hub, workspace, lesson):
    id, source, result = lesson
    page = open_submission(desktop, hub, id)
    points = {question["id"]: f"{question['points']:g}" for question in result["questions"]}
    assert (points["q1"], result["points"]) == ("0", 16.0)
    assert score_fields(page) == points
    assert_nothing_runs(
        page, ['print("<script>window.hacked = 1</script> in ra")', "<script>window.hacked = 1</script> in ra\n"]
    )
    expect(page.locator("#two-code-comment")).to_be_editable()
    trainers = page.locator("body").inner_text()

    page = open_feedback(desktop, workspace, "level4", source.stem)
    assert_nothing_runs(page, ['print("<script>window.hacked = 1</script> in ra")', "Đây là tổng của cả bảng.", "16.0"])
    [released] = (hub.state / "release/notebooks/level4").glob("04-*.ipynb")
    given = "\n".join(cell.source for cell in nbformat.read(released, 4).cells)
    code = [line.strip() for cell in read_notebook(source).cells for line in hidden_part(cell.source).splitlines()]
    code = [line for line in code if re.search(r"lambda|lesson\.expect|points=", line) and line not in given]
    text = page.locator("body").inner_text()
    assert len(code) > 10
    assert [line for line in code if line in text] == []
    assert "HIDDEN TESTS" not in text
    hidden = workspace.hidden_data(LESSON) / "data" / "04" / f"{AUDIENCE}.csv"
    with hidden.open(encoding="utf-8", newline="") as table:
        total = number(sum(float(row["so_luong"]) for row in csv.DictReader(table)))
    assert total in trainers and total not in text, "what the code made of the hidden data is for the trainer alone"


def test_a_classic_assignment_graded_by_hand_too(desktop, hub, workspace, assignment):
    id, _, result = assignment
    assert (result.points, result.max_points) == (3.0, 9.0)
    page = open_submission(desktop, hub, id)
    with gradebook(workspace) as book:
        assert book.find_submission("ps1", LEARNER).needs_manual_grade
    assert score_fields(page) == {"test_double": "2", "test_share": "1", "why": None}  # by hand
    shown = ["return 2 * x", "<script>window.hacked = 1</script> in ra\n", "chữ đậm", "Vì nhân đôi là nhân với hai."]
    assert_nothing_runs(page, shown)
    for id, value in (("why", "2.5"), ("why-comment", "Rõ ý, thiếu ví dụ.")):
        with page.expect_response(lambda response: response.request.method == "PUT" and response.ok):
            page.locator(f"#{id}").fill(value)
            page.locator(f"#{id}").blur()
    page.reload()
    expect(page.locator("#why")).to_have_value("2.5", timeout=30_000)
    expect(page.locator("#why-comment")).to_have_value("Rõ ý, thiếu ví dụ.")
    with gradebook(workspace) as book:
        submission = book.find_submission("ps1", LEARNER)
        assert (submission.score, submission.needs_manual_grade) == (5.5, False)

    page = open_feedback(desktop, workspace, "ps1", "p1")
    assert_nothing_runs(page, [*shown, "Rõ ý, thiếu ví dụ.", "5.5"])
    text = page.locator("body").inner_text()
    assert "double(2)" in text
    assert [secret for secret in ("double(21)", "== 42", "HIDDEN TESTS") if secret in text] == []
