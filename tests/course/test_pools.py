"""Does a question with several items show one at a time, the same everywhere, and keep with the answer which it was?"""

from __future__ import annotations

import json
from collections import Counter

import pytest
from pydantic import ValidationError

from course import Lesson
from course.answers import Answer, AnswerRecord, check_value, now
from course.pools import first_item, next_item
from tests.support.pool_lesson import CHOICE, PRACTICE, SIDECAR


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTERHUB_USER", "hoa")
    (tmp_path / "04-x.yml").write_text(SIDECAR, "utf-8")
    return Lesson("level1/04")


def ask(lesson, call=CHOICE):
    return eval(call, {"lesson": lesson})


def press_another(widget):
    widget._handle_custom_msg({"type": "another"}, [])


def kept(folder):
    return json.loads((folder / "04.answers.json").read_text("utf-8"))["answers"]


def test_is_the_first_item_drawn_alike_for_a_learner_and_spread_over_learners():
    assert first_item("hoa", "level1/04", "q1", 3) == first_item("hoa", "level1/04", "q1", 3)
    seen = Counter(first_item(f"hv{number}", "level1/04", "q1", 3) for number in range(300))
    assert set(seen) == {1, 2, 3} and min(seen.values()) > 60
    assert [next_item(item, 3) for item in (1, 2, 3)] == [2, 3, 1]


def test_does_a_question_show_the_drawn_item(lesson):
    widget = ask(lesson)
    item = first_item("hoa", "level1/04", "q1", 3)
    assert (widget.item, widget.item_count) == (item, 3)
    assert widget.ask == ["Bản một?", "Bản hai?", "Bản ba?"][item - 1]


def test_is_the_item_kept_with_the_answer_and_shown_again(lesson, tmp_path):
    widget = ask(lesson)
    while widget.item != 2:
        press_another(widget)
    widget.answer = {"kind": "choice", "picked": ["C"]}
    assert kept(tmp_path)["q1"]["item"] == 2
    again = ask(Lesson("level1/04"))
    assert (again.item, again.ask, again.answer) == (2, "Bản hai?", {"kind": "choice", "picked": ["C"]})


def test_does_another_item_begin_blank_everywhere(lesson, tmp_path):
    widget = ask(lesson)
    widget.answer = {"kind": "choice", "picked": ["A"]}
    widget.result = {"id": "q1", "points": 0, "max_points": 3, "sign": "wrong", "reasons": []}
    before = widget.item
    press_another(widget)
    assert widget.item == next_item(before, 3) and widget.answer["picked"] == [] and widget.result is None
    assert kept(tmp_path)["q1"].get("item", 1) == widget.item and kept(tmp_path)["q1"]["value"]["picked"] == []
    assert lesson._unanswered() == ["Câu 1"]


def test_does_a_record_without_pools_stay_as_it_was(lesson, tmp_path):
    lesson.choice("q3", "Hỏi?", ["A", "B"]).answer = {"kind": "choice", "picked": ["A"]}
    assert set(kept(tmp_path)["q3"]) == {"value", "audience", "at"}


def test_does_an_answer_from_another_device_bring_its_item(lesson):
    widget = ask(lesson)
    other = widget.item % 3 + 1
    answer = Answer(value=check_value({"kind": "choice", "picked": ["B"]}), audience="can-bo", at=now(), item=other)
    lesson.see_record(AnswerRecord(lesson="level1/04", answers={"q1": answer}))
    assert (widget.item, widget.answer) == (other, {"kind": "choice", "picked": ["B"]})
    assert widget.options == widget.pool[other - 1]["options"]


def test_is_an_item_that_is_gone_not_shown_as_answered(lesson):
    widget = ask(lesson)
    answer = Answer(value=check_value({"kind": "choice", "picked": ["B"]}), audience="can-bo", at=now(), item=9)
    lesson.see_record(AnswerRecord(lesson="level1/04", answers={"q1": answer}))
    assert widget.answer is None and widget.item <= 3


def test_has_each_item_the_words_of_the_audience(lesson):
    widget = ask(lesson)
    lesson._change_audience("nong-dan")
    assert [item["options"][0] for item in widget.pool] == ["Chè của mình", "Rau", "Ba A"]
    assert widget.options == widget.pool[widget.item - 1]["options"]


def test_is_a_sidecar_with_too_few_items_told(lesson, tmp_path):
    (tmp_path / "04-x.yml").write_text("can-bo: {q1: {pool: [{ask: Chỉ một}]}}", "utf-8")
    with pytest.raises(ValueError, match=r"can-bo\.q1\.pool: có 1 bản, sổ bài có 2"):
        ask(Lesson("level1/04"))
    (tmp_path / "04-x.yml").write_text("can-bo: {q1: {pool: [{}, {hoi: Lạ}]}}", "utf-8")
    with pytest.raises(ValueError, match="không có mục hoi"):
        ask(Lesson("level1/04"))


def test_has_practice_its_own_key_for_each_item(lesson):
    widget = ask(lesson, PRACTICE)
    assert [item["right"] for item in widget.pool] == [["A"], ["B"]]


@pytest.mark.parametrize("item", [0, 21, True, "2", 1.5])
def test_is_a_made_up_item_refused(item):
    answer = {"value": {"kind": "choice", "picked": []}, "audience": "can-bo", "at": now().isoformat(), "item": item}
    with pytest.raises(ValidationError):
        Answer.model_validate(answer)


def test_is_a_pool_longer_than_a_record_can_tell_refused(lesson):
    with pytest.raises(ValueError, match="nhiều nhất 20 bản"):
        lesson.choice("q1", "Hỏi?", ["A"], pool=[{}] * 20)
