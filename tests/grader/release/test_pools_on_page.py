"""Does the lesson page show one item of a question, the same on every device, and another one at a new try?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from course.pools import first_item, next_item
from grader.release.page import build_pages
from tests.grader.release.stand_in import State, serving
from tests.support.browser import launch
from tests.support.pool_lesson import KEY, write_pool_lesson

ASKS = ["Bản một?", "Bản hai của bác nông dân?", "Bản ba?"]
FIRST = first_item("hoa", KEY, "q1", 3)
RESULTS = {
    "points": 2,
    "max_points": 5,
    "questions": [
        {"id": "q1", "points": 0, "max_points": 3, "sign": "wrong", "reasons": ["Xem lại chỗ này."]},
        {"id": "q2", "points": 2, "max_points": 2, "sign": "right", "reasons": []},
    ],
}


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture
def state():
    return State(results=RESULTS, looks_until_graded=0)


@pytest.fixture
def url(tmp_path, state):
    build_pages({KEY: write_pool_lesson(tmp_path / "level1")}, tmp_path / "release", audiences=["nong-dan"])
    with serving(tmp_path / "release", state) as address:
        yield address.replace("/03/", "/04/")


def open_on_phone(browser: Browser, url: str) -> Page:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="vi-VN")
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto(url)
    page.wait_for_selector(".bdhai", state="attached")
    return page


def kept(page: Page, state: State, item: int, letters: list[str]) -> None:
    for _ in range(160):
        answer = state.record(KEY).answers.get("q1")
        if answer and (answer.item, answer.value.picked) == (item, letters):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"q1 is {answer}")


def test_a_second_try_is_another_item_on_every_device(browser, url, state):
    page = open_on_phone(browser, url + "#buoc-3")
    question = page.locator("#buoc-3 .bd-choice")
    expect(question.locator(".bd-ask")).to_have_text(ASKS[FIRST - 1])
    question.locator("label").first.click()
    kept(page, state, FIRST, ["A"])

    for _ in range(3):
        page.click("#next")
    page.get_by_role("button", name="Vẫn nộp", exact=True).click()
    again = page.get_by_role("button", name="Câu 1: thử câu khác")
    expect(again).to_be_visible()
    expect(page.get_by_role("button", name="Câu 2: thử câu khác")).to_have_count(0)  # it was right
    assert question.locator(".bd-body").evaluate("body => body.inert")  # what has been graded stays as it is

    again.click()
    second = next_item(FIRST, 3)
    expect(question.locator(".bd-ask")).to_have_text(ASKS[second - 1])
    expect(question.locator("input:checked")).to_have_count(0)
    expect(question).not_to_contain_text("Xem lại chỗ này.")
    kept(page, state, second, [])
    question.locator("label").nth(1).click()
    kept(page, state, second, ["B"])

    other = open_on_phone(browser, url + "#buoc-3")
    question = other.locator("#buoc-3 .bd-choice")
    expect(question.locator(".bd-ask")).to_have_text(ASKS[second - 1])
    expect(question.locator("input:checked")).to_have_value("B")
    expect(question).not_to_contain_text("Xem lại chỗ này.")  # the result was for the item before


def test_practice_offers_one_more_when_it_has_answered(browser, url, state):
    page = open_on_phone(browser, url + "#buoc-2")
    question = page.locator("#buoc-2 .bd-choice")
    more = question.get_by_role("button", name="Thêm một câu nữa")
    before = question.locator(".bd-ask").inner_text()
    expect(more).to_be_hidden()
    question.locator("label").first.click()
    more.click()
    expect(question.locator(".bd-ask")).not_to_have_text(before)
    expect(question.locator(".bd-panel")).to_have_count(0)
    expect(more).to_be_hidden()
