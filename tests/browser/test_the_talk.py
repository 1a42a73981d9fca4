"""The chat of lesson 1.3 on a real hub without a provider: on a phone's page, then in JupyterLab, one conversation."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from course.ai.replies import LABEL
from hub_config.settings import REPO
from tests.browser.test_the_road import in_lab, run_all
from tests.support.browser import go_to, log_in

pytestmark = pytest.mark.xdist_group("the road")
LESSON = "level1/03"
NAME = "Hỏi thử trợ lý"


def open_first_step(page, hub):
    page.goto(f"{hub.url}/services/learn/lessons/{LESSON}/#buoc-1")  # not at the results of an earlier test
    expect(page.locator("#next")).to_be_visible()


def answered(place, count):
    """Wait for so many whole answers, none of which says that an AI wrote it."""
    expect(place.locator(".bd-answered .bd-tools")).to_have_count(count, timeout=30_000)
    for words in place.locator(".bd-answered").all_inner_texts():
        assert LABEL in words


def test_one_conversation_on_page_and_in_jupyterlab(hub, phone, desktop):
    small = log_in(phone, hub, "hocvien")
    with hub.api(hub.token("hocvien")) as api:
        api.put("/services/learn/api/me", json={"audience": "nong-dan"}).raise_for_status()
    open_first_step(small, hub)
    place = go_to(small, "c1")
    for _ in range(2):  # the vague request, then the full one
        place.locator(".bd-try").first.click()
        place.get_by_role("button", name="Gửi").click()
        expect(place.locator(".bd-live")).to_have_count(0, timeout=30_000)
    answered(place, 2)
    short, full = place.locator(".bd-answered .bd-said").all_inner_texts()
    assert "chung chung" in short and "chung chung" not in full
    expect(small.locator("#saved")).to_contain_text("Đã lưu")
    found = [one for one in Axe().run(small).response["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []

    page = log_in(desktop, hub, "hocvien")
    name = next((REPO / "level1").glob("03-*.ipynb")).name
    page.goto(f"{hub.url}/hub/user-redirect/lab/tree/level1/{name}")
    page.wait_for_selector(".jp-Notebook", timeout=120_000)
    run_all(page)
    chat = in_lab(page, NAME)
    answered(chat, 2)  # what was said on the phone
    field = chat.get_by_role("textbox")
    field.fill("Ngắn hơn nữa")
    field.press("Enter")
    answered(chat, 3)
    expect(chat).to_contain_text("Đã lưu")
    expect(chat).to_contain_text(re.compile(r"Hôm nay còn \d+ lượt hỏi"))

    # A new kernel, and the talk is still there.
    page.get_by_role("menuitem", name=re.compile("^(Run|Chạy)")).first.click()
    page.locator(".lm-Menu [data-command='runmenu:restart-and-run-all']").click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(page.locator(".bd-submit")).to_have_count(0, timeout=30_000)  # the old kernel's outputs are gone
    answered(in_lab(page, NAME), 3)

    open_first_step(small, hub)
    small.reload()
    answered(go_to(small, "c1"), 3)
