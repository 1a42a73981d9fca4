"""Does what code hands over earn what it should: numbers, tables in any order, charts part by part?"""

import pytest

from course.answers import check_value
from course.grades_data import grade_chart, grade_number, grade_table, grade_text, same


def number(value):
    return check_value({"kind": "number", "number": value})


def table(*rows, columns=("xa", "kg")):
    return check_value({"kind": "table", "columns": list(columns), "rows": [list(row) for row in rows]})


def text(words):
    return check_value({"kind": "text", "text": words})


def chart(values, labels=("a", "b"), **more):
    dress = {"type": "bar", "title": "T", "x_label": "x", "y_label": "y", "starts_at_zero": True}
    return check_value({"kind": "chart", "labels": list(labels), "values": values, **dress, **more})


@pytest.mark.parametrize(
    ("given", "wanted", "right"),
    [(3.333, 10 / 3, True), (3.34, 10 / 3, False), (1e9 + 100, 1e9, True), (1e9 + 5000, 1e9, False), (-3, 3, False)],
)
def test_a_number_may_be_rounded_but_not_wrong(given, wanted, right):
    assert grade_number(number(given), number(wanted)).share == right


WANTED = table(("Tân Cương", 12.5), ("La Bằng", 4), ("Võ Nhai", 7), ("Văn Lăng", 1))


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        (WANTED.rows, 1),
        (WANTED.rows[::-1], 1),
        (WANTED.rows[:3], 0.75),
        ([*WANTED.rows[:3], ("Văn Lăng", 2)], 0.75),
        ([*WANTED.rows, ("Đồng Hỷ", 2)], 0.75),
        ([*WANTED.rows, ("Văn Lăng", 1)], 0.75),
        ([*WANTED.rows[:3], ("Văn Lăng", "1")], 0.75),
        ([(name, 0) for name, _ in WANTED.rows], 0),
        ([(f"{name}x", kg) for name, kg in WANTED.rows], 0),
        ([("TÂN  CƯƠNG", 12.5), ("la bằng", 4.001), ("Võ Nhai", 7), ("Văn Lăng", 1)], 1),
        ([], 0),
    ],
)
def test_rows_count_whatever_their_order(rows, share):
    assert grade_table(table(*rows), WANTED).share == share


def test_columns_may_stand_in_another_order_when_their_names_match():
    turned = table(*((kg, name) for name, kg in WANTED.rows), columns=("KG", "Xa"))
    assert grade_table(turned, WANTED).share == 1
    unnamed = table(*((kg, name) for name, kg in WANTED.rows), columns=("x", "y"))
    assert grade_table(unnamed, WANTED).share == 0


def test_names_of_columns_count_only_when_asked():
    renamed = table(*WANTED.rows, columns=("commune", "kg"))
    assert grade_table(renamed, WANTED).share == 1
    share = grade_table(renamed, WANTED, names=True)
    assert share.share == 0.5
    assert "xa" in share.notes[-1]


def test_order_counts_only_when_asked():
    share = grade_table(table(*WANTED.rows[::-1]), WANTED, in_order=True)
    assert share.share == 0
    assert share.notes == ["Các dòng đúng cả, chỉ chưa đúng thứ tự."]
    assert grade_table(WANTED, WANTED, in_order=True).share == 1


def test_another_number_of_columns_says_so():
    share = grade_table(table((1,), columns=("kg",)), WANTED)
    assert (share.share, share.notes) == (0, ["Bảng cần 2 cột, bảng của bạn có 1 cột."])


def test_numbers_alone_are_compared_as_whole_rows():
    wanted = table((1, 10), (2, 20), columns=("thang", "kg"))
    assert grade_table(table((2, 20), (1, 10), columns=("t", "k")), wanted).share == 1
    assert grade_table(table((2, 20), (1, 11), columns=("t", "k")), wanted).share == 0.5


def test_an_empty_table_is_right_where_none_is_wanted():
    assert grade_table(table(), table()).share == 1
    assert grade_table(WANTED, table()).share == 0


@pytest.mark.parametrize(("given", "right"), [("tân cương", True), ("Tân Cương.", True), ("Tân Cương, La Bằng", False)])
def test_a_worked_out_text_is_its_words(given, right):
    assert grade_text(text(given), [text("Tân Cương")]).share == right


@pytest.mark.parametrize(
    ("given", "missed", "share"),
    [
        (chart([1, 2]), [], 1),
        (chart([2, 1], ("b", "a"), type="barh"), [], 1),
        (chart([1, 2], title=" "), ["title"], 5 / 6),
        (chart([1, 2], y_label="", title=""), ["title", "axes"], 4 / 6),
        (chart([1, 2], starts_at_zero=False), ["zero"], 5 / 6),
        (chart([1, 2], ("a", "c")), ["labels"], 5 / 6),
        (chart([1, 2], type="line", starts_at_zero=False), ["type"], 4 / 5),
        (chart([1 / 3, 2 / 3], type="pie", x_label="", y_label=""), ["type"], 3 / 4),
        (chart([1, 3]), ["values"], 0),
        (chart([1], ("a",)), ["values", "labels"], 0),
    ],
)
def test_a_chart_earns_part_by_part_and_nothing_with_wrong_figures(given, missed, share):
    earned = grade_chart(given, chart([1, 2]))
    assert earned.missed == missed
    assert earned.share == pytest.approx(share)


def test_several_series_go_by_name():
    def two(**values):
        series = [{"name": name, "labels": ["a"], "values": [value]} for name, value in values.items()]
        return chart([], (), series=series)

    assert grade_chart(two(u=1, v=2), two(v=2, u=1)).share == 1
    assert grade_chart(two(u=2, v=1), two(u=1, v=2)).share == 0


def test_a_line_whose_axis_leaves_names_out_is_not_wrong_for_it():
    assert "labels" not in grade_chart(chart([1, 2], ("a", ""), type="line"), chart([1, 2])).missed
    assert "labels" in grade_chart(chart([1, 2], ("", ""), type="line"), chart([1, 2])).missed
    assert "labels" in grade_chart(chart([1, 2], ("b", ""), type="line"), chart([1, 2])).missed


def test_a_slip_is_known_by_figures_and_names():
    assert same(chart([1, 2], title=""), chart([1, 2]))
    assert not same(chart([1, 2], ("a", "c")), chart([1, 2]))
    assert same(table(*WANTED.rows[::-1]), WANTED)
    assert not same(number(3), text("3"))
