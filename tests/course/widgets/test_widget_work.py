"""A piece of the learner's own work in a real browser: what is written is kept at once, and nothing is lost."""

import pytest
from playwright.sync_api import expect
from widget_examples import TALK, WORK, graded
from widget_host import HOSTILE, Host, assert_accessible, assert_harmless

EMPTY = {
    "kind": "work",
    "task": "",
    "request": "",
    "result": "",
    "checked": [],
    "fixed": "",
    "before": None,
    "after": None,
}
SPOKEN = [{"role": one["role"], "text": one["text"]} for one in TALK["messages"]]
TAKE = "Lấy từ cuộc trò chuyện"


def field(host: Host, name: str):
    return host.page.get_by_label(name)


def test_all_parts_are_kept_as_one_answer(host: Host) -> None:
    host.mount("work", graded(WORK))
    assert_accessible(host)
    field(host, "Việc gì?").fill("Báo cả tổ")
    field(host, "Yêu cầu đã gửi").fill("Viết tin")
    field(host, "Kết quả đem dùng").fill("Mời bà con")
    host.page.get_by_text("Tên xã: đúng dấu").click()
    field(host, "Trợ lý sai").fill("Sửa giờ")
    field(host, "Tự làm").fill("1 giờ 30")
    field(host, "Làm với trợ lý").fill("12 phút")
    field(host, "Làm với trợ lý").blur()
    assert host.answer == {
        **EMPTY,
        "task": "Báo cả tổ",
        "request": "Viết tin",
        "result": "Mời bà con",
        "checked": ["B"],
        "fixed": "Sửa giờ",
        "before": 90,
        "after": 12,
    }
    assert "Đỡ được 78 phút." in host.text and host.text.count("✓ đã có") == 6
    expect(field(host, "Tự làm")).to_have_value("90")
    assert "Chất lượng: chưa chấm." in host.text
    assert_accessible(host)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("20", 20),
        ("20 phút", 20),
        ("1h30", 90),
        ("1,5 giờ", 90),
        ("nửa buổi", None),
        ("2 tiếng", 120),
        ("", None),
        ("999999", 10000),
    ],
)
def test_minutes_are_read_as_people_write_them(host: Host, words: str, minutes: int | None) -> None:
    host.mount("work", WORK | {"answer": {**EMPTY, "before": 7}})
    field(host, "Tự làm").evaluate("node => node.removeAttribute('maxlength')")
    field(host, "Tự làm").fill(words)
    field(host, "Tự làm").blur()
    assert host.answer["before"] == minutes


def test_request_and_result_come_out_of_the_talk_and_what_stood_there_can_come_back(host: Host) -> None:
    host.mount("work", WORK)
    take = host.page.get_by_role("button", name=TAKE)
    expect(take).to_have_count(0)
    host.outside("talk", SPOKEN)
    expect(take).to_have_count(2)
    field(host, "Kết quả đem dùng").fill("chữ của tôi")
    take.nth(1).click()
    assert host.answer["result"] == SPOKEN[-1]["text"]
    host.page.get_by_role("button", name="Trả lại").click()
    assert host.answer["result"] == "chữ của tôi"
    take.first.click()
    assert host.answer["request"] == SPOKEN[-2]["text"]
    expect(take).to_have_count(1)


def test_a_long_number_is_told_at_once_and_money_is_not_one(host: Host) -> None:
    host.mount("work", WORK)
    result = field(host, "Kết quả đem dùng")
    warning = host.page.locator(".bd-private:visible")
    for harmless in ("Quỹ có 1.500.000.000 đồng", "24/11/2026 lúc 19 giờ 30", "15 chị, 50.000 đồng"):
        result.fill(harmless)
        expect(warning).to_have_count(0)
    for personal in ("gọi 0310 000 123", "căn cước 000190000123", "thư mau@thu.example"):
        result.fill(personal)
        expect(warning).to_have_count(1)


@pytest.mark.parametrize("leave", ["blur", "pagehide", "end"])
def test_no_last_key_is_lost(host: Host, leave: str) -> None:
    host.mount("work", WORK)
    host.page.evaluate("window.setTimeout = () => 1; null")  # no timer will save these keys
    field(host, "Việc gì?").press_sequentially("Che\u0300")
    assert host.writes == []
    script = {
        "blur": "document.activeElement.blur()",
        "pagehide": "dispatchEvent(new PageTransitionEvent('pagehide'))",
        "end": "end()",
    }
    host.page.evaluate(script[leave])
    assert host.answer == {**EMPTY, "task": "Chè"}


def test_an_answer_from_another_device_waits_while_one_types(host: Host) -> None:
    host.mount("work", WORK)
    task = field(host, "Việc gì?")
    task.press_sequentially("đang gõ")
    host.outside("answer", {**EMPTY, "task": "máy khác", "before": 5})
    expect(task).to_have_value("đang gõ")
    expect(field(host, "Tự làm")).to_have_value("5")
    task.blur()
    assert host.answer == {**EMPTY, "task": "đang gõ", "before": 5}


def test_what_a_learner_wrote_stays_text(host: Host) -> None:
    host.mount("work", WORK | {"talk": [{"role": "user", "text": HOSTILE}, {"role": "assistant", "text": HOSTILE}]})
    host.page.get_by_role("button", name=TAKE).first.click()
    host.page.get_by_role("button", name=TAKE).click()
    assert host.answer["request"] == host.answer["result"] == HOSTILE
    assert_harmless(host)
