"""What holds for every widget, in a real Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from widget_examples import CHOICE, MARK, ORDER, RESULTS, STATES, SUBMIT, TALK, TODAY
from widget_host import HOSTILE, Host, assert_accessible, assert_harmless

VOICE = "speechSynthesis.getVoices = () => [{ lang: 'vi-VN' }]; null"
FOCUSED = "(one => one.value || one.ariaLabel || one.dataset.id)(document.activeElement)"


@pytest.mark.parametrize("bundled", [False, True], ids=["alone", "bundled"])
@pytest.mark.parametrize("name", STATES)
def test_does_it_render_end_and_leave_no_listener(host: Host, name: str, bundled: bool) -> None:
    host.mount(name, STATES[name], bundled=bundled)
    assert host.text.strip()
    assert host.writes == []
    host.page.evaluate("end()")
    assert host.page.evaluate("[...model.listeners.values()].flat().length") == 0


@pytest.mark.parametrize("name", STATES)
def test_does_axe_find_nothing_serious(host: Host, name: str) -> None:
    more: dict[str, Any] = {
        "choice": {"answer": {"kind": "choice", "picked": ["C"]}, "saved": "saved"},
        "short_text": {"answer": {"kind": "text", "text": "Chè ở xóm Đồi"}, "saved": "waiting"},
        "order": {"answer": {"kind": "order", "order": ["B", "A", "C"]}},
        "mark": {"answer": {"kind": "mark", "marked": ["1", "2"]}, "saved": "error"},
        "dictation": {"answer": {"kind": "dictation", "text": "xã Văn Lăng lúc 18 giờ", "spoken": False}},
        "task": {
            "answer": {"kind": "table", "columns": ["xa", "kg"], "rows": [["La Bằng", 3.5]] * 9},
            "feedback": {"sign": "wait", "message": "Câu này cần một bảng."},
        },
        "today": {"answer": {"kind": "done", "done": True}, "saved": "saved"},
        "submit": {"phase": "graded", "results": RESULTS, "receipt": "7F3A-21"},
        "chat": {"answer": TALK, "saved": "saved"},
    }
    host.mount(name, STATES[name] | more.get(name, {}))
    assert_accessible(host)


@pytest.mark.parametrize("phase", ["idle", "sending", "grading", "waiting", "refused"])
def test_does_axe_find_nothing_serious_in_any_phase(host: Host, phase: str) -> None:
    host.mount("submit", SUBMIT | {"phase": phase, "message": "Một câu.", "unanswered": ["Câu 1"]})
    if phase == "idle":
        host.page.get_by_role("button", name="Nộp bài").click()
    assert_accessible(host)


@pytest.mark.parametrize("name", STATES)
def test_does_everything_fit_a_phone_at_double_text(host: Host, name: str) -> None:
    host.page.evaluate("document.documentElement.style.setProperty('--bd-size', '2')")
    host.mount(name, STATES[name])
    assert host.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("name", STATES)
def test_is_every_target_big_enough(host: Host, name: str) -> None:
    host.mount(name, STATES[name])
    targets = host.page.locator(".bdhai :is(button, label, textarea, summary)").all()
    sizes = [box for target in targets if target.is_visible() and (box := target.bounding_box())]
    assert all(box["height"] >= 48 and box["width"] >= 48 for box in sizes)


@pytest.mark.parametrize(
    ("name", "state", "value", "selector", "shown"),
    [
        ("choice", CHOICE, {"kind": "choice", "picked": ["B"]}, "input:checked", ["B"]),
        ("order", ORDER, {"kind": "order", "order": ["A", "C", "B"]}, ".bd-steps li", ["A", "C", "B"]),
        ("mark", MARK, {"kind": "mark", "marked": ["3"]}, "[aria-pressed=true]", ["3"]),
        ("today", TODAY, {"kind": "done", "done": True}, "input:checked", ["on"]),
    ],
)
def test_an_answer_from_another_device_is_shown(
    host: Host, name: str, state: dict, value: Any, selector: str, shown: list[str]
) -> None:
    host.mount(name, state)
    host.page.locator(".bdhai :is(input, .bd-move, [role=button]):not([disabled])").last.focus()
    focused = host.page.evaluate(FOCUSED)
    host.outside("answer", value)
    ids = host.page.eval_on_selector_all(f".bdhai {selector}", "all => all.map(one => one.dataset.id ?? one.value)")
    assert ids == shown
    assert host.writes == []
    assert focused and focused == host.page.evaluate(FOCUSED)


@pytest.mark.parametrize("name", ["short_text", "dictation"])
def test_is_text_never_shown_as_html(host: Host, name: str) -> None:
    host.mount(
        name, STATES[name] | {"saved": "error", "saved_note": HOSTILE, "answer": {"kind": "text", "text": HOSTILE}}
    )
    host.outside("result", {"id": "p1", "points": 0, "max_points": 1, "sign": "wrong", "reasons": [HOSTILE]})
    expect(host.page.get_by_role("textbox")).to_have_value(HOSTILE)
    assert_harmless(host)


@pytest.mark.parametrize("name", STATES)
def test_do_plain_keys_stay_inside(host: Host, name: str) -> None:
    """JupyterLab listens on the document: plain keys on a button would be notebook commands, "d d" deletes the cell."""
    host.page.evaluate("window.keys = []; document.addEventListener('keydown', (event) => keys.push(event.key)); null")
    host.page.evaluate(VOICE)
    host.mount(name, STATES[name])
    host.page.keyboard.press("Tab")
    assert host.page.evaluate("!!document.activeElement.closest('.bdhai')")
    host.page.keyboard.press("d")
    host.page.keyboard.press("Control+s")
    assert host.page.evaluate("keys") == ["Tab", "Control", "s"]
