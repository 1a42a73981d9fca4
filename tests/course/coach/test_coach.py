"""What the coach sees in a request, however it is typed."""

import json
import subprocess
import sys
import unicodedata

import pytest

from course.ai.coach import PARTS, coach, part_titles
from course.ai.syllables import without_diacritics

FULL = (
    "Bạn là thư ký của tôi. Viết thông báo mời bà con xóm Đồng Tâm họp lúc 19h30 thứ Sáu tại nhà văn hóa xóm. "
    "Xóm tôi có 62 hộ, mương bị sạt. Dưới 80 chữ, lời lẽ nhẹ nhàng."
)


def test_a_request_with_every_part_lacks_nothing():
    advice = coach(FULL, PARTS)
    assert set(advice.present) == set(PARTS)
    assert advice.complete and advice.missing == {}
    assert advice.summary == "Yêu cầu đã đủ ý."


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_the_words_found_are_the_learners_own(form):
    text = unicodedata.normalize(form, FULL)
    for found in (one for part in coach(text).present.values() for one in part):
        assert text[found.start : found.end] == found.text
    shown = {unicodedata.normalize("NFC", one.text) for one in coach(text).present["luc"]}
    assert shown == {"19h30", "thứ Sáu"}


@pytest.mark.parametrize(
    "changed",
    [
        without_diacritics(FULL),
        unicodedata.normalize("NFD", FULL),
        FULL.lower(),
        FULL.upper(),
        FULL.replace("hóa", "hoá"),
        FULL.replace("Viết", "Vieets").replace("mời", "mowif"),
        FULL.replace(" ", "  "),
    ],
)
def test_it_sees_the_same_however_it_is_typed(changed):
    assert set(coach(changed).present) == set(PARTS)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Tôi là trưởng xóm", "vai"),
        ("giá chè", "viec"),
        ("giúp em với ạ", "viec"),
        ("Viết giúp tôi một bài thơ", "ai"),
        ("xóm tôi họp bàn sửa mương", "noi"),
        ("Nộp hồ sơ ở đâu?", "noi"),
        ("tháng mấy thì gieo mạ", "luc"),
        ("Tóm tắt báo cáo này", "dang"),
        ("vì sao lá vàng", "boi_canh"),
        ("bạn là ai", "vai"),
    ],
)
def test_what_only_looks_like_a_part_is_none(text, part):
    assert part not in coach(text).present


def test_a_word_with_marks_means_what_it_says():
    assert "ai" in coach("viet tin nhan gui ba con").present
    assert "noi" not in coach("Viết câu trả lời cho Lan").present, "“cho” trong câu có dấu không phải là “chợ”"


@pytest.mark.parametrize(
    ("text", "kind", "missing"),
    [
        ("Viết thông báo họp xóm tối mai", "hop", {"noi", "ai"}),
        ("Tóm tắt văn bản này", "sua", {"boi_canh", "gioi_han", "dang"}),
        ("chè bị vàng lá là bệnh gì", "tai_cho", {"noi", "luc"}),
        ("giai thich dinh luat om", "hoc", {"boi_canh", "gioi_han", "dang"}),
        ("viết bài bán miến dong", "ban_hang", {"boi_canh", "gioi_han", "ai"}),
        ("soạn báo cáo quý 3", "van_ban", {"boi_canh", "gioi_han", "ai"}),
        ("làm thơ về mẹ", "chung", {"boi_canh", "gioi_han", "dang"}),
        ("", "chung", {"viec", "boi_canh", "gioi_han", "dang"}),
    ],
)
def test_what_matters_depends_on_the_kind_of_request(text, kind, missing):
    advice = coach(text)
    assert (advice.kind, set(advice.missing)) == (kind, missing)


def test_a_lesson_may_ask_for_its_own_parts():
    advice = coach("Viết thông báo họp", ["luc", "noi", "viec"])
    assert advice.matters == ("viec", "noi", "luc")
    assert list(advice.missing) == ["noi", "luc"]
    with pytest.raises(ValueError, match="Không có phần nào tên là thoi_gian"):
        coach("Viết thông báo họp", ["thoi_gian"])


def test_the_lines_for_learners_are_plain_vietnamese():
    for text in ("", "thông báo", "tóm tắt văn bản", "bài bán hàng", "công văn", "ôn bài", "giá chè"):
        for line in coach(text, PARTS).missing.values():
            assert line == unicodedata.normalize("NFC", line)
            assert line[0].isupper() and line[-1] in ".?!”" and len(line) < 140
            assert not line.isascii()
    assert part_titles() == {
        "vai": "Vai",
        "viec": "Việc",
        "boi_canh": "Bối cảnh",
        "gioi_han": "Giới hạn",
        "dang": "Dạng",
        "noi": "Nơi",
        "luc": "Lúc",
        "ai": "Ai",
    }


def test_it_becomes_json_for_a_page():
    told = json.loads(json.dumps(coach("Viết thông báo họp xóm tối mai").as_dict()))
    assert [part["part"] for part in told["parts"]] == list(PARTS)
    by_part = {part["part"]: part for part in told["parts"]}
    assert by_part["luc"]["found"] == [{"text": "tối mai", "start": 23, "end": 30}]
    assert by_part["noi"]["add"].startswith("Thêm nơi diễn ra")
    assert by_part["vai"]["add"] is None and not by_part["vai"]["matters"]
    assert told["summary"] == "Đã có: việc, dạng, lúc. Có thể thêm: nơi, ai."


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "?!…",
        "😀👩‍🌾",
        "\u0301" * 500,
        "a" * 1_000_000,
        "viết " * 200_000,
        "\ud800 viết",
        "\0viết\0",
        "<b>" * 9,
        "1/2/3/4:5",
    ],
)
def test_it_stands_any_text(text):
    assert coach(text).kind


def test_of_a_long_request_both_ends_are_read():
    text = (
        "Tóm tắt văn bản sau cho bà con:\n"
        + "Điều này không liên quan. " * 2000
        + "Trình bày thành bảng, dưới 100 chữ."
    )
    advice = coach(text)
    assert {"viec", "ai", "dang", "gioi_han"} <= set(advice.present)
    assert text[advice.present["dang"][-1].start :].startswith("thành bảng")


def test_importing_it_reads_no_rules():
    program = "import sys, course.ai.coach; assert 'pandas' not in sys.modules and 'IPython' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
