"""A code lesson on the learner's side: tasks, handing over, practice, other data, and the notebook that goes in."""

import json
import subprocess
import sys

import nbformat
import pandas as pd
import pytest

from course.answers import AnswerRecord
from course.grades_data import CHART_REASONS
from course.lesson import Lesson
from course.own_notebook import NotSaved, notebook_to_submit
from course.place import LOCAL_GRADER
from course.preparation import preparing
from grader.source_notebook import without_solution
from tests.support.code_lesson import HIDDEN, KEY, NAME, write_code_lesson


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A lesson in a learner's own folder, with its answers in a file."""
    write_code_lesson(tmp_path)
    monkeypatch.chdir(tmp_path / "level4")
    monkeypatch.setattr("course.place.preferred_audience", lambda: "nong-dan")
    made = Lesson(KEY)
    made.task("q1", "Tổng?", wants="number", unit="kg")
    made.task("q2", "Bảng?", wants="table")
    return made


def kept(lesson):
    return json.loads((lesson.folder / "04.answers.json").read_text("utf-8"))["answers"]


def test_data_lie_beside_the_notebook_under_the_audiences_name(lesson):
    assert lesson.data() == "data/04/nong-dan.csv"
    assert lesson.data("gia") == "data/04/nong-dan.gia.csv"
    assert len(pd.read_csv(lesson.data())) == 4


def test_what_is_handed_over_is_shown_and_kept(lesson):
    received = lesson.answer("q1", 1234.5)
    assert repr(received) == "Đã nhận số 1.234,5 kg cho Câu 1 và đã lưu."
    assert kept(lesson)["q1"]["value"] == {"kind": "number", "number": 1234.5}
    _, widget = lesson.shown["q1"]
    assert (widget.answer["number"], widget.saved) == (1234.5, "saved")
    assert repr(widget) == "Câu 1: đã nộp số 1.234,5 kg"
    assert repr(Lesson(KEY).task("q1", "Tổng?", wants="number", unit="kg")) == "Câu 1: đã nộp số 1.234,5 kg"


def test_what_is_shown_is_text(lesson):
    table = pd.DataFrame({"<script>": ["<img src=x>"] * 7, "kg": range(7)})
    shown = lesson.answer("q2", table)._repr_html_()
    assert "bảng 7 dòng × 2 cột" in shown
    assert "và 2 dòng nữa" in shown
    assert "<script>" not in shown
    assert "<img" not in shown


@pytest.mark.parametrize(
    ("id", "value", "says"),
    [
        ("q1", None, "Câu 1 còn trống."),
        ("q1", "12", "Câu 1 cần một con số, nhưng bạn đưa một đoạn chữ."),
        ("q7", 1, "Câu 7: chưa chạy ô hỏi câu này."),
        ("p9", 1, "Luyện tập: chưa chạy ô hỏi câu này."),
        ("q2", {"xa": ["x" * 900] * 30}, "dài quá"),
    ],
)
def test_a_wrong_value_gets_a_sentence_and_an_earlier_answer_stays(lesson, id, value, says):
    lesson.answer("q1", 5)
    assert says in repr(lesson.answer(id, value))
    assert kept(lesson)["q1"]["value"]["number"] == 5
    assert set(kept(lesson)) == {"q1"}


def test_the_widget_says_what_could_not_be_taken_until_it_is_mended(lesson):
    _, widget = lesson.shown["q1"]
    lesson.answer("q1", "x")
    assert widget.feedback["sign"] == "wait"
    assert "Câu 1 cần một con số" in widget.feedback["message"]
    lesson.answer("q1", 5)
    assert widget.feedback == {}


def test_the_last_of_two_answers_in_one_moment_stands(lesson):
    for value in range(50):
        lesson.answer("q1", value)
    assert kept(lesson)["q1"]["value"]["number"] == 49


