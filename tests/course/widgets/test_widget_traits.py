"""The Python side: the contract's traits, and descriptions that a grader can read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from widget_examples import RESULTS, STATES, TALK

from course import widgets
from course.widgets import WIDGET_NAMES, WIDGETS, bundle_source, module_source, own_style, style_source

QUESTION_TRAITS = {
    *("question", "label", "ask", "graded", "points", "answer", "saved", "saved_note", "result"),
    *("item", "item_count", "picture", "alt"),
}
OWN_TRAITS = {
    "choice": {"options", "several", "right", "reasons"},
    "short_text": {"rows", "placeholder", "parts", "find", "example"},
    "order": {"items", "right", "reason"},
    "mark": {"pieces", "right", "reasons"},
    "dictation": {"say", "recorded", "fixes"},
    "task": {"wants", "unit", "kernel", "feedback"},
    "today": {"task"},
    "text": {"html", "speech", "tone"},
    "picture": {"picture", "alt", "caption"},
    "chat": {"tries", "placeholder", "planted", "reveal"},
    "work": {"checks", "hints", "example", "talk"},
    "start": {"title", "greeting", "audience", "audiences"},
    "submit": {"phase", "message", "unanswered", "receipt", "results"},
}
QUESTIONS = ("choice", "short_text", "order", "mark", "dictation", "task", "today", "chat", "work")


@pytest.mark.parametrize("name", WIDGET_NAMES)
def test_has_every_widget_the_traits_of_the_contract_and_no_other(name: str) -> None:
    wanted = OWN_TRAITS[name] | (QUESTION_TRAITS if name in QUESTIONS else set())
    widget = WIDGETS[name]()
    base = set(widgets.LessonWidget._traits) | {"_anywidget_id", "_esm", "_css"}
    assert {trait for trait in widget.get_state() if trait not in base} == wanted


@pytest.mark.parametrize("name", WIDGET_NAMES)
def test_is_each_module_self_contained(name: str) -> None:
    source = module_source(name)
    assert source.endswith("export default { render };\n")
    assert not re.search(r"^\s*import[\s({]", source, re.MULTILINE)
    assert WIDGETS[name]()._esm == source
    assert WIDGETS[name]()._css == style_source(name)


def test_does_every_style_stay_inside_the_widgets() -> None:
    for name in WIDGET_NAMES:
        for rule in re.findall(r"^([^\s@/}][^{]*)\{", own_style(name), re.MULTILINE):
            assert all(part.strip().startswith(".bdhai.bd-") for part in re.split(r",(?![^(]*\))", rule)), rule


def test_do_all_files_belong_to_a_widget() -> None:
    room = Path(widgets.__file__).parent
    stems = {path.stem for path in room.iterdir() if path.suffix in (".js", ".css") and not path.name.startswith("_")}
    assert stems == set(WIDGET_NAMES) == set(WIDGETS)


def test_does_a_bundle_hold_the_shared_parts_once() -> None:
    bundle = bundle_source(["choice", "short_text"])
    assert bundle.count("function question(") == bundle.count("function places(") == 1
    assert "function places(" not in bundle_source(["choice"])


@pytest.mark.parametrize(
    ("name", "answer", "description"),
    [
        ("choice", None, "Luyện tập: chưa trả lời"),
        ("choice", {"kind": "choice", "picked": []}, "Luyện tập: chưa trả lời"),
        ("choice", {"kind": "choice", "picked": ["C"]}, "Luyện tập: đã chọn C. Cho tôi thuốc trị bệnh chè tốt nhất."),
        ("choice", {"kind": "choice", "picked": ["Z"]}, "Luyện tập: chưa trả lời"),
        ("short_text", {"kind": "text", "text": " Vàng\n lá  ở xóm "}, "Luyện tập: đã viết “Vàng lá ở xóm”"),
        (
            "order",
            {"kind": "order", "order": ["B", "A", "C"]},
            "Luyện tập: đã xếp 1. Đọc cho máy viết; 2. Kiểm lại tên, số; 3. Gửi đi",
        ),
        ("mark", {"kind": "mark", "marked": ["2"]}, "Luyện tập: đã đánh dấu “vị chát dịu”"),
        ("dictation", {"kind": "dictation", "text": "họp", "spoken": True}, "Luyện tập: đã nói và sửa thành “họp”"),
        (
            "task",
            {"kind": "table", "columns": ["xa", "kg"], "rows": [["La Bằng", 3], ["Võ Nhai", None]]},
            "Luyện tập: đã nộp bảng 2 dòng × 2 cột",
        ),
        ("task", {"kind": "number", "number": -1234.5}, "Luyện tập: đã nộp số -1.234,5 kg"),
        ("task", {"kind": "number", "number": "x"}, "Luyện tập: chưa trả lời"),
        ("chat", {"kind": "chat", "messages": []}, "Hỏi thử trợ lý: chưa trả lời"),
        ("chat", TALK, "Hỏi thử trợ lý: đã hỏi 2 lần, lần cuối “Ngắn hơn nữa”"),
        ("work", {"kind": "work", "task": " ", "checked": ["Z"]}, "Luyện tập: chưa trả lời"),
        (
            "work",
            {"kind": "work", "task": "Báo họp", "result": "Gọi\x1b 0310 000 123\nnhé", "checked": ["A"], "before": 40},
            "Luyện tập: \n\nVIỆC GÌ\nBáo họp\n\nKẾT QUẢ ĐEM DÙNG\nGọi  [SỐ ĐIỆN THOẠI 1]\nnhé\n\n"
            "ĐÃ KIỂM\nGiờ, ngày: đã so với sổ\n\nSỐ PHÚT\ntự làm 40, có trợ lý chưa ghi",
        ),
        (
            "today",
            {"kind": "done", "done": True},
            "Ứng dụng ngay (đã làm): Tối nay hỏi AI một việc ở vườn nhà mình, đủ bốn ý.",
        ),
    ],
)
def test_does_a_description_say_what_was_answered(name: str, answer: dict | None, description: str) -> None:
    widget = WIDGETS[name](**STATES[name] | {"answer": answer})
    assert repr(widget) == description


def test_is_the_whole_description_the_plain_output_but_not_a_long_text() -> None:
    widget = widgets.ShortText(label="Câu 2", answer={"kind": "text", "text": "ă" * 5000})
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"] == repr(widget)
    assert 300 < len(data["text/plain"]) < 330
    assert widget.model_id not in data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in data


def test_do_control_characters_stay_out_of_a_description() -> None:
    widget = widgets.ShortText(label="Câu 2", answer={"kind": "text", "text": "a\x1b[31mb\u202ec\x00"})
    assert repr(widget) == "Câu 2: đã viết “a [31mb c”"


def test_does_the_button_describe_its_result() -> None:
    assert repr(widgets.Submit()) == "Nộp bài: chưa nộp"
    assert repr(widgets.Submit(phase="graded", receipt="7F3A-21", results=RESULTS)) == "Nộp bài: 7,5/10 điểm"


def test_are_keys_taken_as_an_author_writes_them() -> None:
    assert widgets.Order(right="BAC").right == ["B", "A", "C"]
    assert widgets.Mark(right=[2, 5]).right == ["2", "5"]
    assert widgets.Mark(reasons={1: "x"}).reasons == {"1": "x"}
    assert widgets.Choice(right=None).right == []
