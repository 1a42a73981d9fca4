"""Does a Python value become the answer that it is, and does a wrong one get a kind word?"""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from course.answers import check_value
from course.handing_over import MAX_FILE_BYTES, NotHandedOver, answer_value

matplotlib.use("agg")

TEA = pd.DataFrame({"xa": ["Tân Cương", "La Bằng", "Tân Cương"], "kg": [1, 2, 3]})
SUMS = TEA.groupby("xa")["kg"].sum()


@pytest.fixture(autouse=True)
def no_charts():
    plt.close("all")
    yield
    plt.close("all")


def plain(value, wants):
    return answer_value(value, wants).model_dump(mode="json")


@pytest.mark.parametrize(
    "given", [3, 3.0, np.float64(3), np.int64(3), Decimal(3), np.array([3]), TEA.loc[TEA["kg"] == 3, "kg"]]
)
def test_numbers_of_all_kinds_are_one_number(given):
    assert plain(given, "number") == {"kind": "number", "number": 3.0}


@pytest.mark.parametrize(
    ("given", "wants", "says"),
    [
        (None, "number", "còn trống. Câu này cần một con số."),
        (..., "table", "còn trống. Câu này cần một bảng."),
        ("12", "number", "nhưng bạn đưa một đoạn chữ. Bỏ dấu nháy"),
        (True, "number", "giá trị đúng/sai"),
        (float("nan"), "number", "không phải là số"),
        (TEA["kg"], "number", "cả một cột. Có thể còn thiếu .sum()"),
        (TEA, "number", "cả một bảng"),
        (TEA["kg"].sum, "number", "hai dấu ngoặc ()"),
        (5, "table", "cần một bảng, nhưng bạn đưa một con số"),
        (SUMS, "chart", "Hãy vẽ trước"),
        (5, "text", "cần một đoạn chữ"),
        ("báo cáo", "file", 'Đưa tên tệp, ví dụ "bao-cao.docx"'),
        ("khong-co.docx", "file", "chưa thấy tệp khong-co.docx"),
        (3, "file", 'Đưa tên tệp, ví dụ "bao-cao.docx"'),
        (Path("khong-co.docx"), "file", "chưa thấy tệp khong-co.docx"),
        (pd.DataFrame(np.zeros((2001, 2))), "table", "lớn quá (2001 dòng × 2 cột)"),
        (pd.DataFrame(np.zeros((2, 51))), "table", "lớn quá (2 dòng × 51 cột)"),
        (10**400, "number", "cần một con số"),
        (object(), "table", "kiểu object"),
    ],
)
def test_another_kind_is_answered_with_what_is_wanted(given, wants, says):
    with pytest.raises(NotHandedOver) as problem:
        answer_value(given, wants)
    assert says in str(problem.value)


def test_a_value_that_raises_whatever_is_done_with_it_stops_nothing():
    class Trap:
        def __getattribute__(self, name):
            raise SystemError(name)

    with pytest.raises((NotHandedOver, SystemError)):
        answer_value(Trap(), "table")


def test_a_group_keeps_its_names_and_a_filter_drops_its_row_numbers():
    assert plain(SUMS, "table") == {
        "kind": "table",
        "columns": ["xa", "kg"],
        "rows": [["La Bằng", 2], ["Tân Cương", 4]],
    }
    assert plain(TEA[TEA["kg"] > 1], "table")["columns"] == ["xa", "kg"]
    assert plain(SUMS.reset_index(), "table") == plain(SUMS, "table")
    assert plain(TEA.groupby(["xa", "kg"]).size(), "table")["columns"][:2] == ["xa", "kg"]


def test_dicts_and_lists_of_dicts_are_tables():
    rows = [["La Bằng", 2], ["Tân Cương", 4]]
    assert plain(SUMS.to_dict(), "table")["rows"] == rows
    assert plain({"xa": ["La Bằng", "Tân Cương"], "kg": [2, 4]}, "table") == plain(SUMS, "table")
    assert plain([{"xa": "La Bằng", "kg": 2}, {"xa": "Tân Cương", "kg": 4}], "table") == plain(SUMS, "table")


def test_what_is_missing_is_none_and_a_date_is_text():
    table = pd.DataFrame({"ngay": pd.to_datetime(["2026-01-02", None]), "kg": [np.inf, 1.5], "x": ["a", None]})
    assert plain(table, "table")["rows"] == [["2026-01-02", None, "a"], [None, 1.5, None]]


def test_texts_are_composed():
    assert plain("Ta\u0302n", "text")["text"] == "Tân"


