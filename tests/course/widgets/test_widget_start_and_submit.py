"""The first and the last widget of a lesson."""

from __future__ import annotations

from playwright.sync_api import expect
from widget_examples import RESULTS, START, SUBMIT
from widget_host import HOSTILE, Host, assert_harmless


def test_are_results_and_messages_never_shown_as_html(host: Host) -> None:
    question = {"id": HOSTILE, "points": 0, "max_points": 1, "sign": "wrong", "reasons": [HOSTILE]}
    results = {"points": 0, "max_points": 1, "submitted_at": HOSTILE, "questions": [question]}
    texts = {"message": HOSTILE, "receipt": HOSTILE, "unanswered": [HOSTILE]}
    host.mount("submit", texts | {"phase": "graded", "results": results})
    assert host.text.count(HOSTILE) == 4
    host.outside("phase", "idle")
    host.page.get_by_role("button", name="Nộp bài").click()
    assert_harmless(host)
    host.outside("phase", "refused")
    assert_harmless(host)


def test_start_changes_audience_and_text_size(host: Host) -> None:
    host.mount("start", START)
    host.page.get_by_role("radio", name="Bà con nông dân").press("ArrowDown")
    assert host.writes == [["audience", "thanh-nien"]]
    before = host.page.locator(".bd-title").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    host.page.get_by_role("button", name="Chữ to hơn").click()
    assert host.page.locator(".bd-title").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") > before
    host.page.reload()
    host.page.wait_for_function("window.ready")
    host.mount("start", START)
    expect(host.page.get_by_role("group", name="Cỡ chữ").get_by_role("status")).to_have_text("113%")


def test_text_size_works_where_storage_is_forbidden(host: Host) -> None:
    host.page.evaluate("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })")
    host.mount("start", START)
    host.page.get_by_role("button", name="Chữ to hơn").click()
    host.page.get_by_role("button", name="Chữ to hơn").click()
    expect(host.page.get_by_role("group", name="Cỡ chữ").get_by_role("status")).to_have_text("125%")


def test_submit_asks_once_before_handing_in_with_gaps(host: Host) -> None:
    host.mount("submit", SUBMIT | {"unanswered": ["Câu 1", "Câu 3"]})
    host.page.get_by_role("button", name="Nộp bài").click()
    assert "Còn 2 câu chưa trả lời. Vẫn nộp?" in host.text
    assert host.page.evaluate("model.sent") == []
    expect(host.page.get_by_role("button", name="Xem lại")).to_be_focused()
    host.page.keyboard.press("Enter")
    expect(host.page.get_by_role("button", name="Nộp bài")).to_be_focused()
    host.page.get_by_role("button", name="Nộp bài").click()
    host.page.get_by_role("button", name="Vẫn nộp").click()
    assert host.page.evaluate("model.sent") == [{"type": "submit"}]
    host.page.get_by_role("button", name="Nộp bài").click()
    assert len(host.page.evaluate("model.sent")) == 2


def test_submit_goes_through_its_phases(host: Host) -> None:
    host.mount("submit", SUBMIT)
    host.page.get_by_role("button", name="Nộp bài").click()
    host.outside("phase", "sending")
    host.page.get_by_role("button", name="Đang nộp").dispatch_event("click")
    assert host.page.evaluate("model.sent") == [{"type": "submit"}]
    host.outside("receipt", "7F3A-21")
    host.outside("phase", "grading")
    assert "Đã nhận bài" in host.text and "7F3A-21" in host.text
    host.outside("results", RESULTS)
    host.outside("phase", "graded")
    assert "7,5/10" in host.text and "Khá rồi!" in host.text
    assert host.page.locator(".bd-card .bd-head").all_inner_texts() == [
        "Câu 1 · 4/4 Đúng",
        "Câu 2 · 3,5/4 Gần đúng",
        "Câu 3 · 0/2 Chưa đúng",
    ]
    host.outside("phase", "refused")
    host.outside("message", "Bạn chưa được ghi tên vào lớp nào.")
    assert "Bài chưa nộp được." in host.text and "ghi tên vào lớp" in host.text
