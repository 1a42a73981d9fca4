"""Are pieces that fill lines of their own shown as cards, and pieces inside a sentence left in it?"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from widget_examples import MARK
from widget_host import Host, assert_accessible

MESSAGES = MARK | {
    "pieces": [
        {"text": "Trong máy có:\n", "id": None},
        {"text": "1. Loa xóm: “Mai mất điện.”", "id": "1"},
        {"text": "\n", "id": None},
        {"text": "2. Số lạ: “Đọc mã.”", "id": "2"},
    ],
    "right": ["2"],
    "reasons": {"1": "Tin thật.", "2": "Xin mã."},
}


def test_messages_are_cards_that_are_easy_to_hit(host: Host) -> None:
    host.mount("mark", MESSAGES)
    cards = host.page.locator(".bd-cards [role=button]")
    expect(cards).to_have_count(2)
    boxes = [card.bounding_box() for card in cards.all()]
    assert all(box["height"] >= 48 for box in boxes)
    assert boxes[0]["width"] == boxes[1]["width"]
    expect(host.page.locator(".bd-cards > span:not([role])")).to_have_text(["Trong máy có:"])
    cards.nth(1).click()
    assert host.answer == {"kind": "mark", "marked": ["2"]}
    assert "““" not in host.text and "””" not in host.text
    assert_accessible(host)


@pytest.mark.parametrize(
    "pieces",
    [
        MARK["pieces"],
        [{"text": "Giá: ", "id": None}, {"text": "350.000 đồng", "id": "1"}],
        [{"text": "một", "id": "1"}, {"text": "hai", "id": "2"}],
    ],
)
def test_pieces_inside_a_line_stay_in_it(host: Host, pieces: list[dict[str, str | None]]) -> None:
    host.mount("mark", MARK | {"pieces": pieces})
    expect(host.page.locator(".bd-pieces")).to_be_visible()
    expect(host.page.locator(".bd-cards")).to_have_count(0)
    assert host.page.locator(".bd-pieces").evaluate("box => box.textContent") == "".join(
        p["text"] or "" for p in pieces
    )
