"""Feedback pages: nbgrader's own, without keys, and with nothing alive in them that a learner wrote.

The golden pages are renewed by ``BDHAI_RENEW_GOLDEN=1 pytest tests/grader/gradebook/test_feedback.py``; read the diff.
"""

import json
import os
import re
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_output
from nbgrader.apps.api import NbGraderAPI
from nbgrader.server_extensions.formgrader import handlers

from grader.class_directory import class_config
from grader.feedback import FeedbackError, write_feedback
from grader.feedback_outputs import KeepLearnersOwn
from grader.judge import Verdict
from grader.judged import Judged
from grader.specimens import read_specimens
from tests.grader.gradebook.samples import (
    AT,
    CODE_LESSON,
    HIDDEN,
    cell_of,
    judged,
    released,
    text_record,
)

GOLDEN = Path(__file__).with_name("golden")
PICTURE = {"image/png": "iVBORw0KGgo=", "text/html": "<b>x</b>", "text/latex": "$x$", "image/svg+xml": "<svg/>"}


def body_of(html: str) -> str:
    """The notebook's part of a page, one tag a line, without what changes from version to version."""
    body = html[html.index("<body>") :]
    body = re.sub(r"(?s)<script.*?</script>", "", body)
    body = re.sub(r">\s*<", ">\n<", body)
    return "\n".join(line.strip() for line in body.splitlines() if line.strip()) + "\n"


def check_golden(name: str, html: str) -> None:
    path = GOLDEN / name
    if os.environ.get("BDHAI_RENEW_GOLDEN"):
        path.write_text(body_of(html), "utf-8")
    assert body_of(html) == path.read_text("utf-8")


def solved(workspace, code="tong = 6\nprint(tong)"):
    notebook = released(workspace)
    cell_of(notebook, "q1-code")["source"] = code
    return notebook


def page(workspace, level, stem, learner="hoa") -> str:
    return (write_feedback(workspace, "thu", learner, level) / f"{stem}.html").read_text("utf-8")


def test_golden_page_of_a_lesson_without_code(recorder):
    answers = read_specimens("level1/01", "nong-dan")[2][0].record
    recorder.write([judged(recorder.lessons, "hoa", answers)])
    check_golden("no-code.html", page(recorder.workspace, "level1", "01-noi-thay-go"))


def test_golden_page_of_a_lesson_with_code(code_recorder):
    notebook = json.dumps(solved(code_recorder.workspace))
    outputs = {"q1-code": [{"output_type": "stream", "name": "stdout", "text": "999 là số của dữ liệu ẩn\n"}]}
    record = text_record(CODE_LESSON, q1="Tổng là 6.")
    message = "Mã chạy quá lâu nên đã được dừng lại (*xem lại*)."
    code_recorder.write(
        [judged(code_recorder.lessons, "hoa", record, notebook=notebook, outputs=outputs, message=message)]
    )
    html = page(code_recorder.workspace, "level4", "04-bai-mau")
    assert "999 là số" not in html, "what the code put out on the hidden data"
    assert "(*xem lại*)" in html
    check_golden("code.html", html)


@pytest.mark.parametrize(("asked", "told"), [("lesson.choice", True), ("lesson.task", False)])
def test_what_a_task_received_is_of_the_hidden_data_and_not_told(asked, told):
    cell = new_code_cell(f'{asked}("q1", "Bao nhiêu?")', outputs=[new_output("stream", text="Câu 1: đã nộp số 999")])
    cell.metadata["nbgrader"] = {"locked": True, "grade": False, "solution": False, "grade_id": "ask"}
    kept, _ = KeepLearnersOwn().preprocess_cell(cell, {"nbgrader": {"assignment": "level4"}}, 0)
    assert bool(kept.outputs) is told


def test_the_pages_are_those_of_nbgraders_own_command(recorder):
    recorder.write([judged(recorder.lessons, "hoa", read_specimens("level1/01", "nong-dan")[0].record)])
    ours = write_feedback(recorder.workspace, "thu", "hoa", "level1")
    warm = {path.name: path.read_bytes() for path in ours.iterdir() if path.is_file()}
    done = NbGraderAPI(config=class_config(recorder.workspace, "thu")).generate_feedback("level1", "hoa", force=True)
    assert done["success"], done.get("error", done["log"])
    stock = {path.name: path.read_bytes() for path in ours.iterdir() if path.is_file()}
    assert warm == stock
    assert {"01-noi-thay-go.html", "timestamp.txt"} <= set(warm)


def test_a_page_shows_the_learner_it_is_written_for(recorder):
    for learner, mistake in (("hoa", 0), ("lan", 1)):
        answers = read_specimens("level1/01", "nong-dan")[2][mistake].record
        recorder.write([judged(recorder.lessons, learner, answers)])
    pages = {
        learner: page(recorder.workspace, "level1", "01-noi-thay-go", learner) for learner in ("hoa", "lan", "hoa")
    }
    assert pages["hoa"] != pages["lan"]
    assert pages["hoa"] == page(recorder.workspace, "level1", "01-noi-thay-go", "hoa")


