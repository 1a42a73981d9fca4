"""A code lesson's way to learners: marks, released notebook, page; and nothing of a solution on any of them."""

import html
import json

import nbformat
import pytest

from course.answers import AnswerRecord
from grader.class_directory import course_directory, create_class
from grader.feedback_outputs import KeepLearnersOwn
from grader.judge import judge, prepare
from grader.local_learning import learning_folder
from grader.release.execute import ReleaseError, run_lesson
from grader.release.notebooks import release_notebooks
from grader.release.page import build_pages
from grader.source_notebook import STUB, NotebookError, free_names, is_test_cell, read_notebook, without_solution
from grader.specimen_code import handed_over
from grader.specimens import Specimen
from grader.workspace import Workspace
from tests.support.code_lesson import KEY, NAME, write_code_lesson

SECRETS = ("bang['xa'] == 'Tân Cương'", 'groupby("xa")', 'bang["kg"].max()\n', "mọi xã", "Lọc rồi cộng", "12.5", "12,5")
"""Of the solutions, of the hidden tests, and what they give on the data that learners see."""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Build the page of one audience; return its HTML as a reader's browser has it, and the manifest's entry."""
    root = tmp_path_factory.mktemp("code")
    [entry] = build_pages({KEY: write_code_lesson(root)}, root / "release", audiences=["nong-dan"])
    return (root / "release/pages/level4/04.nong-dan.html").read_text("utf-8"), entry


def test_a_page_shows_teaching_code_with_its_output(page):
    text, _ = page
    assert "pd.read_csv(lesson.data())" in text
    assert "<pre>đã mở &lt;bảng&gt;</pre>" in text
    assert '<td>Tân Cương</td><td class="num">1</td><td class="num">10</td>' in text
    assert "<pre>23,5</pre>" in text
    assert 'src="data:image/svg+xml;base64,' in text
    assert 'alt="Biểu đồ cột: Theo tháng. 1: 14; 2: 9,5"' in text


def test_a_page_shows_the_empty_cell_and_where_to_write(page):
    text, _ = page
    readable = html.unescape(text.replace("<i>", "").replace("</i>", "").replace("<b>", "").replace("</b>", ""))
    assert STUB in readable
    assert 'href="../../../../../hub/user-redirect/lab/tree/level4/04-che-theo-xa.ipynb"' in text
    assert "lesson.answer(<u>&quot;p1&quot;</u>, so)" in text  # without what it says of right and wrong


def test_nothing_on_a_page_gives_a_solution_away(page):
    text, _ = page
    marks = ("<i>", "</i>", "<b>", "</b>", "<u>", "</u>")
    readable = html.unescape(text)
    for mark in marks:
        readable = readable.replace(mark, "")
    assert [secret for secret in SECRETS if secret in readable] == []
    assert "lambda" not in readable


def test_the_same_lesson_makes_the_same_page(page, tmp_path):
    build_pages({KEY: write_code_lesson(tmp_path)}, tmp_path / "release", audiences=["nong-dan"])
    assert (tmp_path / "release/pages/level4/04.nong-dan.html").read_text("utf-8") == page[0]


def test_the_page_has_the_task_and_the_service_knows_what_it_wants(page):
    text, entry = page
    data = json.loads(text.split('id="lesson">')[1].split("</script>")[0])
    [task] = [one["state"] for one in data["widgets"] if one["state"].get("question") == "q1"]
    assert task == {
        "question": "q1",
        "label": "Câu 1",
        "ask": "Tổng của <strong>Tân Cương</strong>?",
        "graded": True,
        "points": 2.0,
        "wants": "number",
        "unit": "kg",
    }
    assert [(one["id"], one["kind"], one.get("wants")) for one in entry["questions"]] == [
        ("q1", "task", "number"),
        ("q2", "task", "table"),
        ("q3", "choice", None),
        ("today", "done", None),
    ]


def test_a_key_on_a_graded_answer_is_refused(tmp_path):
    source = '### BEGIN SOLUTION\n### END SOLUTION\nlesson.answer("q1", 1, right=lambda bang: 1)'
    with pytest.raises(ReleaseError, match="không được mang đáp án"):
        run_lesson(write_code_lesson(tmp_path, {"code-1": source}), "nong-dan")


def test_a_teaching_cell_that_fails_is_told(tmp_path):
    with pytest.raises(ReleaseError, match="KeyError"):
        run_lesson(write_code_lesson(tmp_path, {"sum": 'bang["khong-co"]'}), "nong-dan")


def test_a_solution_is_the_learners_cell_and_all_others_are_locked(tmp_path):
    marks = {
        cell.id: (cell.metadata.nbgrader.solution, cell.metadata.nbgrader.locked, cell.metadata.nbgrader.grade)
        for cell in read_notebook(write_code_lesson(tmp_path)).cells
        if cell.cell_type == "code"
    }
    assert {id for id, mark in marks.items() if mark == (True, False, False)} == {"try", "code-1", "code-2"}
    assert {id for id, mark in marks.items() if mark[2]} == {"test-1", "test-2", "test-3"}
    assert all(locked for id, (solution, locked, _) in marks.items() if not solution)


@pytest.fixture
def workspace(tmp_path):
    write_code_lesson(tmp_path)
    return Workspace(tmp_path / "state", tmp_path)


def test_learners_get_the_stub_the_data_and_no_solution(workspace):
    [path] = release_notebooks(workspace)
    cells = {cell.id: cell.source for cell in read_notebook(path).cells}
    source = read_notebook(workspace.lessons / "level4" / NAME)
    assert cells["code-1"] == f'tong = None\n{STUB}\nlesson.answer("q1", tong)'
    for cell in source.cells:
        if cell.id in ("try", "code-1", "code-2"):
            assert cells[cell.id] == without_solution(cell.source)
    text = path.read_text("utf-8")
    assert "NotImplementedError" not in text
    assert [secret for secret in SECRETS if json.dumps(secret, ensure_ascii=False)[1:-1] in text] == []
    assert (path.parent / "data/04/nong-dan.csv").exists()
    assert not list(workspace.release.rglob("hidden"))


def test_at_home_a_new_release_leaves_written_code_alone(workspace):
    mine = learning_folder(workspace) / "level4" / NAME
    first = mine.read_text("utf-8")
    source = workspace.lessons / "level4" / NAME
    source.write_text(source.read_text("utf-8").replace("Cân chè.", "Cân lại chè."), "utf-8")
    learning_folder(workspace)
    assert "Cân lại chè." in mine.read_text("utf-8")
    written = mine.read_text("utf-8").replace(STUB, "tong = 5")
    assert written != first
    mine.write_text(written, "utf-8")
    learning_folder(workspace)
    assert mine.read_text("utf-8") == written


def test_the_judge_runs_no_solution_and_grades_on_the_hidden_data(tmp_path):
    boom = "### BEGIN SOLUTION\nraise SystemExit\n### END SOLUTION\nlesson.answer('q1', 1)"
    prepare(write_code_lesson(tmp_path / "boom", {"code-1": boom, "after": "tong + 1"}), KEY, "nong-dan")
    source, data = write_code_lesson(tmp_path), tmp_path / "hidden"
    points = {}
    for name, root in (("visible", None), ("hidden", data)):
        prepared = prepare(source, KEY, "nong-dan", root)
        blank = AnswerRecord(lesson=KEY)
        assert sum(verdict.points for verdict in judge(prepared, blank)) == 0
        for worked_on in (None, data):
            record = handed_over(prepared, Specimen("", blank, {}), "nong-dan", worked_on)
            points[name, worked_on is not None] = [verdict.points for verdict in judge(prepared, record)]
    assert points["visible", False] == points["hidden", True] == [2, 3, 0]
    assert points["visible", True] == points["hidden", False] == [0, 0, 0]  # what was typed in for other data


def test_a_question_that_needs_a_solution_is_told(tmp_path):
    source = write_code_lesson(tmp_path, {"ask-2": 'lesson.task("q2", str(theo_xa), wants="table")'})
    with pytest.raises(NotebookError, match="theo_xa"):
        prepare(source, KEY, "nong-dan")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("lesson.expect('q1', number=lambda bang: bang['x'].sum())", {"lesson"}),
        ("lesson.expect('q1', number=lambda bang: [x for x in bang if x])", {"lesson"}),
        ("lesson.expect('q1', number=lambda bang: pd.concat(bang))", {"lesson", "pd"}),
        ("tong = 5\nlesson.expect('q1', number=lambda bang: tong)", {"lesson"}),
        ("print(tong)", {"tong"}),
    ],
)
def test_names_from_outside_are_found(source, names):
    assert free_names(source) == names


def test_test_cells_of_all_lessons_depend_on_the_lesson_alone():
    workspace = Workspace.from_environment()
    cells = [
        cell
        for key in workspace.lesson_keys()
        for cell in read_notebook(workspace.source_notebook(key)).cells
        if is_test_cell(cell)
    ]
    assert len(cells) > 10
    assert [cell.id for cell in cells if free_names(cell.source) != {"lesson"}] == []


@pytest.mark.parametrize(("assignment", "kept"), [("level4", {"test-1"}), ("ps1", None)])
def test_feedback_holds_nothing_that_code_put_out_on_hidden_data(tmp_path, assignment, kept):
    notebook = read_notebook(write_code_lesson(tmp_path))
    notebook.cells.append(nbformat.v4.new_code_cell('lesson.text("x", "y")\nbang'))
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in notebook.cells:
        cell.outputs = [nbformat.v4.new_output("stream", text=cell.id)]
    done, _ = KeepLearnersOwn().preprocess(notebook, {"nbgrader": {"assignment": assignment}})
    left = {cell.id for cell in done.cells if cell.outputs}
    if kept is None:
        assert len(left) == len(done.cells)
    else:
        assert left >= kept
        assert left.isdisjoint({"read", "sum", "drawn", "try", "code-1", "code-2", "after", done.cells[-1].id})


def test_nbgrader_knows_the_feedback_step(tmp_path):
    workspace = Workspace(tmp_path / "state", tmp_path)
    create_class(workspace, "thu")
    steps = course_directory(workspace, "thu").config.GenerateFeedback.preprocessors
    assert steps.index("nbgrader.preprocessors.ClearHiddenTests") < steps.index(
        "grader.feedback_outputs.KeepLearnersOwn"
    )
