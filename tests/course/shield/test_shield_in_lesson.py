"""Lesson 1.5 shows what the shield makes of a text; learners find what it missed. Is that still what it does?"""

import pytest

from course.ai.shield import shield
from course.curriculum import load_curriculum
from grader.judge import prepare
from grader.workspace import Workspace

TYPED = {
    "can-bo": {"TÊN NGƯỜI": "Hứa Thị Bích", "SỐ CĂN CƯỚC": "000 160 001 357", "ĐỊA CHỈ EMAIL": "bich@xom.example"},
    "nong-dan": {"TÊN NGƯỜI": "Lường Văn Thắng", "SỐ CĂN CƯỚC": "000 090 001 357", "BIỂN SỐ XE": "20-Z9 000.13"},
    "thanh-nien": {"TÊN NGƯỜI": "Lường Văn Thắng", "SỐ CĂN CƯỚC": "000 203 001 357", "BIỂN SỐ XE": "20-Z9 000.13"},
    "hoc-sinh": {"TÊN NGƯỜI": "Lường Minh Thắng", "NGÀY SINH": "31/11/2012", "ĐỊA CHỈ EMAIL": "thang@lop.example"},
    "phu-nu": {"TÊN NGƯỜI": "Lường Thị Thắm", "SỐ CĂN CƯỚC": "000 180 001 357", "ĐỊA CHỈ EMAIL": "tham@xom.example"},
    "tieu-thuong": {"TÊN NGƯỜI": "Lường Văn Thắng", "SỐ TÀI KHOẢN": "0000 0000 1357", "BIỂN SỐ XE": "20-Z9 000.13"},
}


@pytest.mark.parametrize("audience", load_curriculum().audiences)
def test_the_lesson_shows_what_the_shield_does(audience):
    lesson = prepare(Workspace.from_environment().source_notebook("level1/05"), "level1/05", audience).lesson
    _, widget = lesson.shown["p3"]
    shown = "".join(piece["text"] for piece in widget.pieces)
    typed = shown
    for label, value in TYPED[audience].items():
        typed = typed.replace(f"[{label} 1]", value)
    assert "[" not in typed
    assert shield(typed).text == shown