def test_practice_answers_at_once_and_is_kept_only_where_it_was_asked(lesson):
    right = lambda bang: bang["kg"].max()  # noqa: E731
    slips = [(lambda bang: bang["kg"].min(), "Đây là số nhỏ nhất.")]
    told = lesson.answer("p1", 10, right=right, because="Lấy .max().", slips=slips)
    assert repr(told) == "Đã nhận số 10 cho Luyện tập. Đúng rồi.\nLấy .max()."
    assert "Đây là số nhỏ nhất." in repr(lesson.answer("p1", 2.5, right=right, slips=slips))
    assert "cần một con số, nhưng bạn đưa cả một bảng" in repr(lesson.answer("p1", pd.DataFrame(), right=right))
    assert not (lesson.folder / "04.answers.json").exists()
    widget = lesson.task("p2", "Thử", wants="number")
    lesson.answer("p2", 3, right=right, hint="Xem lại.")
    assert widget.feedback == {"sign": "wrong", "reasons": ["Xem lại."]}
    assert kept(lesson)["p2"]["value"]["number"] == 3


# --- grading ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def graded(tmp_path):
    """Make a lesson as the judge has it, on the data to grade on, with some answers."""
    notebook = write_code_lesson(tmp_path)

    def make(**answers):
        with preparing("nong-dan", notebook.parent, headless=True, data=tmp_path / "hidden"):
            made = Lesson(KEY)
            for id, (wants, value) in answers.items():
                made.task(id, "?", wants=wants)
                made.answer(id, value)
        return made.with_record(made.record)

    return make


def total(bang):
    return bang["kg"].sum()


def test_references_are_worked_out_on_the_data_to_grade_on(graded):
    lesson = graded(q1=("number", 47.5))
    grade = lesson.expect("q1", points=2, number=total, because="Đúng.")
    assert (grade.points, grade.reasons) == (2, ["Đúng."])
    wrong = lesson.expect("q2", points=2, number=total)
    assert wrong.points == 0


def test_a_slip_has_its_own_reason_before_the_hint(graded):
    lesson = graded(q1=("number", 30))
    slips = [(lambda bang: bang["kg"].min(), "Nhỏ nhất."), (lambda bang: bang["kg"].max(), "Lớn nhất.")]
    assert lesson.expect("q1", points=2, number=total, hint="Cộng.", slips=slips).reasons == ["Lớn nhất."]
    assert lesson.expect("q1", points=2, number=total, hint="Cộng.").reasons == ["Cộng."]


def test_a_reference_is_worked_out_once_and_cannot_spoil_the_next(graded):
    calls = []

    def spoiling(bang):
        calls.append(len(bang))
        bang["kg"] = 0
        return 47.5

    lesson = graded(q1=("number", 47.5))
    assert lesson.expect("q1", points=1, number=spoiling).points == 1
    again = lesson.with_record(AnswerRecord(lesson=KEY, answers=lesson.record.answers))
    assert again.expect("q1", points=1, number=spoiling).points == 1
    assert calls == [4]
    other = lesson.with_record(AnswerRecord(lesson=KEY, answers={"q3": lesson.record.answers["q1"]}))
    assert other.expect("q3", points=1, number=total).points == 1


def test_further_arguments_are_further_tables(graded, tmp_path):
    (tmp_path / "hidden/data/04/nong-dan.gia.csv").write_text("gia\n2\n", "utf-8")
    lesson = graded(q1=("number", 95))
    assert lesson.expect("q1", points=1, number=lambda bang, gia: bang["kg"].sum() * gia["gia"][0]).points == 1


def test_a_table_earns_its_right_rows_and_a_chart_its_parts(graded):
    by_commune = lambda bang: bang.groupby("xa")["kg"].sum()  # noqa: E731
    lesson = graded(q2=("table", {"Tân Cương": 31.5, "La Bằng": 11, "Võ Nhai": 6}))
    grade = lesson.expect("q2", points=3, table=by_commune)
    assert (grade.points, grade.reasons) == (2, ["Đúng 2 trong 3 dòng."])

    import matplotlib
    import matplotlib.pyplot as plt

    matplotlib.use("agg")
    axes = by_commune(pd.read_csv(pd.io.common.StringIO(HIDDEN))).plot.bar(ylabel="kg")
    lesson = graded(q4=("chart", axes))
    plt.close("all")
    grade = lesson.expect("q4", points=6, chart=by_commune, wrong={"title": "Nhớ đặt tên."})
    assert (grade.points, grade.reasons) == (5, ["Nhớ đặt tên."])
    assert lesson.expect("q4", points=6, chart=by_commune, hint="x").reasons == [CHART_REASONS["title"]]


