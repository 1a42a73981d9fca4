"""A real Chromium, and hands that go through a lesson as a learner does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright

from tests.support.hub import RunningHub

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "vi-VN",
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "vi-VN"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module: two Playwrights at a time, or asyncio beside one, do not go together in a process."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium that ``make test`` found, one on PATH, or Playwright's own."""
    path = os.environ.get("BDHAI_CHROMIUM") or shutil.which("chromium") or None
    flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return playwright.chromium.launch(executable_path=path, args=flags)


def log_in(context: BrowserContext, hub: RunningHub, user: str) -> Page:
    """Log in by the form, as a person does; return the page that came."""
    page = context.new_page()
    page.goto(hub.url)
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", hub.passwords()[user])
    page.click("[type=submit]")
    page.wait_for_url("**/services/learn/**")
    return page


def question(page: Page, id: str) -> Locator:
    """Return a question's place on a lesson page, wherever it stands."""
    index = page.evaluate(
        "id => JSON.parse(document.querySelector('#lesson').textContent)"
        ".widgets.findIndex(w => w.state.question === id)",
        id,
    )
    assert index >= 0, f"no question {id} on this page"
    return page.locator("[data-widget]:not([data-widget=today] *)").nth(index)


def go_to(page: Page, id: str) -> Locator:
    """Press the main button until a question is on the screen."""
    place = question(page, id)
    while not place.is_visible():
        page.click("#next")
    return place


def answer(place: Locator, value: dict[str, Any]) -> None:
    """Give an answer with the widget's own controls."""
    match value["kind"]:
        case "choice":
            for letter in value["picked"]:
                place.locator(".bd-option").nth(ord(letter) - ord("A")).click()
        case "mark":
            for number in value["marked"]:
                place.locator(".bd-pieces [role=button]").nth(int(number) - 1).click()
        case "text":
            place.locator("textarea").fill(value["text"])
            place.locator("textarea").blur()
        case "dictation":
            place.get_by_role("button", name="Dùng bản ghi sẵn").click()
            place.locator("textarea").fill(value["text"])
            place.locator("textarea").blur()
        case "order":
            for position, letter in enumerate(value["order"]):
                row = place.locator(f"li[data-id={letter}]")
                while (now := row.evaluate("li => [...li.parentNode.children].indexOf(li)")) > position:
                    row.locator(".bd-up").click()
                    expect(place.locator("li").nth(now - 1)).to_have_attribute("data-id", letter)
        case other:
            raise AssertionError(other)
