"""Are cells cut into steps as docs/architecture.md says, with just the state that a page may carry?"""

import json

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from grader.release.execute import ReleaseError, run_lesson
from grader.release.steps import make_steps, questions_of
from tests.grader.release.sample_lesson import sample_cells, write_sample

TITLE = "Hỏi một câu ra việc"


def steps_of(tmp_path, cells=None, audience="nong-dan"):
    return make_steps(run_lesson(write_sample(tmp_path, cells), audience), TITLE)


def with_cell(position: int, cell):
    cells = sample_cells()
    cells.insert(position, cell)
    return cells


def blocks_of(steps, widget):
    return [block.state for step in steps for block in step.blocks if block.widget == widget]


def test_a_heading_opens_a_step(tmp_path):
    steps = steps_of(tmp_path)
    assert [(step.kind, step.title) for step in steps] == [
        ("Mở đầu", TITLE),
        ("Nhớ lại", "Câu nào phải kiểm lại?"),
        ("Tự làm", "Câu hỏi nào AI trả lời được ngay?"),
        ("Tự làm", "Viết một câu hỏi đủ ý"),
        ("Tự làm", "Xếp và đánh dấu"),
        ("Ứng dụng ngay", "Làm luôn hôm nay"),
        ("Nộp bài", "Nộp bài"),
    ]


def test_the_opening_has_the_pages_title_and_no_start_widget(tmp_path):
    opening = steps_of(tmp_path)[0]
    assert [block.widget for block in opening.blocks] == [""]
    assert opening.blocks[0].html == "<p>Học xong bài này, bạn hỏi AI <strong>một câu là ra việc</strong>.</p>"


def test_text_below_a_heading_stays_in_its_step(tmp_path):
    cell = new_markdown_cell("## Làm mẫu · Xem trước\n\n## next\n\n- một\n- hai")
    step = steps_of(tmp_path, with_cell(2, cell))[1]
    assert (step.kind, step.title) == ("Làm mẫu", "Xem trước")
    assert "<h3>next</h3>" in step.blocks[0].html  # without an id, which might be that of a part of the page
    assert "<li>hai</li>" in step.blocks[0].html


def test_raw_html_is_shown_as_text(tmp_path):
    cell = new_markdown_cell("Chữ <script>alert(1)</script> <img src=x onerror=alert(1)>\n\n<div>khối</div>")
    html = steps_of(tmp_path, with_cell(3, cell))[1].blocks[0].html
    assert "<script" not in html and "<img" not in html and "<div" not in html
    assert "&lt;script&gt;" in html


def test_a_links_address_cannot_be_a_script(tmp_path):
    html = steps_of(tmp_path, with_cell(3, new_markdown_cell("[bấm](javascript:alert(1))")))[1].blocks[0].html
    assert "javascript:" not in html


def test_an_image_beside_the_notebook_comes_along(tmp_path):
    (tmp_path / "anh.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    html = steps_of(tmp_path, with_cell(3, new_markdown_cell("![Lá chè](anh.png)")))[1].blocks[0].html
    assert 'src="data:image/png;base64,' in html and 'alt="Lá chè"' in html


def test_state_holds_the_contracts_traits_and_no_others(tmp_path):
    steps = steps_of(tmp_path)
    assert list(blocks_of(steps, "choice")[1]) == [
        *("question", "label", "ask", "graded", "points", "options", "several", "right", "reasons")
    ]
    assert list(blocks_of(steps, "short_text")[0]) == [
        *("question", "label", "ask", "graded", "points", "rows", "placeholder", "parts", "example")
    ]
    assert list(blocks_of(steps, "text")[0]) == ["html", "speech", "tone"]
    assert blocks_of(steps, "submit") == [{}]
    assert blocks_of(steps, "short_text")[0]["points"] == 4
    json.dumps([block.state for step in steps for block in step.blocks])


def test_a_graded_question_carries_no_key(tmp_path):
    for state in (block.state for step in steps_of(tmp_path) for block in step.blocks if block.state.get("graded")):
        assert not {"right", "reasons", "reason", "find", "fixes"} & set(state)


@pytest.mark.parametrize(
    ("position", "cell", "says"),
    [
        (2, new_markdown_cell("## Học thuộc · Gì đó"), "ô 3: bước “Học thuộc · Gì đó” phải viết dạng"),
        (3, new_code_cell("{1, 2}"), "ô 4: trang bài học chưa hiển thị được set"),
        (3, new_code_cell('lesson.short_text("q9", "Hỏi", parts=[])'), "câu q9 chưa có ô chấm"),
        (8, new_code_cell('lesson.choice("q1", "Hỏi", ["a", "b"], right="A")'), "không được mang đáp án (right)"),
    ],
)
def test_what_cannot_be_released_is_said(tmp_path, position, cell, says):
    with pytest.raises(ReleaseError) as error:
        steps_of(tmp_path, with_cell(position, cell))
    assert says in str(error.value)


def test_the_last_step_must_hand_in(tmp_path):
    with pytest.raises(ReleaseError, match=r"lesson\.submit"):
        steps_of(tmp_path, [*sample_cells(), new_markdown_cell("## Nhớ lại · Thêm")])


def test_questions_are_listed_for_the_service(tmp_path):
    questions = questions_of(steps_of(tmp_path))
    assert [(question["id"], question["kind"]) for question in questions] == [
        *(("p2", "choice"), ("p1", "choice"), ("q1", "text"), ("q2", "order"), ("q3", "mark")),
        *(("q4", "dictation"), ("today", "done")),
    ]
    by_id = {question["id"]: question for question in questions}
    assert by_id["p1"] == {
        **{"id": "p1", "kind": "choice", "graded": False, "points": 0, "label": "Luyện tập"},
        **{"options": 3, "several": False},
    }
    assert by_id["q2"]["items"] == 3 and by_id["q3"]["pieces"] == 2 and by_id["q1"]["points"] == 4
