"""Does a learner get through a lesson on a phone, whatever the network and other devices do, and lose nothing?

A real Chromium at phone size against a stand-in of the learn service (``stand_in.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from course.answers import now
from grader.release.page import build_pages
from tests.grader.release.sample_lesson import KEY, write_sample
from tests.grader.release.stand_in import State, serving
from tests.support.browser import launch

HOSTILE = "<img src=x onerror=\"document.title='hỏng'\"><b>chè</b> ở xóm Hin"
RESULTS: dict[str, Any] = {
    "points": 8,
    "max_points": 10,
    "questions": [
        {
            **{"id": "q1", "points": 2, "max_points": 4, "sign": "partly"},
            "reasons": ["Còn thiếu **lúc nào**: “3 ngày nay” giúp AI loại được một nửa nguyên nhân.", HOSTILE],
        },
        {"id": "q2", "points": 2, "max_points": 2, "sign": "right", "reasons": ["Viết, đọc lại, rồi mới gửi."]},
        {"id": "q3", "points": 2, "max_points": 2, "sign": "right", "reasons": ["Con số thì phải kiểm."]},
        {"id": "q4", "points": 2, "max_points": 2, "sign": "right", "reasons": []},
    ],
}
LAST = 7


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    build_pages({KEY: write_sample(folder / "level1")}, folder / "release", audiences=["nong-dan"])
    return folder / "release"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture
def state() -> State:
    return State(results=RESULTS)


@pytest.fixture
def url(release, state) -> Iterator[str]:
    with serving(release, state) as address:
        yield address


@pytest.fixture
def phone(browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="vi-VN")
    context.set_default_timeout(8_000)
    yield context
    context.close()


@pytest.fixture
def open_page(phone, url) -> Callable[..., Page]:
    """Open the lesson; a script error or something the content policy forbids fails the test at once."""

    def open_it(fragment: str = "", context: BrowserContext = phone, wait: bool = True) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        page.on("console", lambda message: "Content Security Policy" in message.text and pytest.fail(message.text))
        page.goto(url + fragment)
        if wait:
            page.wait_for_selector(".bdhai", state="attached")
        return page

    return open_it


def go_to(page: Page, step: int) -> None:
    while not page.locator(f"#buoc-{step}").is_visible():
        page.click("#next")


def write_q1(page: Page, text: str) -> None:
    go_to(page, 4)
    page.fill("section.current textarea", text)


def expect_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("✓ Đã lưu")


def expect_stored(page: Page, state: State, id: str, **value: Any) -> None:
    """Wait until the service has this answer: "saved" may still be said of the one before."""
    for _ in range(160):
        answer = state.record(KEY).answers.get(id)
        if answer and value.items() <= answer.value.model_dump().items():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{id} is {answer}, not {value}")


def submit(page: Page) -> None:
    go_to(page, LAST)
    press_submit(page)


def press_submit(page: Page) -> None:
    """Press the bar's button, and say yes where the page asks about questions still open."""
    page.click("#next")
    anyway = page.get_by_role("button", name="Vẫn nộp", exact=True)
    if anyway.is_visible():
        anyway.click()


def cut_service(page: Page) -> None:
    """The page itself opens (from the browser's own store, say), but the service is out of reach."""
    page.context.route("**/api/**", lambda route: route.abort("internetdisconnected"))