def test_an_answer_of_another_kind_in_a_record_earns_nothing(graded):
    lesson = graded(q1=("text", "47.5"))
    assert lesson.expect("q1", points=2, number=total, hint="Cần số.").points == 0


# --- the notebook that goes in ----------------------------------------------------------------------------------------


def test_only_a_notebook_that_holds_what_was_run_goes_in(tmp_path):
    path = write_code_lesson(tmp_path)
    source = nbformat.read(path, 4).cells[10].source
    sent = json.loads(notebook_to_submit(path.parent, "04", [source + " \n"]))
    assert [cell["outputs"] for cell in sent["cells"] if cell["cell_type"] == "code"] == [[]] * 16
    with pytest.raises(NotSaved, match=r"Ctrl \+ S"):
        notebook_to_submit(path.parent, "04", [source, "tong = 5"])
    with pytest.raises(NotSaved, match="Chưa thấy tệp"):
        notebook_to_submit(path.parent, "05", [])


def test_a_copy_that_holds_the_code_is_taken(tmp_path):
    path = write_code_lesson(tmp_path)
    copy = nbformat.read(path, 4)
    copy.cells[10].source = "tong = 5"
    nbformat.write(copy, path.with_name("04-che-theo-xa-Copy1.ipynb"))
    path.with_name("04-hong.ipynb").write_text("{", "utf-8")
    assert "tong = 5" in notebook_to_submit(path.parent, "04", ["tong = 5"])


def test_in_jupyter_the_cell_that_handed_over_is_known_and_must_be_saved(tmp_path):
    """In a real kernel: a press before saving asks to save, a press after it hands the notebook to the grader."""
    path = write_code_lesson(tmp_path)
    notebook = nbformat.v4.new_notebook()
    script = "\n".join(
        [
            "import time, course.place",
            "course.place.preferred_audience = lambda: 'nong-dan'",
            "class Taken:",
            "    def submit(self, seen, notebook=None):",
            "        print('took', notebook.count('tong = 5'))",
            "        yield {'state': 'waiting'}",
            "course.place.open_submitter = lambda lesson: Taken()",
            "from course import Lesson",
            f"lesson = Lesson('{KEY}')",
            "lesson.task('q1', 'x', wants='number')",
            "button = lesson.submit()",
            "def press():",
            "    button._handle_custom_msg({'type': 'submit'}, [])",
            "    time.sleep(1)",
            "    print(button.phase, button.message)",
        ]
    )
    save = (
        f"import pathlib; p = pathlib.Path('{NAME}'); p.write_text(p.read_text().replace('tong = None', 'tong = 5', 1))"
    )
    stub = without_solution(nbformat.read(path, 4).cells[10].source)
    write_code_lesson(tmp_path, {"code-1": stub})
    mine = stub.replace("tong = None", "tong = 5")
    notebook.cells = [nbformat.v4.new_code_cell(one) for one in (script, mine, "press()", save, "press()")]
    nbformat.write(notebook, tmp_path / "level4" / "run.ipynb")
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "run.ipynb",
        "--output",
        "done.ipynb",
    ]
    subprocess.run(command, cwd=path.parent, check=True, capture_output=True, env=_without_hub())
    done = nbformat.read(path.parent / "done.ipynb", 4)
    first, second = ("".join(output.get("text", "") for output in done.cells[place].outputs) for place in (2, 4))
    assert "Ctrl + S" in first
    assert "took" not in first
    assert "took 1" in second


def _without_hub():
    import os

    return {name: value for name, value in os.environ.items() if name not in (LOCAL_GRADER, "BDHAI_LEARN_URL")}
