"""The end of a level: what was learnt, the points, what to repeat."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from course.answers import AnswerRecord
from course.curriculum import load_curriculum
from grader.database_tables import ResultRow
from hub_config.services.learn.level_end import look_back
from tests.hub_config.learn.installation import KEY, Q1, Q2, answers, wait_for_result
from tests.support.browser import chromium

__all__ = ["chromium"]
LEVEL = load_curriculum().levels[0]
KEYS = [lesson.key for lesson in LEVEL.lessons]


def record(key: str, **values: dict) -> AnswerRecord:
    given = {id: {"value": v, "audience": "phu-nu", "at": "2026-11-24T03:00:00Z"} for id, v in values.items()}
    return AnswerRecord.model_validate({"lesson": key, "version": 1, "answers": given})


def test_are_the_weakest_lessons_named_first_and_no_firm_one():
    points = [10, 4, 8, 7.5, 2, 10, 6, 9]
    results = {key: ResultRow(points=one, max_points=10) for key, one in zip(KEYS, points, strict=True)}
    end = look_back(LEVEL, KEYS, {}, results)
    assert end.finished and (end.points, end.max_points) == (56.5, 80)
    assert [lesson.entry.position for lesson in end.repeat] == [5, 2, 7]
    assert end.next is None


def test_is_a_level_not_finished_before_its_last_lesson():
    results = {key: ResultRow(points=10, max_points=10) for key in KEYS[:-1]}
    end = look_back(LEVEL, KEYS, {}, results)
    assert not end.finished and end.repeat == []
    assert end.next and end.next.entry.key == KEYS[-1]
    assert look_back(LEVEL, KEYS[:-1], {}, results).next is None, "what is not released cannot come next"


@pytest.mark.parametrize(("before", "after", "saved"), [(60, 12, 48), (10, 25, -15), (60, None, None)])
def test_are_minutes_saved_what_the_learner_told(before, after, saved):
    work = {"kind": "work", "task": "Báo họp", "before": before, "after": after}
    records = {
        "level1/08": record("level1/08", q3=work, today={"kind": "done", "done": True}),
        "level2/08": record("level2/08", q3=work | {"after": 0}),
    }
    end = look_back(LEVEL, KEYS, records, {})
    assert (end.minutes_saved, end.applied) == (saved, 1)


def test_can_it_be_seen_and_reached_from_the_path(chromium: Browser, service):
    with service.as_learner() as client:
        assert client.get("level9").status_code == 404
        client.put("api/me", json={"audience": "phu-nu"})
        saved = client.put(f"api/answers/{KEY}", json=answers(audience="phu-nu", q1=Q1 | {"picked": ["A"]}, q2=Q2))
        sent = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": saved.json()["version"]})
        assert wait_for_result(client, sent.json()["receipt"])["points"] == 6
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.add_cookies([{"name": "who", "value": "hoa", "url": service.url}])
    page = context.new_page()
    page.goto(service.url)
    page.get_by_role("link", name="Nhìn lại cấp 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nhìn lại cấp 1")
    text = page.locator("main").inner_text()
    assert "Chị đã xong 1 trên 8 bài." in text and "6 trên 10" in text
    assert "Đọc cho máy viết, rồi sửa tên, số, dấu" in text and "chưa làm" in text
    bad = [one["id"] for one in Axe().run(page).response["violations"] if one["impact"] in {"serious", "critical"}]
    assert bad == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Làm lại").click()
    page.wait_for_url(f"**/lessons/{KEY}/")
    context.close()


def test_is_it_for_people_who_have_logged_in(service):
    import httpx

    with httpx.Client(base_url=service.url) as nobody:
        assert nobody.get("level1").status_code == 302
