"""The language of the rules, and the rules as data."""

from importlib.resources import files

import pytest
import yaml

from course.ai.coach._phrases import Phrases
from course.ai.coach._reading import read
from course.ai.coach._rules import PARTS, rules


def found(phrase, text, **lists):
    phrases = Phrases()
    phrases.add("x", [phrase], lists)
    tokens = read(text, {}, 0, len(text))
    return [text[tokens[span.first].start : tokens[span.last - 1].end] for span in phrases.find(tokens)]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("họp xóm", "Mời họp xóm nhé", ["họp xóm"]),
        ("họp xóm", "moi hop xom nhe", ["hop xom"]),
        ("họp xóm", "hợp xóm", []),
        ("=chợ", "di cho", []),
        ("=chợ", "đi chợ", ["chợ"]),
        ("dưới/tối_đa <số> chữ", "tối đa 80 chữ, dưới năm chữ", ["tối đa 80 chữ", "dưới năm chữ"]),
        ("giúp? tôi", "giúp tôi", ["giúp tôi", "tôi"]),
        ("cho <người>", "gửi cho bà con ở xóm", ["cho bà con"]),
        ("viết … thơ", "viết cho mẹ bài thơ", ["viết cho mẹ bài thơ"]),
        ("viết … thơ", "viết cho mẹ em bài thơ", []),
        ("viết … thơ", "viết, thơ", []),
        ("^ mai", "mai họp. cô mai, mai đi", ["mai", "mai"]),
        ("gì $", "là gì? cái gì thế", ["gì"]),
        ("xóm <tên>", "Xóm Đồng, xóm đồng, xóm 5", ["Xóm Đồng", "xóm 5"]),
        ("<giờ>", "19h30 7:30 25h 8g 19h99", ["19h30", "7:30", "8g"]),
        ("<ngày>", "12/9 20/11/2026 40/2 1/13", ["12/9", "20/11/2026"]),
        ("<đo>", "20k 7kg 20", ["20k", "7kg"]),
        ("viết <!đệm>", "viết giúp, viết thư", ["viết thư"]),
    ],
)
def test_a_phrase_meets(phrase, text, words):
    assert found(phrase, text, người=["bà con"], đệm=["giúp"]) == words


def test_a_phrase_that_names_an_unknown_list_is_refused():
    with pytest.raises(ValueError, match="<nguoi>"):
        Phrases().add("x", ["cho <nguoi>"], {})


def test_short_forms_and_telex_are_read():
    text = "hop nvh vieets toois"
    tokens = read(text, {"nvh": ("nhà", "văn", "hóa")}, 0, len(text))
    assert [token.bare for token in tokens][:4] == ["hop", "nha", "van", "hoa"]
    assert [token.key for token in tokens][-2:] == ["viêt_s", "tôi_s"]
    assert {(token.start, token.end) for token in tokens[1:4]} == {(4, 7)}


def test_english_words_are_not_read_as_telex():
    text = "facebook gmail website for zalo poster"
    assert [token.key for token in read(text, {}, 0, len(text))] == text.split()


def test_every_kind_of_request_names_parts_that_exist():
    kinds = rules().kinds
    assert kinds["chung"].matters
    for kind in kinds.values():
        assert set(kind.matters) <= set(PARTS) and set(kind.add) <= set(kind.matters)


@pytest.mark.parametrize("part", PARTS)
def test_every_phrase_of_a_part_is_text_and_stands_once(part):
    data = yaml.safe_load((files("course.ai.coach") / "rules" / f"{part}.yml").read_text("utf-8"))
    for phrases in (data["found"], data.get("not", [])):
        assert all(isinstance(phrase, str) for phrase in phrases)
        assert len(set(phrases)) == len(phrases)