def test_nothing_graded_is_told(recorder):
    with pytest.raises(FeedbackError):
        write_feedback(recorder.workspace, "thu", "hoa", "level1")


def formgrader_page(workspace, learner="hoa") -> str:
    """What formgrader's own exporter makes of an autograded notebook: the trainer's side."""
    from nbgrader.api import Gradebook
    from traitlets.config import Config

    from grader.class_directory import course_directory

    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    path = workspace.class_directory("thu") / "autograded" / learner / "level4" / "04-bai-mau.ipynb"
    with Gradebook(course_directory(workspace, "thu").db_url, "thu") as book:
        found = book.find_submission_notebook("04-bai-mau", "level4", learner)
        shown = {name: 0 for name in ("index", "total", "next_incorrect", "prev_incorrect", "last_name", "first_name")}
        resources = shown | {
            "assignment_id": "level4",
            "notebook_id": "04-bai-mau",
            "submission_id": found.id,
            "student": learner,
            "base_url": "/",
            "my_url": "/",
            "mathjax_url": "",
            "keyword_index": 0,
            "prev": None,
            "next": None,
        }
        html, _ = HTMLExporter(config=config).from_filename(str(path), resources=resources)
    return html


ATTACKS = [
    "<script>window.bad=1</script>",
    "<img src=x onerror='window.bad=1'>",
    "[bấm](javascript:window.bad=1)",
    "$\\href{javascript:window.bad=1}{x}$",
    "~~~\n<script>window.bad=1</script>\n~~~~~~\n<script>window.bad=1</script>",
    "\\begin{equation}<script>window.bad=1</script>\\end{equation}",
    "$$\n~~~\n<script>window.bad=1</script>$$",
    "\x00\x1b[31m<script>window.bad=1</script>",
    "### BEGIN HIDDEN TESTS\n<script>window.bad=1</script>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_a_learner_wrote_is_alive(code_recorder, attack):
    """In code, Markdown, raw cells, attachments, outputs of every kind, cell ids, answers: on either side."""
    space = code_recorder.workspace
    notebook = solved(space, attack)
    cell_of(notebook, "q2-text")["source"] = attack
    for number, kind in enumerate(("markdown", "raw", "code")):
        attachments = {"a.svg": {"image/svg+xml": attack}}
        metadata = {"raw_mimetype": "text/html", "tags": [attack], "name": attack}
        notebook["cells"].insert(
            number,
            {"cell_type": kind, "id": attack, "metadata": metadata, "source": attack, "attachments": attachments},
        )
    bundle = {kind: attack for kind in ("text/plain", "text/html", "text/latex", "text/markdown", "image/svg+xml")}
    bundle |= {"application/javascript": attack, "image/png": f'x" onerror="{attack}', "image/jpeg": attack}
    outputs = [
        {"output_type": "display_data", "data": bundle, "metadata": {"image/png": {"width": attack}}},
        {"output_type": "execute_result", "data": bundle, "metadata": {}},
        {"output_type": "stream", "name": attack, "text": attack},
        {"output_type": "error", "ename": attack, "evalue": attack, "traceback": [attack]},
        {"output_type": "display_data", "data": PICTURE, "metadata": {}},
    ]
    record = text_record(CODE_LESSON, q1=attack)
    text = json.dumps(notebook)
    given = {"q1-code": outputs, attack: outputs}
    code_recorder.write([judged(code_recorder.lessons, "hoa", record, notebook=text, outputs=given, message=attack)])
    for html in (page(space, "level4", "04-bai-mau"), formgrader_page(space)):
        shown = html[html.index("<body") :]
        assert not re.search(r"<script[^>]*>\s*window\.bad", shown)
        assert not re.search(r"<[^>]*(onerror|javascript:)[^>]*>", shown)
        outside = re.sub(r"(?s)<pre.*?</pre>", "", shown)
        assert "\\href" not in outside, "MathJax passes over <pre> only"
    assert "data:image/png;base64,iVBORw0KGgo=" in formgrader_page(space)


def test_hidden_tests_and_a_broken_tests_traceback_are_for_trainers_only(code_recorder):
    space = code_recorder.workspace
    whole = judged(code_recorder.lessons, "hoa", text_record(CODE_LESSON), notebook=json.dumps(solved(space)))
    secret = f"Traceback (most recent call last):\nKeyError: '{HIDDEN}'"
    code_recorder.write([Judged(whole.submission, whole.record, [Verdict("q1", 0, 2, [], secret)], "", AT)])
    html = page(space, "level4", "04-bai-mau")
    assert HIDDEN not in html
    assert "HIDDEN TESTS" not in html
    assert "Traceback (most" not in html
    assert "Câu này chưa chấm được" in html
    assert HIDDEN in formgrader_page(space)
