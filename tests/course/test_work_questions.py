"""Own work in a notebook: it sees the talks before it; its parts, and nothing of its quality, earn points."""

import pytest
from pydantic import ValidationError

from course import Lesson
from course.answers import Answer, AnswerRecord, check_value, is_blank, now
from course.grades_work import UNGRADED, personal_data
from course.preparation import preparing

TALK = {"kind": "chat", "messages": [{"role": "user", "text": "Viết tin"}, {"role": "assistant", "text": "Mời bà con"}]}
WHOLE = {
    "kind": "work",
    "task": "Báo cả tổ đi dọn mương",
    "request": "Viết tin cho bà con ở xóm 5, 6 giờ sáng Chủ nhật.",
    "result": "Mời bà con ra nhà văn hoá lúc 6 giờ.",
    "checked": ["A"],
    "before": 60,
    "after": 12,
}
REQUEST = {"Ở đâu": ["coach:noi"], "Lúc nào": ["coach:luc"], "Cho ai": ["coach:ai", "bà con"]}


@pytest.fixture
def lesson(tmp_path):
    with preparing("nong-dan", tmp_path):
        lesson = Lesson("level1/08")
        lesson.chat("c1", "Hỏi đi.")
        lesson.work("q3", "Ghi lại.", checks=["Giờ", "Tên"])
    return lesson


def grade(lesson, value):
    answer = Answer(value=check_value(value), audience="nong-dan", at=now())
    record = AnswerRecord(lesson="level1/08", answers={"q3": answer})
    return lesson.with_record(record).expect("q3", points=8, work=REQUEST, because="Đủ.")


def test_a_talk_before_it_is_there_to_be_taken(lesson):
    work = lesson.shown["q3"][1]
    assert work.talk == []
    lesson.shown["c1"][1].answer = TALK
    assert work.talk == TALK["messages"]


def test_every_part_that_is_there_earns_and_its_quality_is_never_told(lesson):
    whole = grade(lesson, WHOLE)
    assert (whole.points, whole.reasons) == (8, ["Đủ.", UNGRADED])
    for missing in ({"task": ""}, {"checked": []}, {"after": None}, {"result": WHOLE["request"]}):
        part = grade(lesson, WHOLE | missing)
        assert part.points == 7 and len(part.reasons) == 2 and part.reasons[-1] == UNGRADED, missing


@pytest.mark.parametrize("field", ["task", "request", "result", "fixed"])
@pytest.mark.parametrize("private", ["số 0310 000 123", "thư mau@thu.example", "căn cước 000190000123"])
def test_what_is_personal_costs_its_point_and_is_not_repeated(lesson, field, private):
    value = WHOLE | {field: f"{WHOLE.get(field, '')} {private}"}
    left = grade(lesson, value)
    assert left.points == 7
    assert private.split()[-1] not in " ".join(left.reasons)
    assert len(personal_data(check_value(value))) == 1


def test_nothing_written_is_blank_and_a_lone_number_is_not():
    assert is_blank(check_value({"kind": "work", "task": " ", "request": "\n"}))
    assert not is_blank(check_value({"kind": "work", "before": 0}))


@pytest.mark.parametrize("wrong", [{"before": -1}, {"before": 1.5}, {"before": "12"}, {"task": "x" * 501}, {"more": 1}])
def test_is_a_broken_piece_refused(wrong):
    with pytest.raises(ValidationError):
        check_value(WHOLE | wrong)