def test_the_whole_lesson_with_the_network_cut_in_the_middle(open_page, state, phone):
    page = open_page()
    expect(page.locator("h1")).to_have_text("Hỏi một câu ra việc")
    page.click("#next")
    page.click("section.current .bd-option >> nth=0")
    expect(page.locator("section.current .bd-panel")).to_contain_text("số thì phải kiểm")
    expect_saved(page)
    expect_stored(page, state, "p2", picked=["A"])

    phone.set_offline(True)
    write_q1(page, "Chè trung du ở xóm Hin bị vàng lá")
    expect(page.locator("#saved")).to_have_text("Đang chờ mạng, chưa mất gì")
    page.click("#next")
    page.locator("section.current .bd-mark").get_by_text("300 nghìn").click()
    page.close()
    assert "q1" not in state.record(KEY).answers

    phone.set_offline(False)
    page = phone.new_page()
    cut_service(page)
    page.close()
    page = open_page("#buoc-4")
    expect(page.locator("section.current textarea")).to_have_value("Chè trung du ở xóm Hin bị vàng lá")
    expect(page.locator("#saved")).to_have_text("Đang chờ mạng, chưa mất gì")
    page.click("#back")
    page.click("#back")
    expect(page.locator("section.current .bd-option.bd-on")).to_contain_text("Số điện thoại")

    phone.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect_saved(page)
    expect_stored(page, state, "q1", text="Chè trung du ở xóm Hin bị vàng lá")
    expect_stored(page, state, "q3", marked=["1"])

    submit(page)
    expect(page.locator("#ket-qua h2")).to_have_text("Tốt lắm!")
    expect(page.locator("#ket-qua")).to_contain_text("biên nhận 7F3A-21")
    expect(page.locator("#ket-qua .ring")).to_have_attribute("aria-label", "Được 8 trên 10 điểm")
    expect(page.locator("#ket-qua .result")).to_have_count(4)
    expect(page.locator("#ket-qua .result >> nth=0")).to_contain_text("Câu 1 · 2/4 Gần đúng")
    expect(page.locator("#ket-qua .result >> nth=0").locator("strong")).to_have_text("lúc nào")
    assert state.submissions[0]["answers"]["q1"]["text"] == "Chè trung du ở xóm Hin bị vàng lá"

    page.locator("#ket-qua .bd-today input").check()
    expect_saved(page)
    expect_stored(page, state, "today", done=True)

    page.close()
    page = open_page()
    expect(page.locator("#ket-qua h2")).to_have_text("Tốt lắm!")
    expect(page.locator("#ket-qua")).not_to_contain_text("sửa sau lần nộp")
    page.click("#back")
    expect(page.locator("h1")).to_be_focused()
    go_to(page, 4)
    expect(page.locator("section.current .bd-panel")).to_contain_text("2/4")


def test_a_lesson_can_be_mended_and_handed_in_again(open_page, state):
    page = open_page()
    submit(page)
    expect(page.locator("#ket-qua")).to_contain_text("7F3A-21")
    page.click("#back")
    write_q1(page, "chè ở xóm Hin, ba ngày nay")
    expect_stored(page, state, "q1", text="chè ở xóm Hin, ba ngày nay")
    go_to(page, LAST)
    expect(page.locator("#next")).to_have_text("Nộp lại")
    state.results = RESULTS | {"points": 10}
    press_submit(page)
    expect(page.locator("#ket-qua h2")).to_have_text("Đúng hết, tuyệt vời!")
    expect(page.locator("#ket-qua")).to_contain_text("7F3A-22")
    expect(page.locator("#ket-qua")).not_to_contain_text("sửa sau lần nộp")
    page.click("#back")
    go_to(page, LAST)
    expect(page.locator("#next")).to_have_text("Xem kết quả")


def test_text_from_a_learner_or_the_judge_is_never_markup(open_page, state):
    page = open_page()
    write_q1(page, HOSTILE)
    expect_saved(page)
    submit(page)
    expect(page.locator("#ket-qua .result >> nth=0")).to_contain_text(HOSTILE)
    page.reload()
    expect(page.locator("#ket-qua .result >> nth=0")).to_contain_text(HOSTILE)
    assert page.locator("main img").count() == 0
    assert "hỏng" not in page.title()


def test_typed_text_is_in_the_browser_before_anything_else(open_page, phone):
    page = open_page()
    cut_service(page)
    write_q1(page, "chè")
    page.close(run_before_unload=False)
    page = open_page("#buoc-4")
    expect(page.locator("section.current textarea")).to_have_value("chè")


def test_what_is_pending_is_sent_when_the_page_goes_away(open_page, state):
    page = open_page()
    write_q1(page, "chè ở xóm Hin")
    page.goto(page.url.split("lessons")[0])
    expect_stored(page, state, "q1", text="chè ở xóm Hin")


def elsewhere(state: State, id: str, value: dict[str, Any], **ago: float) -> None:
    """Another device answers."""
    at = now() - timedelta(**ago)
    state.write(KEY, {id: {"value": value, "audience": "nong-dan", "at": at.isoformat()}})


def test_another_devices_answer_appears_on_coming_back(open_page, state):
    page = open_page("#buoc-4")
    elsewhere(state, "q1", {"kind": "text", "text": "từ máy tính"})
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("section.current textarea")).to_have_value("từ máy tính")


