"""Takes the pictures of ``docs/viet-bai-hoc.md``: each widget of a lesson, alone in a real Chromium.

    python scripts/widget_pictures.py

The states are those that the widgets' own tests use, most of them as a learner has half answered.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from PIL import Image
from playwright.sync_api import Page, Route, sync_playwright

from course.widgets import WIDGET_NAMES, module_source, style_source
from hub_config.settings import REPO
from tests.support.browser import launch

sys.path.insert(0, str(REPO / "tests" / "course" / "widgets"))
from widget_examples import MARK, PICTURE, STATES, graded
from widget_host import HOST

IMAGES = REPO / "docs" / "images" / "widgets"
FONTS = REPO / "grader" / "release" / "page" / "fonts"
ADDRESS = "http://widgets.test/"
WIDTH = 390
LONGEST = 620
"""Pictures are cut below so many CSS pixels."""
LARGEST = 40_000
"""Bytes a picture may have."""

FACE = '@font-face {{ font-family: "Be Vietnam Pro"; font-weight: {0}; src: url("./be-vietnam-pro-{0}.woff2") }}'
FACES = FACE.format(400) + FACE.format(700)
ANSWERS: dict[str, dict[str, Any]] = {
    "choice": {"answer": {"kind": "choice", "picked": ["B"]}, "saved": "saved"},
    "short_text": {"answer": {"kind": "text", "text": "Chè ở xóm Đồi bị vàng lá."}, "saved": "saved"},
    "order": {"answer": {"kind": "order", "order": ["B", "A", "C"]}, "saved": "saved"},
    "mark": {"answer": {"kind": "mark", "marked": ["1", "2"]}, "saved": "saved"},
    "dictation": {
        "answer": {"kind": "dictation", "text": "Ngày 5 tháng 3 họp ở xã Văn Lăng lúc 18 giờ", "spoken": False},
        "saved": "saved",
    },
    "chat": {
        "answer": {
            "kind": "chat",
            "revealed": False,
            "messages": [
                {"role": "user", "text": "Viết tin mời họp."},
                {
                    "role": "assistant",
                    "text": "Kính mời bà con đến họp.",
                    "by": "Trả lời soạn sẵn – không phải AI",
                    "prepared": True,
                    "state": "whole",
                },
            ],
        }
    },
}
LEFT_OUT = ("start", "submit", "task")  # the same in every lesson, or of lessons with code
SIGNS = "Năm dấu hiệu của tin lừa: giục, đòi tiền trước, xin mã, đường dẫn lạ, bắt giữ kín."
MORE: dict[str, tuple[str, dict[str, Any]]] = {
    "mark_lines": (
        "mark",
        MARK
        | {
            "ask": "Đánh dấu tin lừa đảo. Tin thật thì để yên.",
            "pieces": [
                {"text": "1. Loa xóm: “Sáng mai bơm nước vào mương.”", "id": "1"},
                {"text": "\n", "id": None},
                {"text": "2. Số lạ nhắn: “Khai số thẻ tại nhan-tien.example trong hôm nay.”", "id": "2"},
            ],
            "right": ["2"],
            "reasons": {"1": "Việc chung của xóm, không đòi gì.", "2": "Đường dẫn lạ, lại xin số thẻ."},
            "answer": {"kind": "mark", "marked": ["2"]},
        },
    ),
    "result": (
        "short_text",
        graded(STATES["short_text"])
        | {
            "answer": {"kind": "text", "text": "Chè ở xóm Đồi bị vàng lá."},
            "saved": "saved",
            "result": {
                "id": "q2",
                "points": 2.7,
                "max_points": 4,
                "sign": "partly",
                "reasons": ["Còn thiếu lúc nào: “3 ngày nay”, “từ sau trận mưa” giúp AI biết việc gấp đến đâu."],
            },
        },
    ),
    "picture": ("picture", PICTURE | {"alt": SIGNS, "caption": ""}),
}
"""Other pictures, by file: the widget and its state."""


def main() -> None:
    """Save a picture of each widget that a lesson's writer calls."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": WIDTH, "height": 844}, device_scale_factor=1.5, locale="vi-VN")
        page.route(f"{ADDRESS}**", _serve)
        for name, state in STATES.items():
            if name not in (*LEFT_OUT, *MORE):
                _take(page, name, name, state | ANSWERS.get(name, {}))
        MORE["picture"][1]["picture"] = (REPO / "level1" / "pictures" / "06-nam-dau-hieu.svg").read_text("utf-8")
        for file, (name, state) in MORE.items():
            _take(page, file, name, state)
        browser.close()


def _serve(route: Route) -> None:
    """Answer as a server with the host page, the widgets and the fonts would."""
    file = route.request.url.removeprefix(ADDRESS)
    stem, _, suffix = file.partition(".")
    if file == "":
        route.fulfill(body=HOST.replace("<style>", f"<style>{FACES}"), content_type="text/html; charset=utf-8")
    elif suffix == "woff2":
        route.fulfill(body=(FONTS / file).read_bytes(), content_type="font/woff2")
    elif stem in WIDGET_NAMES and suffix == "js":
        route.fulfill(body=module_source(stem), content_type="text/javascript; charset=utf-8")
    elif stem in WIDGET_NAMES and suffix == "css":
        route.fulfill(body=style_source(stem), content_type="text/css; charset=utf-8")
    else:
        route.fulfill(status=404, body="")


def _take(page: Page, file: str, name: str, state: dict[str, Any]) -> None:
    page.goto(ADDRESS)
    page.wait_for_function("window.ready")
    page.evaluate("document.querySelector('h1').remove()")
    page.evaluate("([name, state]) => mount(name, state)", [name, state])
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    box = page.locator("#room").bounding_box()
    assert box
    clip = {"x": 0, "y": max(0, box["y"] - 8), "width": WIDTH, "height": min(box["height"] + 16, LONGEST)}
    shot = Image.open(io.BytesIO(page.screenshot(clip=clip, full_page=True))).convert("RGB")
    target = IMAGES / f"{file}.png"
    shot.quantize(32).save(target, optimize=True)  # few colours, so little is lost
    size = target.stat().st_size
    assert size < LARGEST, f"{target.name}: {size} bytes"
    print(f"{target.relative_to(REPO)}: {size:,} bytes")


if __name__ == "__main__":
    main()
