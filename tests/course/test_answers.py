"""Is an answer kept as it was given, and do two devices merge without losing one?"""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from course.answers import (
    MAX_QUESTION_BYTES,
    Answer,
    AnswerRecord,
    ChoiceValue,
    DictationValue,
    DoneValue,
    MarkValue,
    OrderValue,
    TextValue,
    check_value,
    is_blank,
)

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def answer(text: str, seconds: float = 0, audience: str = "nong-dan") -> Answer:
    return Answer(value=TextValue(kind="text", text=text), audience=audience, at=START + timedelta(seconds=seconds))


def test_the_later_answer_stands_per_question():
    phone = AnswerRecord(lesson="level1/03").merged({"q1": answer("điện thoại", 10), "q2": answer("cũ", 1)})
    both = phone.merged({"q1": answer("máy tính", 5), "q2": answer("mới", 2)})
    assert both.answers["q1"].value.text == "điện thoại"
    assert both.answers["q2"].value.text == "mới"
    assert both.version == 2


def test_sending_the_same_again_changes_nothing():
    record = AnswerRecord(lesson="level1/03").merged({"q1": answer("một", 1)})
    assert record.merged({"q1": answer("một", 1)}) is record


def test_merging_gives_the_same_in_either_order():
    empty = AnswerRecord(lesson="level1/03")
    one, two = {"q1": answer("a", 1), "q2": answer("b", 9)}, {"q1": answer("c", 2), "q2": answer("d", 3)}
    assert empty.merged(one).merged(two).answers == empty.merged(two).merged(one).answers


def test_a_record_survives_json():
    record = AnswerRecord(lesson="level1/03").merged({"q1": answer("Thái Nguyên", 1.25)})
    assert AnswerRecord.model_validate_json(record.to_json()) == record
    assert '"schema": 1' in record.to_json()


def test_other_time_zones_are_the_same_moment():
    value = {"value": {"kind": "done", "done": True}, "audience": "hoc-sinh", "at": "2026-11-24T10:00:00+07:00"}
    assert Answer.model_validate(value).at == START


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "choice", "picked": ["b"]},
        {"kind": "choice", "picked": "B"},
        {"kind": "choice"},
        {"kind": "choice", "picked": ["B"], "points": 10},
        {"kind": "order", "order": [1, 2]},
        {"kind": "mark", "marked": ["-1"]},
        {"kind": "dictation", "text": "a"},
        {"kind": "code", "text": "import os"},
        {"picked": ["B"]},
        "B",
        None,
        ["B"],
    ],
)
def test_a_value_of_the_wrong_shape_is_refused(value):
    with pytest.raises(ValidationError):
        check_value(value)


@pytest.mark.parametrize("question", ["q", "Q1", "q1; drop", "../q1", "q100", "x1", ""])
def test_a_strange_question_id_is_refused(question):
    with pytest.raises(ValidationError):
        AnswerRecord.model_validate(
            {
                "schema": 1,
                "lesson": "level1/01",
                "version": 1,
                "answers": {question: answer("a").model_dump(mode="json")},
            }
        )


@pytest.mark.parametrize("schema", [0, 2, "1x"])
def test_another_schema_is_refused(schema):
    with pytest.raises(ValidationError):
        AnswerRecord.model_validate({"schema": schema, "lesson": "level1/01", "version": 0, "answers": {}})


def test_a_moment_without_time_zone_is_refused():
    with pytest.raises(ValidationError):
        Answer.model_validate(
            {"value": {"kind": "done", "done": True}, "audience": "can-bo", "at": "2026-11-24T10:00:00"}
        )


def test_sizes_are_counted_in_bytes_of_the_question_and_the_lesson():
    empty = AnswerRecord(lesson="level1/03")
    assert empty.merged({"q1": answer("ộ" * 6000)}).too_large() is None
    assert empty.merged({"q1": answer("ộ" * (MAX_QUESTION_BYTES // 3 + 1))}).too_large() == "q1"
    assert empty.merged({f"q{n}": answer("a" * 19_000) for n in range(1, 12)}).too_large() == "lesson"


def test_the_lesson_is_done_for_the_audience_of_the_newest_answer():
    record = AnswerRecord(lesson="level1/03")
    assert record.audience() is None
    record = record.merged({"q1": answer("a", 1, "can-bo"), "q2": answer("b", 2, "phu-nu")})
    assert record.audience() == "phu-nu"


@pytest.mark.parametrize(
    ("blank", "given"),
    [
        (ChoiceValue(kind="choice", picked=[]), ChoiceValue(kind="choice", picked=["A"])),
        (TextValue(kind="text", text=" \n"), TextValue(kind="text", text="a")),
        (OrderValue(kind="order", order=[]), OrderValue(kind="order", order=["A"])),
        (MarkValue(kind="mark", marked=[]), MarkValue(kind="mark", marked=["1"])),
        (
            DictationValue(kind="dictation", text="", spoken=True),
            DictationValue(kind="dictation", text="a", spoken=False),
        ),
        (DoneValue(kind="done", done=False), DoneValue(kind="done", done=True)),
    ],
)
def test_blank_answers_are_known(blank, given):
    assert is_blank(blank)
    assert not is_blank(given)
