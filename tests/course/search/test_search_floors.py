"""Floors under how often a question finds the passage that answers it."""

import re

import pytest

from course.ai.syllables import key_of
from grader.bench.search import measure, passages, questions

# Words that carry no subject; a "far" question may share them with its answer.
_EMPTY = re.findall(
    r"\w+", "được thì là có không ở và cho của bị vào ra khi các một những phải với trong để đến nào gì làm nếu xin"
)


@pytest.fixture(scope="module")
def figures():
    return measure()


def test_recall(figures):
    first, third = figures["search_recall_at_1"], figures["search_recall_at_3"]
    assert first["words"]["near"] >= 0.90 and third["words"]["near"] >= 0.95
    assert first["both"]["near"] >= 0.86 and third["both"]["near"] >= 0.90
    assert first["both"]["some"] >= 0.77 and third["both"]["some"] >= 0.83
    assert first["meaning"]["far"] >= 0.20 and third["both"]["far"] >= 0.32
    assert third["words"]["far"] == 0, "những câu hỏi này phải không có từ nào chung"


def test_refusing(figures):
    for way in ("both", "words"):
        says = figures["search_says"][way]
        assert says["none"] <= 0.20
        assert says["near"] >= 0.82


def test_the_labelled_set_is_what_it_says(figures):
    by_name, asked = passages(), questions()
    assert figures["search_passages"] >= 60
    assert sum(figures["search_questions"].values()) - figures["search_questions"]["none"] >= 40
    for one in asked:
        assert (one.answer in by_name) == (one.kind != "none")
        if one.kind == "far":
            shared = _words(one.text) & _words(by_name[one.answer].text)
            assert shared <= {key_of(word)[0] for word in _EMPTY}, one
    assert not {one.text for one in asked} & {one.text for one in questions("calibration")}


def _words(text):
    return {key_of(word)[0] for word in re.findall(r"\w+", text)}
