"""Answering questions in a real Chromium: what is written, and what is said."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from widget_examples import CHOICE, DICTATION, MARK, ORDER, SHORT_TEXT, TODAY, graded
from widget_host import HOSTILE, Host

from course.comparing import Fix, occurs


@pytest.mark.parametrize("echo", [True, False])
def test_choice_by_keyboard(host: Host, echo: bool) -> None:
    host.mount("choice", CHOICE, echo=echo)
    host.page.keyboard.press("Tab")
    host.page.keyboard.press("Space")
    assert host.answer == {"kind": "choice", "picked": ["A"]}
    assert "Chưa phải." in host.text and "Thiếu cả bốn ý." in host.text
    host.page.keyboard.press("ArrowDown")
    assert host.answer == {"kind": "choice", "picked": ["B"]}
    assert "Đúng rồi." in host.text and "Thiếu cả bốn ý." not in host.text
    assert host.page.evaluate("model.saves") == len(host.writes) == 2


def test_choice_says_its_group_and_options_to_a_screen_reader(host: Host) -> None:
    host.mount("choice", CHOICE)
    group = host.page.get_by_role("group", name="Luyện tập Câu hỏi nào AI trả lời được ngay?")
    expect(group.get_by_role("radio")).to_have_count(3)
    expect(group.get_by_role("radio", name="A Chè bị sao?")).not_to_be_checked()


def test_choice_of_several_names_each_and_what_is_missing(host: Host) -> None:
    host.mount(
        "choice",
        CHOICE | {"several": True, "right": ["B", "C"], "reasons": dict(zip("ABC", CHOICE["reasons"], strict=True))},
    )
    host.page.get_by_text("Chè bị sao?").click()
    host.page.get_by_text("Chè trung du").click()
    assert host.answer == {"kind": "choice", "picked": ["A", "B"]}
    assert all(part in host.text for part in ("Gần đúng.", "Thiếu cả bốn ý.", "Có cây gì", "Còn thiếu 1 ý nữa"))
    host.page.get_by_text("Chè bị sao?").click()
    host.page.get_by_text("Cho tôi thuốc").click()
    assert "Đúng rồi." in host.text
    for text in ("Chè trung du", "Cho tôi thuốc"):
        host.page.locator("label", has_text=text).click()
    assert host.answer == {"kind": "choice", "picked": []}


def test_graded_questions_say_only_that_the_answer_is_kept(host: Host) -> None:
    host.mount("choice", graded(CHOICE))
    host.page.get_by_text("Chè bị sao?").click()
    assert host.page.locator(".bd-panel").count() == 0
    for state, words in {"saved": "Đã lưu", "waiting": "Đang chờ mạng, chưa mất gì", "error": "Chưa lưu được"}.items():
        host.outside("saved", state)
        expect(host.page.get_by_role("status")).to_contain_text(words)
    host.outside("saved_note", "Bộ nhớ đầy.")
    expect(host.page.get_by_role("status")).to_contain_text("Bộ nhớ đầy.")
    result = {"id": "q2", "points": 1.5, "max_points": 4, "sign": "partly", "reasons": ["Thiếu **lúc nào**.", HOSTILE]}
    host.outside("result", result)
    assert "Gần đúng. 1,5/4 điểm" in host.text and "Thiếu lúc nào." in host.text and HOSTILE in host.text
    host.page.get_by_text("Cho tôi thuốc").click()
    assert "Nộp lại để chấm câu mới" in host.text


def test_order_by_buttons_and_keys_keeps_the_focus(host: Host) -> None:
    host.mount("order", ORDER)
    host.page.get_by_role("button", name="Chuyển lên: Đọc cho máy viết").focus()
    host.page.keyboard.press("Enter")
    assert host.answer == {"kind": "order", "order": ["B", "A", "C"]}
    assert "Đúng rồi." in host.text and "Đọc trước" in host.text
    expect(host.page.get_by_role("button", name="Chuyển xuống: Đọc cho máy viết")).to_be_focused()
    host.page.keyboard.press("ArrowDown")
    host.page.keyboard.press("ArrowDown")
    assert host.answer["order"] == ["A", "C", "B"]
    assert "Chưa phải." in host.text and "0/3 dòng" in host.text
    expect(host.page.locator(".bd-steps li", has=host.page.locator(":focus"))).to_contain_text("Đọc cho máy viết")


def test_order_as_listed_can_be_kept(host: Host) -> None:
    host.mount("order", graded(ORDER))
    host.page.get_by_role("button", name="Giữ thứ tự này").click()
    assert host.answer == {"kind": "order", "order": ["A", "B", "C"]}


def test_order_ignores_a_stored_order_that_does_not_fit(host: Host) -> None:
    host.mount("order", ORDER | {"answer": {"kind": "order", "order": ["A", "A", "D"]}})
    assert host.page.locator(".bd-steps .bd-read").all_inner_texts() == ORDER["items"]


def test_mark_by_keyboard(host: Host) -> None:
    host.mount("mark", MARK)
    pieces = host.page.get_by_role("button", pressed=False)
    expect(pieces).to_have_count(3)
    host.page.keyboard.press("Tab")
    host.page.keyboard.press("Tab")
    host.page.keyboard.press("Space")
    assert host.answer == {"kind": "mark", "marked": ["2"]}
    assert "Chưa phải." in host.text and "Tả vị thì không sai." in host.text and "Còn 2 chỗ nữa" in host.text
    host.page.keyboard.press("Enter")
    host.page.get_by_role("button", name="350.000 đồng").click()
    host.page.get_by_role("button", name="được trồng").click()
    assert host.answer == {"kind": "mark", "marked": ["1", "3"]}
    assert "Đúng rồi." in host.text
    expect(host.page.get_by_role("button", pressed=True)).to_have_count(2)


def test_short_text_checks_its_parts_while_one_types(host: Host) -> None:
    host.mount("short_text", SHORT_TEXT)
    field = host.page.get_by_role("textbox", name="Câu trả lời của bạn")
    field.press_sequentially("XÓM Đồi, sâuu, 3 ngay")
    expect(host.page.locator(".bd-chips .bd-on")).to_have_text(["✓ Ở đâu"])
    field.fill("Xóm Đồi: chè VÀNG  LÁ từ 3 ngày nay")
    expect(host.page.locator(".bd-chips .bd-on")).to_have_count(3)
    assert "Đủ cả 3 ý." in host.text


@pytest.mark.parametrize("leave", ["blur", "pagehide", "end"])
def test_short_text_loses_no_last_key(host: Host, leave: str) -> None:
    host.mount("short_text", graded(SHORT_TEXT))
    host.page.evaluate("window.setTimeout = () => 1; null")  # no timer will save these keys
    field = host.page.get_by_role("textbox")
    field.press_sequentially("Chè ở xóm Đồi")
    assert host.writes == []
    host.page.evaluate(
        {
            "blur": "document.activeElement.blur()",
            "pagehide": "dispatchEvent(new PageTransitionEvent('pagehide'))",
            "end": "end()",
        }[leave]
    )
    assert host.answer == {"kind": "text", "text": "Chè ở xóm Đồi"}


def test_short_text_writes_soon_and_in_one_piece(host: Host) -> None:
    host.mount("short_text", graded(SHORT_TEXT))
    host.page.evaluate("window.setTimeout = (run, wait) => ((window.due = run), (window.wait = wait), 1); null")
    host.page.get_by_role("textbox").press_sequentially("Che\u0300 ơ\u0309")  # decomposed, as macOS may give it
    assert host.writes == []
    assert host.page.evaluate("due(), wait") <= 500
    assert host.writes == [["answer", {"kind": "text", "text": "Chè ở"}]]


def test_text_from_another_device_waits_while_one_types(host: Host) -> None:
    host.mount("short_text", graded(SHORT_TEXT))
    field = host.page.get_by_role("textbox")
    host.outside("answer", {"kind": "text", "text": "từ máy khác"})
    expect(field).to_have_value("từ máy khác")
    field.fill("đang gõ")
    host.outside("answer", {"kind": "text", "text": "lại từ máy khác"})
    expect(field).to_have_value("đang gõ")
    expect(field).to_be_focused()
    field.blur()
    assert host.answer["text"] == "đang gõ"
    field.focus()
    host.outside("answer", {"kind": "text", "text": "máy khác, lúc chỉ đặt con trỏ"})
    expect(field).to_have_value("đang gõ")
    field.blur()
    expect(field).to_have_value("máy khác, lúc chỉ đặt con trỏ")


def test_today_is_ticked(host: Host) -> None:
    host.mount("today", TODAY)
    host.page.get_by_role("checkbox", name="Tôi đã làm").press("Space")
    assert host.answer == {"kind": "done", "done": True}
    host.page.get_by_text("Tôi đã làm").click()
    assert host.answer == {"kind": "done", "done": False}


WORDS = ["15", "an", "hoà", "8 giờ", "a.b", "re:\\d+ ngày", "Văn Lăng", '"chè"', "thuý"]
TEXTS = [
    "15.000 đồng",
    "số 15.",
    "1.15",
    "bạn an",
    "ban",
    "Hòa bình",
    "HOÀ",
    "lúc 8  giờ",
    "axb a.b",
    "3 NGÀY",
    "văn lăng",
    "“chè”",
]


@pytest.mark.parametrize("text", TEXTS)
def test_live_check_finds_what_the_grader_finds(host: Host, text: str) -> None:
    state = {"parts": WORDS, "find": {word: [word] for word in WORDS}, "answer": {"kind": "text", "text": text}}
    host.mount("short_text", SHORT_TEXT | state)
    found = host.page.locator(".bd-chips .bd-on").all_inner_texts()
    assert found == [f"✓ {word}" for word in WORDS if occurs(word, text)]


@pytest.mark.parametrize(
    ("fix", "text"),
    [
        ({"want": "Văn Lăng", "not": "Văn Lang"}, "ở văn lăng"),
        ({"want": "Văn Lăng", "not": "văn lăng"}, "ở văn lăng"),
        ({"want": "Văn Lăng", "not": "văn lăng"}, "ở Văn Lăng"),
        ({"want": "20 kg chè", "not": "20 kg"}, "mua 20 kg chè"),
        ({"want": "20 kg chè", "not": "20 kg"}, "mua 20 kg chè, 20 kg"),
        ({"want": ["8 giờ", "tám giờ"], "not": "18 giờ"}, "họp tám giờ"),
        ({"want": ["8 giờ", "tám giờ"]}, "họp 18 giờ"),
    ],
)
def test_live_fixes_are_those_of_the_grader(host: Host, fix: dict, text: str) -> None:
    host.mount(
        "dictation", DICTATION | {"fixes": [fix], "answer": {"kind": "dictation", "text": text, "spoken": False}}
    )
    assert (host.page.get_by_label("Đã sửa").count() == 1) == Fix.from_mapping(fix).made_in(text)
