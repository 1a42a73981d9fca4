"""Takes the pictures of the README from a real hub with the demo class: ``make screenshots``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from grader.specimens import read_specimens
from hub_config.settings import REPO
from tests.support.browser import DESKTOP, PHONE, answer, go_to, launch, log_in
from tests.support.hub import RunningHub

IMAGES = REPO / "docs" / "images"
AUDIENCE = "nong-dan"


def main() -> None:
    """Start a hub of its own, walk through lesson 1.1 and save what is on the screen."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        hub = RunningHub(Path(folder) / "state").start()
        browser = launch(playwright)
        try:
            page = log_in(browser.new_context(**PHONE), hub, "hocvien")
            page.click(f"button[value={AUDIENCE}]")
            page.wait_for_selector("li.lesson")
            _save(page, "path")
            _walk(page, hub)
            trainer = log_in(browser.new_context(**DESKTOP), hub, "giangvien")
            trainer.goto(f"{hub.url}/services/classes/demo/")
            _save(trainer, "class")
        finally:
            browser.close()
            hub.stop()
    print(f"Đã chụp vào {IMAGES.relative_to(REPO)}.")


def _walk(page: Page, hub: RunningHub) -> None:
    solution = read_specimens("level1/01", AUDIENCE)[0].record
    page.goto(f"{hub.url}/services/learn/lessons/level1/01/")
    page.wait_for_selector("#next")
    practice = go_to(page, "p1")
    practice.locator(".bd-option").nth(1).click()
    _save(page, "step")
    for id in ("q1", "q2", "q3"):
        value = solution.answers[id].value.model_dump(mode="json")
        if id == "q1":
            value["marked"] = value["marked"][:2]  # a picture of a result that is not perfect
        answer(go_to(page, id), value)
    while page.locator("#next").inner_text() != "Nộp bài":
        page.click("#next")
    page.click("#next")
    page.locator("[data-results]").get_by_text("biên nhận").wait_for(timeout=30_000)
    _save(page, "result")


def _save(page: Page, name: str) -> None:
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
