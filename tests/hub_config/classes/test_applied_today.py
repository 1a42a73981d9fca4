"""Can a trainer see how many people did today's task of each lesson?"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from course.answers import MAX_ITEMS
from tests.hub_config.classes.test_class_page import classes, overview
from tests.hub_config.learn.installation import KEY, answers
from tests.hub_config.learn.test_path_in_browser import chromium

__all__ = ["chromium", "classes"]

DONE = {"kind": "done", "done": True}


def counts(page: str) -> list[str]:
    foot = page.partition("<tfoot>")[2].partition("</tfoot>")[0]
    return re.findall(r'class="applied" data-lesson="1\.(\d)">(\d+)', foot)


def tick(service, *names: str, done: bool = True, at: str = "2026-11-24T03:00:00.000Z") -> None:
    for name in names:
        with service.as_learner(name) as client:
            response = client.put(f"api/answers/{KEY}", json=answers(at, today={**DONE, "done": done}))
            assert response.status_code == 200, response.text


def test_does_a_tick_reach_the_class_page_and_leave_it_again(classes, service, workspace):
    (workspace.state / "classes.yml").write_text("lop1: {title: Lớp một, learners: [hoa, sen]}\n", "utf-8")
    with classes.as_learner("thay") as trainer:
        assert "tfoot" not in trainer.get("lop1/").text
        tick(service, "hoa")
        assert counts(trainer.get("lop1/").text) == [("1", "1")]
        tick(service, "hoa", done=False, at="2026-11-24T03:10:00.000Z")
        assert "tfoot" not in trainer.get("lop1/").text


def test_are_only_members_counted():
    assert overview({"a": "An"}).applied == [0] * 8


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)], ids=["phone", "pc"])
def test_is_the_count_seen(chromium: Browser, classes, service, workspace, size):
    (workspace.state / "classes.yml").write_text("lop1: {title: Lớp một, learners: [hoa]}\n", "utf-8")
    tick(service, "hoa")
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_cookies([{"name": "who", "value": "thay", "url": classes.url}])
    page = context.new_page()
    page.goto(f"{classes.url}lop1/")
    expect(page.get_by_text("Đã ứng dụng ngay")).to_be_visible()
    expect(page.locator(".applied").first).to_have_text("1 người")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.mark.parametrize(("item", "status"), [(1, 200), (2, 409), (MAX_ITEMS + 1, 422), ("2", 422), (True, 422)])
def test_does_the_learn_service_bound_what_is_said_of_an_item(client, item, status):
    body = answers(q1={"kind": "choice", "picked": ["B"]})
    body["answers"]["q1"]["item"] = item
    assert client.put(f"api/answers/{KEY}", json=body).status_code == status
