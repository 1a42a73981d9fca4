"""The trainer's hint that some handed in the same code: who, where to look, and no accusation."""

import json
import shutil
from collections.abc import Iterator

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, expect

from course.answers import AnswerRecord
from grader.class_directory import course_directory, create_class
from grader.database import open_database
from grader.database_submissions import submission_row
from grader.inbox import accept, inbox_file
from grader.workspace import Workspace
from hub_config.services.classes.app import create_app
from hub_config.services.shared.settings import ServiceSettings
from tests.hub_config.learn.installation import FakeHub, Running, serve
from tests.hub_config.learn.test_path_in_browser import chromium
from tests.support.code_lesson import KEY, NAME, write_code_lesson

__all__ = ["chromium"]

COPIED = """# mình lọc trước rồi mới cộng từng dòng một
tan_cuong = bang[bang['xa'] == 'Tân Cương']
tong = 0
for can_nang in tan_cuong['kg']:
    tong = tong + can_nang
lesson.answer('q1', tong)"""
OWN = COPIED.replace("mình lọc", "em lọc").replace("tan_cuong", "phan_loc")
STEM = NAME.removesuffix(".ipynb")


@pytest.fixture(scope="module")
def empty_class(tmp_path_factory):
    """A folder with class ``lop1`` and one code lesson, made once: nbgrader takes seconds to make a gradebook."""
    root = tmp_path_factory.mktemp("same-code")
    workspace = Workspace(root / "state", root / "lessons")
    write_code_lesson(workspace.lessons)
    create_class(workspace, "lop1")
    questions = [{"id": "q1", "kind": "task", "graded": True, "wants": "number"}]
    lesson = {"lesson": KEY, "title": "Chè theo xã", "minutes": 15, "notebook": STEM, "questions": questions}
    workspace.release.mkdir(parents=True)
    workspace.manifest.write_text(json.dumps({"lessons": [lesson]}), "utf-8")
    with Gradebook(course_directory(workspace, "lop1").db_url, "lop1") as book:
        book.add_assignment("level4")
        book.add_notebook(STEM, "level4")
    return root


class Class:
    """A class whose learners hand in by the real inbox."""

    def __init__(self, root):
        self.workspace = Workspace(root / "state", root / "lessons")
        self.database_url = f"sqlite:///{self.workspace.state / 'learn.db'}"
        self.database = open_database(self.database_url)

    def hand_in(self, learner, code, state="graded"):
        """Hand in the lesson with ``code`` in its first solution cell; return the receipt and formgrader's id."""
        notebook = nbformat.read(self.workspace.source_notebook(KEY), 4)
        next(cell for cell in notebook.cells if cell.id == "code-1").source = code
        record = AnswerRecord.model_validate({"schema": 1, "lesson": KEY, "version": 1, "answers": {}})
        submission = accept(self.workspace, "lop1", learner, record, notebook=nbformat.writes(notebook))
        self.database.add_submissions([submission_row(submission) | {"state": state}])
        with Gradebook(course_directory(self.workspace, "lop1").db_url, "lop1") as book:
            book.update_or_create_student(learner)
            book.update_or_create_submission("level4", learner)
            return submission.receipt, book.find_submission_notebook(STEM, "level4", learner).id


@pytest.fixture
def room(empty_class, tmp_path) -> Iterator[Class]:
    shutil.copytree(empty_class, tmp_path / "room", symlinks=True)
    made = Class(tmp_path / "room")
    yield made
    made.database.close()


@pytest.fixture
def classes(room) -> Iterator[Running]:
    settings = ServiceSettings(room.workspace, room.database_url, "/services/classes/")
    hub = FakeHub({"thay": {"formgrade-lop1"}, "hoa": {"nbgrader-lop1"}})
    with serve(create_app(settings, hub), settings.prefix, hub) as running:
        yield running


def page(classes, level=4):
    with classes.as_learner("thay") as trainer:
        return trainer.get(f"lop1/?cap={level}").text


def hint(text):
    """Return the part of a page that holds the hint, or nothing."""
    return text.partition('<details class="alike')[2].partition("</details>")[0]


def test_it_leads_to_those_who_handed_in_the_same(classes, room):
    _, first = room.hand_in("hoa", COPIED)
    _, second = room.hand_in("lan", COPIED)
    _, other = room.hand_in("mai", OWN)
    room.database.set_learner("lan", display_name="Lan <b>Anh</b>")
    seen = hint(page(classes))
    assert "2 bài có mã giống hệt nhau" in seen and "Bài 4.4" in seen and "Hãy hỏi chuyện trước" in seen
    assert f"submissions/{first}" in seen.replace("%2F", "/") and f"submissions/{second}" in seen.replace("%2F", "/")
    assert other not in seen and "Lan &lt;b&gt;Anh" in seen
    assert hint(page(classes, level=1)) == ""
    room.hand_in("tu", COPIED)
    assert "3 bài có mã giống hệt nhau" in hint(page(classes)), "what came since the page was last made"


def test_nothing_is_said_where_nobody_copied(classes, room):
    room.hand_in("hoa", COPIED)
    room.hand_in("hoa", COPIED)  # the same learner, twice
    room.hand_in("mai", OWN)
    room.hand_in("lan", COPIED, state="refused")
    assert hint(page(classes)) == ""


def test_what_is_no_longer_as_it_came_says_nothing(classes, room):
    room.hand_in("hoa", COPIED)
    receipt, _ = room.hand_in("lan", OWN)
    file = inbox_file(room.workspace, "lop1", "lan", receipt)
    envelope = json.loads(file.read_text("utf-8"))
    envelope["notebook"] = json.loads(next(file.parent.parent.glob("hoa/*.json")).read_text("utf-8"))["notebook"]
    file.write_text(json.dumps(envelope), "utf-8")
    (file.parent / "0000-0000-00.json").write_text("{", "utf-8")
    assert hint(page(classes)) == ""


def test_learners_do_not_see_it(classes, room):
    room.hand_in("hoa", COPIED)
    room.hand_in("lan", COPIED)
    with classes.as_learner("hoa") as learner:
        answer = learner.get("lop1/?cap=4")
    assert answer.status_code == 403 and "giống hệt" not in answer.text


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)], ids=["phone", "pc"])
def test_it_is_quiet_until_opened(chromium: Browser, classes, room, size):
    for learner in ("hoa", "lan"):
        room.hand_in(learner, COPIED)
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_cookies([{"name": "who", "value": "thay", "url": classes.url}])
    shown = context.new_page()
    shown.goto(f"{classes.url}lop1/?cap=4")
    link = shown.locator(".alike").get_by_role("link", name="lan")
    expect(link).to_be_hidden()
    shown.get_by_text("2 bài có mã giống hệt nhau").click()
    expect(link).to_be_visible()
    assert link.bounding_box()["height"] >= 48
    found = Axe().run(shown).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in {"serious", "critical"}] == []
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
