"""Does each kind of question earn what it should, and say why?"""

import unicodedata

import pytest

from course.answers import check_value
from course.comparing import Fix, damaged_spans, normalised, occurs
from course.grades import (
    Grade,
    grade_choice,
    grade_choices,
    grade_fixes,
    grade_marks,
    grade_order,
    grade_parts,
    make_grade,
)


def choice(*picked):
    return check_value({"kind": "choice", "picked": list(picked)})


def mark(*marked):
    return check_value({"kind": "mark", "marked": [str(one) for one in marked]})


def order(letters):
    return check_value({"kind": "order", "order": list(letters)})


def text(words):
    return check_value({"kind": "text", "text": words})


def dictation(words, spoken=False):
    return check_value({"kind": "dictation", "text": words, "spoken": spoken})


def test_one_option_is_all_or_nothing():
    assert grade_choice(choice("B"), "B").share == 1
    assert grade_choice(choice("A"), "B").share == 0
    assert grade_choice(choice("A", "B"), "B").share == 0


@pytest.mark.parametrize(("picked", "share"), [("AC", 1), ("A", 0.5), ("ABC", 0.5), ("ABCD", 0), ("BD", 0)])
def test_picking_everything_earns_nothing(picked, share):
    assert grade_choices(choice(*picked), "AC").share == share


def test_false_alarms_cost_as_much_as_misses():
    assert grade_marks(mark(2, 5), [2, 5]).share == 1
    assert grade_marks(mark(2), [2, 5]).share == grade_marks(mark(2, 5, 1), [2, 5]).share == 0.5
    assert grade_marks(mark(1, 2, 3, 4, 5), [2, 5]).share == 0


@pytest.mark.parametrize(("given", "share"), [("BDAC", 1), ("CADB", 0), ("BDCA", 2 / 3), ("BD", 0), ("BBDA", 0)])
def test_order_counts_pairs(given, share):
    assert grade_order(order(given), "BDAC").share == pytest.approx(share)


def test_parts_are_found_as_whole_words():
    parts = {"Ở đâu": ["xã", "xóm"], "Lúc nào": ["re:\\d+ ngày", "hôm qua"]}
    share = grade_parts(text("Chè ở XÓM Hồng Thái vàng lá 3 ngày nay"), parts)
    assert share.share == 1
    missing = grade_parts(text("Chè nhà tôi xấu xa"), parts)
    assert missing.share == 0
    assert missing.missed == ["Ở đâu", "Lúc nào"]


FIXES = [
    {"want": "Văn Lăng", "not": "Văn Lang", "why": "Hai xã khác nhau."},
    {"want": ["1.500.000 đồng", "1,5 triệu đồng"], "not": "1 500 nghìn đồng", "why": "Viết tiền có dấu chấm."},
]
RECORDED = "Chị Hoà ở xã Văn Lang góp 1 500 nghìn đồng vào quỹ tổ"


@pytest.mark.parametrize(
    ("corrected", "share"),
    [
        ("Chị Hoà ở xã Văn Lăng góp 1.500.000 đồng vào quỹ tổ.", 1),
        ("Chị Hòa ở xã Văn Lăng góp 1,5 triệu đồng vào quỹ tổ", 1),
        (unicodedata.normalize("NFD", "Chị Hoà ở xã Văn Lăng  góp 1.500.000 đồng vào quỹ tổ"), 1),
        (RECORDED, 0),
        ("Chị Hoà ở xã Văn Lăng góp 1 500 nghìn đồng vào quỹ tổ", 0.5),
        ("Văn Lăng 1.500.000 đồng", 0),
        ("Chị Hoà ở xã Văn Lăng, không phải Văn Lang, góp 1.500.000 đồng vào quỹ tổ", 0.5),
        ("Chị Hoa ở xã Văn Lăng góp 1.500.000 đồng vào quỹ tổ", 0.5),
    ],
)
def test_a_correction_mends_and_does_no_harm(corrected, share):
    assert grade_fixes(dictation(corrected), FIXES, RECORDED).share == pytest.approx(share)


def test_free_dictation_is_not_held_to_the_recording():
    said = "Xã Văn Lăng, chị Hoà đã góp 1.500.000 đồng"
    assert grade_fixes(dictation(said, spoken=True), FIXES, RECORDED).share == 1
    assert grade_fixes(dictation(said), FIXES, RECORDED).share < 1


def test_a_wrong_text_inside_the_right_one_is_no_obstacle():
    assert Fix.from_mapping({"want": "20 kg chè", "not": "20 kg"}).made_in("bán 20 kg chè")
    assert not Fix.from_mapping({"want": "20 kg chè", "not": "20 kg"}).made_in("bán 20 kg")


def test_case_counts_only_where_it_is_the_mistake():
    assert not Fix.from_mapping({"want": "Hoa", "not": "hoa"}).made_in("cô hoa")
    assert Fix.from_mapping({"want": "Hoa", "not": "hoa"}).made_in("cô Hoa")
    assert Fix.from_mapping({"want": "Văn Lăng", "not": "Văn Lang"}).made_in("VĂN LĂNG")


def test_numbers_are_whole():
    assert not occurs("15", "15.000 đồng")
    assert not occurs("000", "15.000")
    assert occurs("15.000", "giá 15.000.")
    assert not occurs("an", "ban")


def test_two_spellings_of_one_word_are_equal():
    assert normalised("hoà thuý khoẻ") == normalised("hòa thúy khỏe")
    assert normalised("Văn Lang") != normalised("Văn Lăng")
    assert normalised("HOÀ") == normalised("HÒA")


def test_damage_counts_runs_of_words():
    fixes = [Fix.from_mapping(fix) for fix in FIXES]
    assert damaged_spans(RECORDED, RECORDED, fixes) == 0
    assert damaged_spans(RECORDED, "Chị Hoà ở xã Văn Lăng góp 1.500.000 đồng", fixes) == 1


def test_reasons_name_what_was_missed_and_praise_what_is_right():
    wrong = {"A": "A thiếu nơi.", "C": "C thiếu lúc."}
    assert make_grade("q1", 3, grade_choice(choice("B"), "B"), because="Đủ ý.", wrong=wrong).reasons == ["Đủ ý."]
    missed = make_grade("q1", 3, grade_choice(choice("C"), "B"), because="Đủ ý.", wrong=wrong, hint="Xem lại.")
    assert (missed.points, missed.reasons, missed.sign) == (0, ["C thiếu lúc."], "wrong")
    unknown = make_grade("q1", 3, grade_choice(choice("D"), "B"), wrong=wrong, hint="Xem lại.")
    assert unknown.reasons == ["Xem lại."]
    numbered = make_grade("q2", 4, grade_marks(mark(2), [2, 5]), wrong={5: "Câu 5 có số liệu."})
    assert (numbered.points, numbered.sign, numbered.reasons) == (2, "partly", ["Câu 5 có số liệu."])


def test_a_grade_shows_as_the_bare_number_that_nbgrader_reads():
    assert repr(Grade("q1", 2.5, 4)) == "2.5"
    assert repr(Grade("q1", 0, 4)) == "0"
    assert float(repr(Grade("q1", 1.33, 4))) == 1.33


def test_an_answer_of_another_kind_is_an_error_not_a_point():
    with pytest.raises(TypeError):
        grade_choice(text("B"), "B")
