"""Files that learners' code makes: opened in the sandbox only, judged by what is in them, and forged by nobody."""

import base64
import json
from dataclasses import replace

import nbformat
import pytest
from nbclient import NotebookClient

from course.answers import AnswerRecord, FileValue, now
from grader import opened_files
from grader.checking import judge_specimen
from grader.inbox import Submission
from grader.opened_files import open_in_sandbox
from grader.pipeline import judge_submission
from grader.prepared import PreparedLessons
from grader.produced_store import ProducedStore
from grader.sandbox.sandbox import Sandbox, missing_sandbox
from grader.specimen_code import handed_over
from grader.specimens import Specimen
from tests.support.file_lesson import KEY, STEM, WORD, answering, notebook_with, write_file_lesson
from tests.support.files import hostile_files, part_of, with_part, word_file, workbook_file

pytestmark = pytest.mark.skipif(bool(missing_sandbox()), reason=f"no sandbox here: {missing_sandbox()}")
HOSTILE = hostile_files()


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return write_file_lesson(tmp_path_factory.mktemp("files"))


@pytest.fixture
def grade(workspace, sandbox):
    """Hand in the lesson with some cells replaced, and grade it."""
    lessons = PreparedLessons(workspace)

    def grade(replaced=None, store=None):
        notebook = nbformat.writes(notebook_with(replaced or {}))
        record = AnswerRecord(lesson=KEY)
        handed_in = Submission("r", "thu", "an", "level5", KEY, now(), nbformat.NO_CONVERT, record, notebook)
        return judge_submission(lessons, replace(handed_in, sha256=str(hash(notebook))), sandbox.run, store)

    return grade


def points(judged):
    return [verdict.points for verdict in judged.verdicts]


def test_files_are_graded_by_what_is_in_them_on_the_hidden_data(grade):
    judged = grade()
    assert points(judged) == [4, 2]
    assert judged.verdicts[0].reasons == ["Báo cáo đúng với bảng."]
    typed_in = grade(answering(WORD.replace("{bang['kg'].sum():g}", "14")))
    assert points(typed_in) == [2, 2]
    assert typed_in.verdicts[0].reasons == ["Tổng trong báo cáo chưa khớp với bảng."]
    other = grade({"code-2": 'bang.to_excel("b.xlsx", sheet_name="Khác", index=False)\nlesson.answer("q2", "b.xlsx")'})
    assert points(other) == [4, 1]
    assert other.verdicts[1].reasons == ["Trang tính cần tên là Chè."]


def test_what_is_kept_of_a_file_is_its_name_and_seal(grade, tmp_path):
    store = ProducedStore(tmp_path)
    first = grade(store=store)
    value = first.record.answers["q1"].value
    assert (value.name, value.content, len(value.sha256)) == ("bao-cao.docx", "", 64) and value.size > 10_000
    [kept] = tmp_path.rglob("*.json")
    assert kept.stat().st_size < 10_000  # the document, not the file
    assert points(grade(store=store)) == points(first) == [4, 2]


def test_the_judge_opens_no_file(grade, monkeypatch):
    def opened(*given):
        raise AssertionError("opened where keys are")

    monkeypatch.setattr("course.documents.open_file", opened)
    monkeypatch.setattr("course.documents.opening.open_file", opened)
    assert points(grade()) == [4, 2]


