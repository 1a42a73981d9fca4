"""Replies written beforehand: what a fuller request is worth, and what nobody wrote a reply for."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from itertools import combinations

import pytest

from course.ai.replies import LABEL, Reply, reply, suggestions
from course.ai.replies._compose import compose
from course.ai.replies._details import PARTS, Details, details
from course.ai.replies._tasks import Task, tasks
from course.curriculum import load_curriculum
from grader.bench.replies import measure

FULL = "Viết tin Zalo dưới 60 chữ mời bà con họp xóm lúc 19 giờ thứ Bảy tại nhà văn hoá xóm 4, bàn việc sửa đường xóm."
SAID = Details(noi="nhà văn hoá xóm 4", luc="19 giờ thứ Bảy", ai="bà con", dang="tin Zalo")


def ask(*said: str, lesson: str | None = None, audience: str | None = None) -> Reply:
    """Say these one after the other, with the replies in between, and return the last reply."""
    messages: list[dict[str, str]] = [{"role": "system", "content": "Bạn là trợ lý."}]
    for one in said:
        messages.append({"role": "user", "content": one})
        last = reply(messages, lesson, audience)
        messages.append({"role": "assistant", "content": last.text})
    return last


def test_a_full_request_is_answered_with_the_learners_own_place_and_time() -> None:
    answer = ask(FULL)
    assert answer.matched and answer.missing == [] and answer.key == "moi-hop-xom"
    for own in ("19 giờ thứ Bảy", "nhà văn hoá xóm 4", "sửa đường xóm", "bà con"):
        assert own in answer.text
    assert answer.marked.startswith(LABEL) and LABEL == "Trả lời soạn sẵn – không phải AI"


@pytest.mark.parametrize(
    ("left_out", "part", "lost"),
    [
        ("tại nhà văn hoá xóm 4", "noi", "Địa điểm sẽ báo sau"),
        ("lúc 19 giờ thứ Bảy", "luc", "Giờ cụ thể sẽ báo sau"),
        ("bà con", "ai", "quý vị"),
        ("tin Zalo dưới 60 chữ", "dang", "Giấy mời thì trang trọng"),
    ],
)
def test_what_is_left_out_is_missed_in_the_answer(left_out: str, part: str, lost: str) -> None:
    answer = ask(FULL.replace(left_out, ""))
    assert answer.key == "moi-hop-xom" and answer.missing == [part]
    assert lost in answer.text and "Câu hỏi chưa nói" in answer.text


@pytest.mark.parametrize("key", tasks())
def test_every_task_is_found_by_its_own_request_with_and_without_diacritics(key: str) -> None:
    answer = ask(tasks()[key].ask)
    assert (answer.key, answer.missing) == (key, [])
    bare = unicodedata.normalize("NFD", tasks()[key].ask.replace("đ", "d").replace("Đ", "D"))
    without = ask(re.sub("[\u0300-\u036f]", "", bare))
    assert without.key in (key, ""), "without diacritics it may be unmatched, but not another task's"


def test_there_is_enough_to_ask_for() -> None:
    with_all_parts = [task for task in tasks().values() if set(task.without) == set(PARTS)]
    assert len(with_all_parts) >= 60
    for audience in load_curriculum().audiences:
        assert sum(audience in task.groups for task in tasks().values()) >= 8, audience
    for number in range(1, 9):
        assert any(f"level1/0{number}" in task.lessons for task in tasks().values()), number


@pytest.mark.parametrize("task", tasks().values(), ids=tasks())
def test_whatever_is_left_out_the_reply_reads_whole(task: Task) -> None:
    """No slot left open, no doubled word, and a reply without a part never says that part."""
    for size in range(len(PARTS) + 1):
        for gone in combinations(PARTS, size):
            said = Details(**{part: getattr(SAID, part) for part in PARTS if part not in gone})
            for wishes in ((), ("short",), ("formal",), ("details",), ("bullets",)):
                text, missing = compose(task, said, wishes)
                assert set(missing) == set(gone) & set(task.without)
                assert not re.search(r"[{}]|(?<!\.)\.\.(?!\.)|,\.", text), text
                doubled = re.search(r"\b(tại|ở|vào|lúc|từ|dịp|cho|gửi|mời) \1\b", text)
                assert not doubled, text
                assert unicodedata.is_normalized("NFC", text)
                for part in gone:
                    assert getattr(SAID, part) not in re.sub("“[^”]*”", "", text) or part in ("ai", "dang")


def test_no_reply_states_what_must_be_checked_at_its_source() -> None:
    """No telephone number, no dose, no price, no article of a law but on the law card."""
    for key, task in tasks().items():
        for name, text in task.texts().items():
            assert not re.search(r"\b0\d{8,10}\b|\b\d{12}\b", text), (key, name)
            assert not re.search(r"\d+ ?(ml|lít|gam|cc|kg)\b", text), (key, name)
            amounts = set(re.findall(r"[\d.]+ (?:nghìn |triệu )?đồng", text))
            assert not amounts, (key, name, amounts)
            if re.search(r"Điều \d+|số \d+/\d{4}", text):
                assert "Thẻ luật" in text, (key, name)


def test_what_nobody_wrote_is_said_to_be_so_and_something_near_is_offered() -> None:
    answer = ask("kể cho tôi một câu chuyện cười")
    assert not answer.matched and answer.key == "" and answer.missing == []
    assert answer.text.startswith("Chưa có câu trả lời soạn sẵn cho việc này.")
    assert len(re.findall(r"(?m)^\d\. ", answer.text)) == 3
    near = ask("mấy con dê nhà tôi chướng bụng không chịu ăn")
    assert not near.matched and tasks()["lon-bo-an"].ask in near.text


def test_what_is_offered_suits_the_lesson_and_the_group_and_can_be_asked() -> None:
    offered = suggestions("level1/03", "nong-dan")
    assert len(offered) == 3 and offered != suggestions("level1/06", "thanh-nien")
    for one in offered:
        answer = ask(one)
        task = tasks()[answer.key]
        assert "level1/03" in task.lessons and "nong-dan" in task.groups and not answer.missing


def test_a_learner_adds_what_was_missing_step_by_step() -> None:
    steps = ["viết lời mời họp xóm", "ở nhà văn hoá xóm 4, 19h thứ 7", "gửi bà con xóm 4, tin Zalo dưới 60 chữ"]
    assert [ask(*steps[:count]).missing for count in (1, 2, 3)] == [["noi", "luc", "ai", "dang"], ["ai", "dang"], []]
    answer = ask(*steps)
    assert "tại nhà văn hoá xóm 4" in answer.text, "“gửi bà con xóm 4” does not move the meeting"
    assert "19 giờ thứ Bảy" in answer.text


def test_follow_ups_change_the_same_answer() -> None:
    full = ask(FULL)
    short = ask(FULL, "ngắn hơn")
    assert short.key == full.key and len(short.text) < len(full.text)
    assert "nhà văn hoá xóm 4" in short.text
    formal = ask(FULL, "ngan hon", "viết lại trang trọng hơn nhé")
    assert "trân trọng kính mời" in formal.text
    assert ask(FULL, "thành gạch đầu dòng").text.count("\n- ") == full.text.count(". ")
    assert "…… giờ, ngày ……" in ask("viết lời mời họp xóm", "thêm ngày giờ").text
    assert "20 giờ thứ Sáu" in ask(FULL, "đổi giờ sang 20h thứ 6").text
    assert "chỉ có một bản soạn sẵn" in ask(FULL, "viết cách khác đi").text
    assert (
        ask("Cho em 5 câu hỏi trắc nghiệm Sử lớp 8 tối nay", "trang trọng hơn").text.count(
            "Chưa có bản trang trọng hơn"
        )
        == 1
    )


def test_another_matter_does_not_get_the_answer_before() -> None:
    assert not ask(FULL, "kể chuyện cười").matched
    assert not ask(FULL, "tối nay có trận bóng nào không").matched, "a time alone does not make it the same matter"
    assert not ask(FULL, "hôm qua nhà tôi vừa mua được con xe máy mới đẹp lắm").matched
    other = ask(FULL, "lợn nhà tôi bỏ ăn")
    assert other.key == "lon-bo-an" and "luc" in other.missing, "the meeting's time is not the pig's"


def test_it_says_that_it_is_no_ai() -> None:
    for question in ("bạn là ai?", "ban co phai AI khong", "đây có phải chatgpt không"):
        answer = ask(question)
        assert answer.key == "ai-do" and "không phải AI" in answer.text
    assert ask("cảm ơn bạn nhé").key == "cam-on" and ask("Xin chào").key == "chao"


@pytest.mark.parametrize("key", ["lieu-thuoc", "hoi-dieu-luat", "hoi-gia", "hoi-so-dien-thoai", "hoi-thoi-tiet"])
def test_what_ai_makes_up_is_sent_to_its_source(key: str) -> None:
    assert "AI" in tasks()[key].full and re.search(r"[Hh]ỏi|[Xx]em|[Mm]ở", tasks()[key].full)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("19h30 t7 ở nvh xóm 4", {"luc": "19 giờ 30 thứ Bảy", "noi": "nhà văn hóa xóm 4"}),
        ("8h sang chu nhat tai san van dong xa", {"luc": "8 giờ sáng Chủ nhật", "noi": "sân vận động xã"}),
        ("xóm 5, xã Văn Lăng, từ tối thứ Hai", {"luc": "tối thứ Hai", "noi": "xóm 5, xã Văn Lăng"}),
        ("ở xã van lang", {"noi": "xã van lang"}),  # never guessed: Văn Lang and Văn Lăng are two communes
        ("tôi muốn viết đơn cho con nghỉ học", {"luc": None, "noi": None}),
        ("chị Mai nhắn bà con", {"luc": None, "ai": "bà con"}),
        ("chè 5 năm tuổi, trồng ở đồi", {"luc": None}),
        ("họp xóm 4 tối thứ Bảy", {"luc": "tối thứ Bảy", "noi": "xóm 4"}),
        ("nhà dột ở các xóm xã Văn Lăng", {"noi": "xã Văn Lăng"}),
        ("gửi tới [ĐỊA CHỈ 1] nhé", {"noi": "[ĐỊA CHỈ 1]"}),
    ],
)
def test_parts_are_read_from_the_learners_words(text: str, wanted: dict[str, str | None]) -> None:
    found = vars(details(text))
    assert {part: found[part] for part in wanted} == wanted


def test_a_learners_words_stay_words() -> None:
    answer = ask("Viết tin Zalo mời bà con họp xóm 19h thứ 7 tại {noi} {0.__class__} nhà văn hoá <b>x</b>")
    assert answer.matched and "__class__" not in answer.text and "<b>" not in answer.text


@pytest.mark.parametrize(
    "content",
    [None, "", "   ", 7, [], [{"type": "image_url", "image_url": {}}], "İ" * 50, "a" * 200_000, "họp " * 20_000],
)
def test_odd_content_is_answered_honestly(content: object) -> None:
    answer = reply([{"role": "user", "content": content}])
    assert not answer.matched and answer.text.startswith("Chưa có câu trả lời")


def test_content_in_parts_is_read() -> None:
    assert reply([{"role": "user", "content": [{"type": "text", "text": FULL}]}]).key == "moi-hop-xom"
    assert not reply([]).matched and not reply([{"role": "assistant", "content": FULL}]).matched


def test_held_out_requests_are_matched_or_honestly_not() -> None:
    found = measure()
    plain, rambling = found["plain"], found["rambling"]
    assert plain["answerable"] >= 120 and plain["right"] / plain["answerable"] >= 0.95
    assert (plain["wrong"] + plain["outside_answered"]) / (plain["answerable"] + plain["outside"]) <= 0.03
    # Of a story the rules understand about a third; the rest is told so, and something near is offered.
    helped = rambling["right"] + rambling["offered"]
    assert helped / rambling["answerable"] >= 0.7
    assert (rambling["wrong"] + rambling["outside_answered"]) / (rambling["answerable"] + rambling["outside"]) <= 0.1


def test_importing_replies_reads_no_data() -> None:
    code = (
        "import sys, course.ai.replies, course.ai.replies._tasks as t;"
        "print(t.tasks.cache_info().currsize, 'anywidget' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["0", "False"]
