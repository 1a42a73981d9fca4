"""The path in a real browser: choosing a group works under the strict policy, and nobody is shut out."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.hub_config.learn.installation import KEY, Q1, answers
from tests.support.browser import chromium

__all__ = ["chromium"]


@pytest.fixture(params=[(390, 844), (1280, 800)], ids=["phone", "pc"])
def page(request: pytest.FixtureRequest, chromium: Browser, service) -> Iterator[Page]:
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
    context.add_cookies([{"name": "who", "value": "hoa", "url": service.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def check_page(page: Page) -> None:
    """No serious violation of accessibility rules, no sideways scrolling, large enough to touch."""
    found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = [target.bounding_box() for target in page.locator("a:visible, button:visible, summary:visible").all()]
    assert boxes and min(box["height"] for box in boxes if box) >= 48


def test_can_a_group_be_chosen_once_and_changed(page, service):
    page.goto(f"{service.url}lessons/{KEY}/")
    check_page(page)
    page.get_by_role("button", name="Bà con nông dân").click()
    page.wait_for_url(f"**/lessons/{KEY}/")
    page.goto(service.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Chào bà con")
    check_page(page)
    page.get_by_role("link", name="Bà con nông dân").click()
    expect(page.get_by_role("button", name="Nhóm hiện nay")).to_have_attribute("aria-current", "true")
    check_page(page)
    page.get_by_role("button", name="Hội viên phụ nữ").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chào chị")


def test_does_the_path_lead_back_to_the_lesson_that_was_begun(page, service):
    with service.as_learner() as client:
        client.put("api/me", json={"audience": "nong-dan"})
        client.put(f"api/answers/{KEY}", json=answers(q1=Q1))
    page.goto(service.url)
    expect(page.get_by_text("đã lưu")).to_be_visible()
    page.get_by_role("link", name="Học tiếp").click()
    page.wait_for_url(f"**/lessons/{KEY}/")


def test_does_a_lost_network_leave_the_choice_open(page, service):
    page.goto(service.url)
    page.route("**/api/me", lambda route: route.abort())
    page.get_by_role("button", name="Học sinh").click()
    expect(page.get_by_role("alert")).to_contain_text("mất mạng")
    expect(page.get_by_role("button", name="Học sinh")).to_be_enabled()
    page.unroute("**/api/me")
    page.get_by_role("button", name="Học sinh").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chào em")