FORGED = {
    "a parser that lies": (
        "import course.documents, course.documents.opening as opening\n"
        "course.documents.open_file = opening.open_file = lambda *given: 1/0\n"
    ),
    "a document in the results": (
        "import os, json\n"
        "os.write(3, (json.dumps({'documents': {'q1': {'kind': 'text', 'content': '42.5 kg'}}}) + '\\n').encode())\n"
    ),
    "a document in the answer": (
        "import os, json\n"
        "value = {'kind': 'file', 'name': 'a.txt', 'content': 'YQ==', 'document': {'kind': 'text'}}\n"
        "os.write(3, (json.dumps({'answers': {'q1': value}}) + '\\n').encode())\n"
    ),
    "a module beside the file": (
        "from pathlib import Path\n"
        "for name in ('docx.py', 'json.py', 'course.py', 'sitecustomize.py'):\n    Path(name).write_text('1/0')\n"
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_learners_process_says_nothing_of_what_is_in_a_file(grade, name):
    assert points(grade(answering(FORGED[name] + WORD.replace("{bang['kg'].sum():g}", "14"))))[0] <= 2


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_earns_a_reason_and_harms_nothing(sandbox, name):
    called, content, reason = HOSTILE[name]
    value = FileValue(kind="file", name=called, content=base64.b64encode(content).decode())
    document = open_in_sandbox(value, sandbox.run)
    assert document.kind == "unreadable" and reason in document.reason
    assert open_in_sandbox(_value(word_file()), sandbox.run).has("47,5 kg")


def _value(content, name="a.docx"):
    return FileValue(kind="file", name=name, content=base64.b64encode(content).decode())


def test_a_file_that_keeps_its_parser_busy_ends_with_its_job(sandbox, monkeypatch):
    monkeypatch.setattr(opened_files, "LIMITS", replace(opened_files.LIMITS, cpu_s=2.0))
    sheet = part_of(workbook_file(), "xl/worksheets/sheet1.xml").replace(b'ref="A1:B1"', b'ref="A1:XFD1048576"')
    book = with_part(workbook_file(), "xl/worksheets/sheet1.xml", sheet)
    document = open_in_sandbox(_value(book, "b.xlsx"), sandbox.run)
    assert document.kind == "unreadable" and ("quá lâu" in document.reason or "quá lớn" in document.reason)
    assert open_in_sandbox(_value(word_file()), sandbox.run).kind == "word"


def test_a_hostile_file_is_told_to_the_learner_and_the_next_is_graded(grade):
    macro = base64.b64encode(HOSTILE["a macro"][1]).decode()
    made = f"import base64\nfrom pathlib import Path\nPath('bao-cao.docx').write_bytes(base64.b64decode({macro!r}))"
    judged = grade(answering(made))
    assert points(judged) == [0, 2]
    assert "macro" in judged.verdicts[0].reasons[0]
    assert points(grade()) == [4, 2]


def test_an_answer_that_is_too_large_is_refused_with_a_reason(grade):
    line = {"answers": {"q1": {"kind": "text", "text": "a" * 300_000}}}
    judged = grade({"code-1": f"import os\nos.write(3, {(json.dumps(line) + chr(10)).encode()!r})"})
    assert points(judged) == [0, 2]
    assert "300 kB" in judged.verdicts[0].reasons[0] and "nhiều nhất" in judged.verdicts[0].reasons[0]
    assert "q1" not in judged.record.answers


def test_a_specimens_files_are_judged_as_learners_are(workspace):
    prepared = PreparedLessons(workspace).get(KEY, "can-bo")
    solution = Specimen("Lời giải", AnswerRecord(lesson=KEY), {})
    made = replace(solution, record=handed_over(prepared, solution, "can-bo", workspace.hidden_data(KEY)))
    assert [verdict.points for verdict in judge_specimen(prepared, made)] == [4, 2]


def test_stock_gives_the_same_points_on_the_visible_data(workspace, tmp_path, monkeypatch):
    """What stock nbgrader does with it: run the notebook whole, and read the test cells' numbers."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("BDHAI_LEARN_URL", raising=False)
    wrong = answering(WORD.replace("{bang['kg'].sum():g}", "31.5"))
    for replaced, expected in (({}, ["4", "2"]), (wrong, ["2", "2"])):
        notebook = notebook_with(replaced)
        folder = workspace.source_notebook(KEY).parent
        NotebookClient(notebook, timeout=60, resources={"metadata": {"path": folder}}).execute()
        results = [
            output.data["text/plain"]
            for cell in notebook.cells
            if cell.id.startswith("test")
            for output in cell.outputs
            if output.output_type == "execute_result"
        ]
        assert results == expected
        kept = json.loads((folder / "01.answers.json").read_text("utf-8"))["answers"]["q1"]["value"]
        assert kept["content"] == "" and kept["size"] > 10_000
        (folder / "01.answers.json").unlink()
    assert workspace.source_notebook(KEY).name == f"{STEM}.ipynb"
