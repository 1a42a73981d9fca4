"""Does what was masked come back exactly, in one piece or in many, whatever learners type?"""

import random
from itertools import pairwise

import pytest

from course.ai.shield import Unmasker, shield, unmask
from grader.bench.shield import labelled

TEXTS = [one.text for name in ("development", "held_out") for one in labelled(name)]
PIECES = [
    *("0310 123 456", "0310123456", "+84 310 123 456", "003090001234", "STK 0000123456789", "a@b.example", "bà Mẫu"),
    *("[SỐ ĐIỆN THOẠI 1]", "[SỐ ĐIỆN THOẠI ", "1]", "[[", "]", "[TÊN NGƯỜI 2]", "[SỐ ĐIỆN THOẠI 1B]", "\x1e", "\u200b"),
    *(
        "sinh ngày 5/9/1990",
        "chị Thử",
        "\u0301",
        "ngõ 5",
        "số 7 đường Mẫu",
        "\n",
        " ",
        ", ",
        "😀",
        "İ",
        "ﬁ",
        "０３１０１２３４５６",
    ),
]


def made_up(seed):
    chance = random.Random(seed)
    return "".join(chance.choice([*PIECES, " "]) for _ in range(chance.randint(1, 40)))


def streamed(text, masks, cuts):
    unmasker = Unmasker(masks)
    edges = [0, *sorted(cuts), len(text)]
    shown = [unmasker.feed(text[start:end]) for start, end in pairwise(edges)]
    return "".join(shown) + unmasker.end()


def test_does_every_labelled_message_come_back():
    for text in TEXTS:
        safe = shield(text)
        assert unmask(safe.text, safe.masks) == text
        assert all(finding.text not in safe.text or len(finding.text) < 5 for finding in safe.findings)


@pytest.mark.parametrize("seed", range(400))
def test_does_anything_typed_come_back(seed):
    text = made_up(seed)
    safe = shield(text)
    assert unmask(safe.text, safe.masks) == text
    assert not set(safe.masks) & {piece for piece in PIECES if piece in text}


@pytest.mark.parametrize("seed", range(60))
def test_does_a_stream_give_the_same_for_every_cut(seed):
    safe = shield(made_up(seed) + " gọi 0310 777 888 hoặc bà Mẫu [x] [")
    answer = safe.text + f" Xin nhắc: {next(iter(safe.masks))}[SỐ ĐIỆN"
    whole = unmask(answer, safe.masks)
    for cut in range(len(answer) + 1):
        assert streamed(answer, safe.masks, [cut]) == whole
    assert streamed(answer, safe.masks, range(len(answer))) == whole
    chance = random.Random(seed)
    for _ in range(20):
        assert streamed(answer, safe.masks, chance.sample(range(len(answer)), 5)) == whole


def test_is_only_what_may_be_a_placeholder_held_back():
    unmasker = Unmasker({"[TÊN NGƯỜI 1]": "Mẫu"})
    assert unmasker.feed("Chào [") == "Chào "
    assert unmasker.feed("TÊN NGƯ") == ""
    assert unmasker.feed("ỜI 1], [a") == "Mẫu, [a"
    assert unmasker.feed("[TÊN") == ""
    assert unmasker.end() == "[TÊN"


def test_does_a_value_keep_its_placeholder():
    safe = shield("Gọi 0310123456. Nhắc lại: 0310123456. Số khác: 0310123457.")
    assert safe.text == "Gọi [SỐ ĐIỆN THOẠI 1]. Nhắc lại: [SỐ ĐIỆN THOẠI 1]. Số khác: [SỐ ĐIỆN THOẠI 2]."
    later = shield("Bỏ số 0310123457 đi, thêm 0310123458", known=safe.masks)
    assert later.text == "Bỏ số [SỐ ĐIỆN THOẠI 2] đi, thêm [SỐ ĐIỆN THOẠI 3]"
    assert set(safe.masks) < set(later.masks)


def test_is_another_spelling_seen_as_the_same_number():
    safe = shield("Gọi 0310123456 hay +84 310 123 456 hay 0310.123.456")
    assert safe.text == "Gọi [SỐ ĐIỆN THOẠI 1] hay [SỐ ĐIỆN THOẠI 1B] hay [SỐ ĐIỆN THOẠI 1C]"
    many = " ".join("0310123456"[:at] + " " + "0310123456"[at:] + ";" for at in range(2, 9)) * 30
    again = shield(many)
    assert unmask(again.text, again.masks) == many


def test_is_a_placeholder_that_a_learner_typed_left_alone():
    safe = shield("Chữ [SỐ ĐIỆN THOẠI 1] là gì? Gọi 0310123456")
    assert safe.text == "Chữ [SỐ ĐIỆN THOẠI 1] là gì? Gọi [SỐ ĐIỆN THOẠI 2]"
    assert unmask("[SỐ ĐIỆN THOẠI 1] [SỐ ĐIỆN THOẠI 2]", safe.masks) == "[SỐ ĐIỆN THOẠI 1] 0310123456"


def test_is_a_value_put_back_once_only():
    masks = {"[TÊN NGƯỜI 1]": "[TÊN NGƯỜI 2]", "[TÊN NGƯỜI 2]": "Mẫu"}
    assert unmask("[TÊN NGƯỜI 1]", masks) == "[TÊN NGƯỜI 2]"
    assert streamed("[TÊN NGƯỜI 1]", masks, range(13)) == "[TÊN NGƯỜI 2]"


def test_does_the_policy_say_what_happens():
    text = "Chị Mẫu, số 0310123456, CCCD 003090001234"
    safe = shield(text, {"name": "allow", "phone": "mask", "cccd": "stop"})
    assert safe.text == "Chị Mẫu, số [SỐ ĐIỆN THOẠI 1], CCCD [SỐ CĂN CƯỚC 1]"
    assert [finding.kind for finding in safe.stopped] == ["cccd"]
    assert [finding.kind for finding in safe.findings] == ["name", "phone", "cccd"]
    assert shield(text, dict.fromkeys(("name", "phone", "cccd"), "allow")).text == text


@pytest.mark.parametrize("policy", [{"phone": "hide"}, {"telephone": "mask"}])
def test_is_a_wrong_policy_refused(policy):
    with pytest.raises(ValueError, match="no such policy"):
        shield("a", policy)
