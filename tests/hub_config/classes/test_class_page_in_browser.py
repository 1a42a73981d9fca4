"""The class page in a real browser, at the size of a desk and of a phone."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.hub_config.classes.test_class_page import classes
from tests.hub_config.learn.installation import KEY, Q1, Q2, answers, wait_for_result
from tests.hub_config.learn.test_path_in_browser import chromium

__all__ = ["chromium", "classes"]


@pytest.fixture(params=[(390, 844), (1280, 800)], ids=["phone", "pc"])
def size(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    yield request.param


def test_can_a_trainer_see_and_reach_every_piece(chromium: Browser, classes, service, client, workspace, size):
    (workspace.state / "classes.yml").write_text("lop1: {title: Lớp một, learners: [hoa, sen]}\n", "utf-8")
    version = client.put(f"api/answers/{KEY}", json=answers(q1=Q1, q2=Q2)).json()["version"]
    receipt = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": version}).json()["receipt"]
    wait_for_result(client, receipt)
    usual = {"class_id": "lop1", "learner": "sen", "version": 0, "at": datetime.now(UTC), "sha256": "ab"}
    service.app.state.service.database.add_submissions(
        [
            usual | {"receipt": "R1", "lesson": KEY, "state": "set_aside", "message": "Mã làm sập máy chấm " * 9},
            usual | {"receipt": "R2", "lesson": "bai-tap-cuoi-khoa", "state": "grading"},
        ]
    )
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_cookies([{"name": "who", "value": "thay", "url": classes.url}])
    page = context.new_page()
    page.goto(f"{classes.url}lop1/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cấp 1 · Làm quen")
    expect(page.get_by_role("link", name="hoa, bài 1.1: 10 trên 10 điểm")).to_be_visible()
    expect(page.get_by_role("heading", name="Bài nộp cần xem")).to_be_visible()
    expect(page.get_by_role("link", name="bai-tap-cuoi-khoa")).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