def test_the_later_answer_stands(open_page, state):
    page = open_page("#buoc-4")
    page.wait_for_load_state("networkidle")
    cut_service(page)
    page.fill("section.current textarea", "viết sau, trên điện thoại")
    expect(page.locator("#saved")).to_have_text("Đang chờ mạng, chưa mất gì")
    elsewhere(state, "q1", {"kind": "text", "text": "viết trước, trên máy tính"}, hours=1)
    page.context.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect_saved(page)
    expect_stored(page, state, "q1", text="viết sau, trên điện thoại")
    expect(page.locator("section.current textarea")).to_have_value("viết sau, trên điện thoại")


def test_a_device_with_a_wrong_clock_does_not_win_by_it(open_page, state, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.clock.install(time=now() + timedelta(days=3))
    page = open_page("#buoc-4", context=context)
    page.wait_for_load_state("networkidle")
    cut_service(page)
    page.fill("section.current textarea", "viết trước, trên máy chạy nhanh ba ngày")
    expect(page.locator("#saved")).to_have_text("Đang chờ mạng, chưa mất gì")
    page.locator("section.current textarea").blur()  # a field in use is not changed under the cursor
    elsewhere(state, "q1", {"kind": "text", "text": "viết sau, trên máy tính"})
    context.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("section.current textarea")).to_have_value("viết sau, trên máy tính")
    expect_saved(page)
    expect_stored(page, state, "q1", text="viết sau, trên máy tính")
    page.fill("section.current textarea", "viết sau cùng, trên máy chạy nhanh")
    expect_saved(page)
    expect_stored(page, state, "q1", text="viết sau cùng, trên máy chạy nhanh")
    context.close()


def test_submitting_what_another_device_changed_asks_first(open_page, state):
    page = open_page()
    write_q1(page, "của điện thoại")
    expect_saved(page)
    go_to(page, LAST)
    elsewhere(state, "q1", {"kind": "text", "text": "của máy tính"})
    press_submit(page)
    expect(page.locator(".bd-submit")).to_contain_text("Câu 1 vừa được sửa trên máy khác. Mời bà con xem lại")
    assert not state.submissions
    expect(page.locator("#buoc-4 textarea")).to_have_value("của máy tính")
    press_submit(page)
    expect(page.locator("#ket-qua h2")).to_be_visible()
    assert state.submissions[0]["answers"]["q1"]["text"] == "của máy tính"


def test_a_wish_to_submit_survives_a_closed_tab_without_network(open_page, state, phone):
    page = open_page()
    write_q1(page, "chè")
    expect_saved(page)
    go_to(page, LAST)
    cut_service(page)
    press_submit(page)
    expect(page.locator(".bd-submit")).to_contain_text("Có mạng lại là bài tự nộp")
    page.close()
    assert not state.submissions
    phone.unroute_all()
    page = open_page()
    expect(page.locator("#ket-qua h2")).to_be_visible()
    assert len(state.submissions) == 1


def test_an_ended_session_keeps_everything_and_leads_back(open_page, state):
    page = open_page()
    go_to(page, 4)
    state.logged_in = False
    page.fill("section.current textarea", "chè ở xóm Hin")
    expect(page.locator("#login-again")).to_contain_text("Phiên đăng nhập đã hết, chưa mất gì")
    assert "q1" not in state.record(KEY).answers
    page.click("#login-again a")
    expect_saved(page)
    assert "#buoc-4" in page.url
    expect(page.locator("section.current textarea")).to_have_value("chè ở xóm Hin")
    expect_stored(page, state, "q1", text="chè ở xóm Hin")


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (413, "too_large", "Câu này dài quá, xin rút ngắn."),
        (422, "bad_answer", "Câu trả lời này không đọc được."),
        (409, "question_unknown", "Bài vừa được đổi, câu này không còn."),
        (409, "page_outdated", "Bài có bản mới, mời mở lại trang."),
        (507, "storage_full", "Nơi lưu bài đang đầy, chưa mất gì."),
    ],
)
def test_a_refused_answer_says_why_and_holds_back_no_other(open_page, state, status, code, message):
    page = open_page()
    state.refuse["q1"] = (status, code, message)
    cut_service(page)
    page.click("#next")
    page.click("section.current .bd-option >> nth=0")
    write_q1(page, "chè")
    page.context.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("section.current .bd-saved")).to_contain_text(message)
    expect(page.locator("#saved")).to_have_text("Có câu chưa gửi được")
    expect_stored(page, state, "p2", picked=["A"])
    submit(page)
    expect(page.locator(".bd-submit")).to_contain_text("Câu 1 chưa gửi được")
    assert not state.submissions
    state.refuse.clear()
    page.reload()
    expect_saved(page)
    expect_stored(page, state, "q1", text="chè")