def test_a_chart_is_read_from_what_is_drawn():
    axes = SUMS.plot.bar(title="Theo xã", ylabel="kg")
    wanted = {
        "kind": "chart",
        "type": "bar",
        "labels": ["La Bằng", "Tân Cương"],
        "values": [2.0, 4.0],
        "series": [],
        "title": "Theo xã",
        "x_label": "xa",
        "y_label": "kg",
        "starts_at_zero": True,
    }
    for given in (axes, axes.figure, plt, axes.containers[0]):
        assert plain(given, "chart") == wanted
    axes.set_ylim(1, 5)
    assert plain(axes, "chart")["starts_at_zero"] is False


@pytest.mark.parametrize(
    ("draw", "kind", "labels"),
    [
        (lambda: plt.barh(["a", "b"], [1, 2]), "barh", ["a", "b"]),
        (lambda: plt.plot(["a", "b"], [1, 2]), "line", ["a", "b"]),
        (lambda: plt.scatter([5, 6], [1, 2]), "scatter", ["5", "6"]),
        (lambda: plt.bar(pd.to_datetime(["2026-01-01", "2026-02-01"]), [1, 2]), "bar", ["2026-01-01", "2026-02-01"]),
        (lambda: pd.Series([1, 2], index=["a", "b"]).plot(), "line", None),
        (lambda: plt.bar([2025, 2026], [1, 2]), "bar", ["2025", "2026"]),
    ],
)
def test_every_kind_of_chart_is_known(draw, kind, labels):
    draw()
    chart = plain(plt, "chart")
    assert (chart["type"], chart["values"]) == (kind, [1.0, 2.0])
    assert labels is None or chart["labels"] == labels


def test_a_pie_gives_shares_and_groups_of_bars_give_series():
    plt.pie([1, 3], labels=["a", "b"])
    assert plain(plt, "chart")["values"] == pytest.approx([0.25, 0.75])
    pd.DataFrame({"u": [1, 2], "v": [3, 4]}, index=["m", "n"]).plot.bar()
    assert plain(plt, "chart")["series"] == [
        {"name": "u", "labels": ["m", "n"], "values": [1.0, 2.0]},
        {"name": "v", "labels": ["m", "n"], "values": [3.0, 4.0]},
    ]


def test_a_line_that_marks_a_level_is_no_data():
    plt.plot(["a", "b"], [1, 2])
    plt.axhline(1.5)
    assert plain(plt, "chart")["values"] == [1.0, 2.0]


def test_without_a_chart_plt_says_where_it_was_lost():
    with pytest.raises(NotHandedOver, match="cùng một ô"):
        answer_value(plt, "chart")


def test_a_file_is_its_name_and_its_bytes(tmp_path):
    path = tmp_path / "bao-cao.docx"
    path.write_bytes(b"abc")
    value = answer_value(path, "file")
    assert answer_value(str(path), "file") == value
    assert (value.name, value.content) == ("bao-cao.docx", "YWJj")
    seal = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert value.without_content().model_dump() == {
        "kind": "file",
        "name": "bao-cao.docx",
        "content": "",
        "size": 3,
        "sha256": seal,
    }
    path.write_bytes(b"0" * (MAX_FILE_BYTES + 1))
    with pytest.raises(NotHandedOver, match="nặng quá"):
        answer_value(path, "file")


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "number", "number": True},
        {"kind": "number", "number": "3"},
        {"kind": "number", "number": float("inf")},
        {"kind": "table", "columns": ["a", "b"], "rows": [["x"]]},
        {"kind": "table", "columns": ["a"], "rows": [[{}]]},
        {"kind": "table", "columns": ["a"], "rows": [[1]] * 2001},
        {"kind": "table", "columns": ["a"], "rows": [["x" * 1001]]},
        {"kind": "chart", "type": "radar"},
        {"kind": "file", "name": "../x", "content": ""},
        {"kind": "file", "name": "x", "content": "không"},
    ],
)
def test_what_nobody_could_hand_over_is_refused(value):
    with pytest.raises(ValueError):
        check_value(value)


def test_the_course_is_light_where_code_only_runs():
    """The sandbox imports it for every worker, and the widgets, the network and pandas are none of its business."""
    heavy = "{'ipywidgets', 'anywidget', 'httpx', 'pandas', 'matplotlib', 'numpy', 'IPython'}"
    script = (
        "import sys\nfrom pathlib import Path\nfrom course import Lesson\nfrom course.preparation import preparing\n"
        "with preparing('nong-dan', Path.cwd(), headless=True):\n"
        "    lesson = Lesson('level4/04')\n    lesson.start(); lesson.submit(); lesson.today('x')\n"
        "    lesson.task('q1', 'x', wants='number'); lesson.answer('q1', 5)\n"
        "assert lesson.record.answers['q1'].value.number == 5\n"
        f"print({heavy} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
