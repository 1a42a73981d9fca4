"""Does a learner's feedback on a classic assignment show what it should, and nothing that it must not?"""

import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from filelock import FileLock

from grader.class_directory import create_class
from grader.classic.from_inbox import grade_submission
from grader.feedback import write_feedback
from grader.inbox import accept_assignment
from grader.workspace import Workspace
from tests.grader.classic.small_course import Course, cell

GOLDEN = Path(__file__).parent / "golden"
CODE = "print('tôi <b>in</b> ra')\ndef double(x):\n    return 4"
HOSTILE = """from IPython.display import HTML, Javascript, display
display(HTML("<img src=x onerror=alert(1)><script>alert(2)</script><b>đậm</b>"))
display(Javascript("alert(3)"))"""
BODY = re.compile(r"<main\b.*</main>", re.DOTALL)


def body(page: str) -> str:
    """Return what is shown, without what changes from one version of a library or one run to the next."""
    found = BODY.search(page) or re.search(r"<body\b.*</body>", page, re.DOTALL)
    text = re.sub(r"<(script|style)\b.*?</\1>", "", found[0], flags=re.DOTALL)
    text = re.sub(r'(id|href|class|cell_id)="[^"]*"', "", text)
    return re.sub(r"\s+", " ", text).strip().replace("> <", ">\n<") + "\n"


@pytest.fixture
def feedback(tmp_path, made_course, pool):
    """Hand in through the inbox, grade, and return the page."""

    def page_of(code, extra=None):
        workspace = Workspace(tmp_path / "state", tmp_path / "lessons")
        level = workspace.lessons / "ps1"
        if not level.exists():
            workspace.lessons.mkdir()
            directory = create_class(workspace, "thu")
            shutil.copytree(made_course.root / "source/ps1", directory / "source/ps1")
            shutil.copy(made_course.root / "gradebook.db", directory / "gradebook.db")
        course = Course(tmp_path / "mine")
        shutil.copytree(made_course.root, course.root)
        folder = course.submit("an", code, (lambda notebook: notebook.cells.append(cell(extra))) if extra else None)
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        submission = accept_assignment(workspace, "thu", "an", "ps1", files)
        attempt = grade_submission(workspace, submission, pool.run_jobs, FileLock(tmp_path / "lock"))
        written = write_feedback(workspace, "thu", "an", "ps1")
        return attempt, (written / "p1.html").read_text("utf-8")

    return page_of


def test_the_page_is_as_it_was(feedback):
    attempt, page = feedback(CODE)
    assert (attempt.points, attempt.max_points) == (2.0, 9.0)
    assert body(page) == (GOLDEN / "p1.html").read_text("utf-8")


def test_hidden_tests_are_not_in_it(feedback):
    _, page = feedback(CODE)
    text = BeautifulSoup(page, "html.parser").get_text()  # in the page itself, colours stand between the words
    assert "double(2)" in text
    for secret in ("double(21)", "== 42", "HIDDEN TESTS"):
        assert secret not in text


def test_what_a_learner_shows_is_no_script(feedback):
    _, page = feedback(CODE, HOSTILE)
    shown = BeautifulSoup(page, "html.parser").find("main")
    outputs = shown.find_all(class_="output")
    assert any("đậm" in output.get_text() for output in outputs)
    assert shown.find_all(lambda tag: any(name.startswith("on") for name in tag.attrs)) == []
    assert [script for script in shown.find_all("script") if "alert" in script.get_text()] == []
