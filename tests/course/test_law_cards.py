"""Law cards: shown with document and days; and every card that a lesson of the course shows is in force today."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import nbformat
import pytest

from course import Lesson
from course.law_cards import law_card, load_law_cards
from course.preparation import preparing

REPOSITORY = Path(__file__).parents[2]


def cards_used() -> list[tuple[str, str]]:
    found = []
    for path in sorted(REPOSITORY.glob("level[1-5]/*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type != "code":
                continue
            for node in ast.walk(ast.parse(cell.source)):
                match node:
                    case ast.Call(func=ast.Attribute(attr="law"), args=[ast.Constant(value=str() as id)]):
                        found.append((path.name, id))
    return found


@pytest.mark.parametrize(("lesson", "id"), cards_used())
def test_is_a_card_of_a_lesson_in_force(lesson, id):
    assert law_card(id).problem(date.today()) == ""


def test_has_lesson_1_2_its_card():
    assert ("02-ai-gioi-gi-hay-sai-gi.ipynb", "luat-ai") in cards_used()


def test_does_a_lesson_show_what_the_law_says_its_document_and_its_days(tmp_path):
    with preparing("nong-dan", tmp_path):
        widget = Lesson("level1/02").law("luat-ai")
    assert "35 điều" in widget.html
    for words in ("số 134/2025/QH15", "hiệu lực từ 01/03/2026", "Đã kiểm 24/11/2026, kiểm lại trước 24/05/2027"):
        assert words in widget.speech


def test_is_a_card_refused_before_and_after_its_days():
    card = law_card("luat-ai")
    assert "chưa có hiệu lực" in card.problem(card.in_force - timedelta(days=1))
    assert card.problem(card.again - timedelta(days=1)) == ""
    assert "quá hạn kiểm lại" in card.problem(card.again)
    ended = replace(card, until=date(2026, 12, 31))
    assert ended.problem(date(2026, 12, 31)) == "" and "hết hiệu lực" in ended.problem(date(2027, 1, 1))


def test_is_an_unknown_card_told_with_those_there_are(tmp_path):
    with (
        preparing("nong-dan", tmp_path),
        pytest.raises(ValueError, match=r"Không có thẻ luật 'luat-x'\. Có: .*luat-ai"),
    ):
        Lesson("level1/02").law("luat-x")


def test_has_a_letter_the_day_it_was_issued():
    assert "ngày 31/03/2025" in law_card("khong-dua-len-ai").markdown
    assert all(card.says.endswith(".") and len(card.says.split()) <= 30 for card in load_law_cards().values())
