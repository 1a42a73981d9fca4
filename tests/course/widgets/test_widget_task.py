"""A task: what is wanted, what was received, in a notebook and on a page that cannot run code."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from widget_examples import TASK, graded
from widget_host import HOSTILE, Host, assert_harmless

NUMBER = {"kind": "number", "number": -1234567.25}
TABLE = {"kind": "table", "columns": ["xa", "kg"], "rows": [["La Bằng", 1234.5], ["Võ Nhai", None]] * 4}
CHART = {
    "kind": "chart",
    "type": "bar",
    "labels": ["La Bằng", "Võ Nhai"],
    "values": [2, 4.5],
    "series": [],
    "title": "Theo xã",
    "x_label": "Xã",
    "y_label": "kg",
    "starts_at_zero": True,
}


@pytest.mark.parametrize(
    ("wants", "answer", "shown"),
    [
        ("number", NUMBER, ["-1.234.567,25 kg"]),
        ("number", {"kind": "number", "number": 0}, ["0 kg"]),
        ("text", {"kind": "text", "text": "Tân Cương"}, ["Tân Cương"]),
        ("table", TABLE, ["Bảng 8 dòng × 2 cột", "La Bằng", "1.234,5", "… và 3 dòng nữa"]),
        ("chart", CHART, ["Biểu đồ cột: Theo xã", "Trục: Xã, kg", "Võ Nhai", "4,5"]),
        ("file", {"kind": "file", "name": "bao-cao.docx", "content": "YQ=="}, ["Tệp bao-cao.docx"]),
    ],
)
def test_what_was_received_is_shown(host: Host, wants: str, answer: Any, shown: list[str]) -> None:
    host.mount("task", graded(TASK, wants=wants))
    assert "Viết mã ở ô bên dưới" in host.text
    host.outside("answer", answer)
    assert "Đã nhận" in host.text
    assert [words for words in shown if words not in host.text] == []
    assert host.writes == []


def test_a_page_says_where_it_is_done_and_what_came_from_there(host: Host) -> None:
    state = {name: value for name, value in graded(TASK).items() if name != "kernel"}
    host.mount("task", state)
    assert "Nộp một bảng, tính bằng kg. Câu này làm bằng mã trong JupyterLab, trên máy tính." in host.text
    assert "Viết mã" not in host.text
    host.outside("answer", TABLE)
    assert "Đã nhận kết quả từ JupyterLab:" in host.text


def test_a_value_that_was_not_taken_is_told_until_one_is(host: Host) -> None:
    host.mount("task", TASK)
    host.outside("feedback", {"sign": "wait", "message": "Câu 2 cần một bảng."})
    expect(host.page.locator(".bd-panel")).to_contain_text("Câu 2 cần một bảng.")
    host.outside("feedback", {"sign": "partly", "reasons": ["Đúng **2** dòng."]})
    expect(host.page.locator(".bd-panel")).to_contain_text("Gần đúng.")
    expect(host.page.locator(".bd-panel b")).to_have_text("2")
    host.outside("feedback", {})
    expect(host.page.locator(".bd-panel")).to_have_count(0)


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "text", "text": HOSTILE},
        {"kind": "table", "columns": [HOSTILE, "kg"], "rows": [[HOSTILE, 1]]},
        {**CHART, "labels": [HOSTILE, HOSTILE], "title": HOSTILE, "x_label": HOSTILE},
        {**CHART, "series": [{"name": HOSTILE, "labels": ["a"], "values": [1]}]},
        {"kind": "file", "name": HOSTILE, "content": ""},
        {"kind": "constructor"},
        {"kind": "choice", "picked": ["A"]},
    ],
    ids=lambda answer: answer["kind"],
)
def test_what_code_handed_over_stays_text(host: Host, answer: Any) -> None:
    host.mount("task", graded(TASK, answer=answer, unit=HOSTILE, feedback={"sign": "wait", "message": HOSTILE}))
    assert_harmless(host)
