"""A small lesson with every widget of the page, written as a source notebook."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KEY = "level1/03"
NAME = "03-hoi-mot-cau-ra-viec"

SIDECAR = """\
nong-dan:
  scene: "**Chuyện của cô Hoa.** Chè đang ra búp thì lá vàng từng đốm. Cô muốn hỏi AI trước khi gọi khuyến nông."
  p1:
    options:
      - Chè bị sao?
      - Chè trung du 5 năm tuổi ở vùng đồi, lá non vàng đốm sau 3 ngày mưa. Nguyên nhân nào hay gặp, cần xem gì?
      - Cho tôi thuốc trị bệnh chè tốt nhất.
"""


def _graded(id: str, expected: str, points: int) -> nbformat.NotebookNode:
    source = (
        f'lesson.saved("{id}")\n### BEGIN HIDDEN TESTS\nlesson.expect("{id}", points={points}, {expected})\n'
        "### END HIDDEN TESTS"
    )
    marks = {"grade": True, "solution": False, "locked": True, "points": points, "grade_id": id, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": {**marks, "task": False, "cell_type": "code"}})


def sample_cells() -> list[nbformat.NotebookNode]:
    text, code = new_markdown_cell, new_code_cell
    return [
        text("# Bài 1.3 · Hỏi một câu ra việc\n\nHọc xong bài này, bạn hỏi AI **một câu là ra việc**."),
        code('from course import Lesson\n\nlesson = Lesson("level1/03")\nlesson.start()'),
        text("## Nhớ lại · Câu nào phải kiểm lại?"),
        code(
            'lesson.choice("p2", "AI nói câu nào thì phải kiểm lại?", ["Số điện thoại trạm y tế", "Lời chào"],'
            ' right="A", reasons=["Đúng, **số** thì phải kiểm.", "Lời chào sai cũng không hại."])'
        ),
        text("## Tự làm · Câu hỏi nào AI trả lời được ngay?"),
        code('lesson.text("scene", "Chuyện ở xã: cần hỏi AI **một việc**.", tone="story")'),
        code(
            'lesson.choice("p1", "Chọn câu hỏi đủ ý.", ["Sao thế?", "Hôm qua, ở thôn tôi, họp lúc nào?", "Tốt nhất?"],'
            ' right="B", reasons=["Thiếu cả bốn ý.", "Có cây gì, ở đâu, từ lúc nào, và muốn gì.",'
            ' "Xin thuốc khi chưa biết bệnh."])'
        ),
        text("## Tự làm · Viết một câu hỏi đủ ý"),
        code('lesson.short_text("q1", "Viết câu hỏi của bạn.", parts=["Việc gì", "Ở đâu", "Lúc nào"], rows=3)'),
        _graded("q1", 'parts={"Việc gì": ["chè"], "Ở đâu": ["xóm"]}, because="Đủ ý."', 4),
        text("## Tự làm · Xếp và đánh dấu"),
        code('lesson.order("q2", "Xếp các bước theo thứ tự.", ["Gửi câu hỏi", "Đọc lại", "Viết câu hỏi"])'),
        _graded("q2", 'order="CBA"', 2),
        code('lesson.mark("q3", "Đánh dấu chỗ cần kiểm.", "Giá chè là [[300 nghìn]] một cân, [[chè rất ngon]].")'),
        _graded("q3", "marks=[1]", 2),
        code(
            'lesson.dictation("q4", "Đọc câu này rồi sửa lại.", say="Xã Văn Lăng họp lúc bảy giờ.",'
            ' recorded="xã văn lang họp lúc 7 giờ")'
        ),
        _graded("q4", 'fixes=[{"want": "Văn Lăng", "not": "văn lang", "why": "Tên xã viết hoa, đủ dấu."}]', 2),
        text("## Ứng dụng ngay · Làm luôn hôm nay"),
        code('lesson.today("Tối nay hỏi AI một việc ở nhà mình, đủ bốn ý.")'),
        text("## Nộp bài · Nộp bài"),
        code("lesson.submit()"),
    ]


def write_sample(folder: Path, cells: list[nbformat.NotebookNode] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}.ipynb"
    nbformat.write(new_notebook(cells=cells or sample_cells()), path)
    (folder / f"{NAME}.yml").write_text(SIDECAR, "utf-8")
    return path
