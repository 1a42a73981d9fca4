"""A trainer sees on the class page whose own work waits to be read, and comes from there to formgrader."""

import re
from dataclasses import replace

from hub_config.services.classes import pages
from hub_config.services.classes.gradebook import ClassGradebook, GradedNotebook, Quality, read_gradebook
from tests.hub_config.classes.test_class_page import NOTEBOOKS, classes, overview, result
from tests.hub_config.learn.installation import KEY, Q1, Q2, answers, wait_for_result

__all__ = ["classes"]
FIRST = "level1/01"


def seen(quality: Quality | None):
    gradebook = ClassGradebook(["a"], {("a", NOTEBOOKS[FIRST]): GradedNotebook("f00", 9.5, quality)})
    found = overview({"a": "Trần An"}, results=[result("a", FIRST, 9.5)], gradebook=gradebook)
    return found.rows[0].cells[0], found.to_read


def test_a_piece_waits_until_it_is_graded_and_again_when_it_came_anew():
    cell, to_read = seen(Quality(None, 5, True))
    assert (cell.text, cell.quality) == ("9,5", "chưa chấm") and "việc thật: chưa chấm" in cell.spoken
    assert [(piece.learner, piece.submission) for piece in to_read] == [("Trần An", "f00")]
    cell, to_read = seen(Quality(4, 5, False))
    assert (cell.text, cell.quality, to_read) == ("9,5", "+4/5", [])
    cell, to_read = seen(Quality(4, 5, True))
    assert cell.quality == "chưa chấm lại (đã cho 4/5)" and len(to_read) == 1
    cell, to_read = seen(None)
    assert (cell.quality, to_read) == ("", [])


def test_the_page_leads_to_the_piece_in_formgrader(classes, client, monkeypatch):
    version = client.put(f"api/answers/{KEY}", json=answers(q1=Q1, q2=Q2)).json()["version"]
    receipt = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": version}).json()["receipt"]
    wait_for_result(client, receipt)

    def with_own_work(*where) -> ClassGradebook:  # the small lesson of these tests has no task cell
        book = read_gradebook(*where)
        waiting = {key: replace(one, quality=Quality(None, 5, True)) for key, one in book.notebooks.items()}
        return replace(book, notebooks=waiting)

    monkeypatch.setattr(pages, "read_gradebook", with_own_work)
    with classes.as_learner("thay") as trainer:
        page = trainer.get("lop1/").text
    assert "Việc thật chờ giảng viên đọc" in page
    [link] = re.findall(r'<ul class="pieces">\s*<li><a href="([^"]+)"', page)
    [cell] = re.findall(r'href="([^"]+)" aria-label="hoa, bài 1.1: 10 trên 10 điểm, việc thật: chưa chấm"', page)
    assert link == cell and "formgrader%2Fsubmissions%2F" in link