def test_a_browser_that_keeps_nothing_is_told_so(open_page, state, phone):
    phone.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }")
    page = open_page()
    write_q1(page, "chè")
    expect(page.locator("#not-kept")).to_contain_text("Máy này không cho trang giữ bài")
    expect_saved(page)
    expect_stored(page, state, "q1", text="chè")


def test_two_learners_on_one_device_see_only_their_own(open_page, state):
    page = open_page()
    write_q1(page, "của cô Hoa")
    expect_saved(page)
    page.close()
    state.user = "lan"
    page = open_page("#buoc-4")
    page.wait_for_load_state("networkidle")
    expect(page.locator("section.current textarea")).to_have_value("")
    page.fill("section.current textarea", "của cô Lan")
    expect_saved(page)
    expect_stored(page, state, "q1", text="của cô Lan")
    state.user = "hoa"
    expect_stored(page, state, "q1", text="của cô Hoa")


def test_a_busy_network_page_is_not_taken_for_the_service(open_page, state, phone):
    page = open_page("#buoc-4")
    page.wait_for_load_state("networkidle")

    def portal(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<h1>Wifi quán</h1>")

    phone.route("**/api/**", portal)
    page.fill("section.current textarea", "chè")
    expect(page.locator("#saved")).to_have_text("Đang chờ mạng, chưa mất gì")


def test_steps_follow_the_address_and_are_remembered(open_page):
    page = open_page()
    go_to(page, 3)
    expect(page.locator("#buoc-3 h2")).to_be_focused()
    expect(page.locator("#progress")).to_have_attribute("aria-valuetext", "Bước 3 trên 7")
    page.go_back()
    expect(page.locator("#buoc-2")).to_be_visible()
    page.go_forward()
    expect(page.locator("#buoc-3")).to_be_visible()
    expect(page.locator("#buoc-2")).to_be_hidden()
    page.close()
    expect(open_page().locator("#buoc-3")).to_be_visible()


def test_text_size_is_remembered(open_page):
    page = open_page()
    before = page.locator("h1").evaluate("node => getComputedStyle(node).fontSize")
    page.click("text=A+")
    larger = page.locator("h1").evaluate("node => getComputedStyle(node).fontSize")
    assert float(larger[:-2]) > float(before[:-2])
    page.close()
    assert open_page().locator("h1").evaluate("node => getComputedStyle(node).fontSize") == larger


def test_the_keyboard_alone_is_enough(open_page, state):
    page = open_page()
    page.locator("#next").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.type") != "radio":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect_saved(page)
    expect_stored(page, state, "p2", picked=["A"])


def test_without_scripts_every_step_can_be_read(browser, url):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    for step in range(1, LAST + 1):
        assert page.locator(f"#buoc-{step}").is_visible()
    assert "Chè trung du 5 năm tuổi" in page.inner_text("#buoc-3")
    assert "300 nghìn" in page.inner_text("#buoc-5")
    context.close()


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, {"width": 320, "height": 568}])
def test_nothing_is_wider_than_the_screen(open_page, browser, size):
    context = browser.new_context(viewport=size)
    page = open_page(context=context)
    for _ in range(3):
        page.click("text=A+")
    for step in range(1, LAST + 1):
        go_to(page, step)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    context.close()


def test_axe_finds_nothing_serious_on_any_screen(open_page, state):
    page = open_page()
    axe = Axe()

    def look(name: str) -> None:
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        serious = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert not serious, name

    for step in range(1, LAST + 1):
        go_to(page, step)
        if step == 2:
            page.click("section.current .bd-option >> nth=1")
        look(f"step {step}")
    submit(page)
    expect(page.locator("#ket-qua h2")).to_be_visible()
    look("results")


def test_a_first_visit_is_light_and_a_second_lighter(phone, url):
    """All that comes over the wire: page, styles, scripts, fonts and the service's answers, headers included."""

    def visit() -> float:
        page = phone.new_page()
        session = phone.new_cdp_session(page)
        session.send("Network.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(url)
        page.wait_for_selector(".bdhai", state="attached")
        page.wait_for_load_state("networkidle")
        page.close()
        return sum(sizes)

    first, second = visit(), visit()
    assert 30_000 < first < 110_000
    assert second < 20_000
