"""A small lesson whose questions have several items, written as a source notebook with its keys."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KEY = "level1/04"
NAME = "04-tim-kiem-thong-minh"

SIDECAR = """\
nong-dan:
  q1:
    options: [Chè của mình, Thời tiết, Giá phân]
    pool:
      - {ask: Bản hai của bác nông dân?, options: [Rau, Lúa, Ngô]}
      - {}
"""

CHOICE = """\
lesson.choice("q1", "Bản một?", ["Một A", "Một B", "Một C"],
              pool=[{"ask": "Bản hai?", "options": ["Hai A", "Hai B", "Hai C"]},
                    {"ask": "Bản ba?", "options": ["Ba A", "Ba B", "Ba C"]}])"""
CHOICE_KEY = """\
lesson.expect("q1", points=3, choice="B", because="Vì B một.", wrong={"A": "A một sai.", "C": "C một sai."},
              pool=[dict(choice="A", because="Vì A hai.", wrong={"B": "B hai sai."}),
                    dict(choice="C", hint="Xem lại ba.")])"""
MARK = """\
lesson.mark("q2", "Đánh dấu.", "Số [[một]] và [[hai]].", pool=[{"text": "Chữ [[ba]] và [[bốn]]."}])"""
MARK_KEY = 'lesson.expect("q2", points=2, marks=[1], pool=[dict(marks=[2], wrong={1: "Ba đúng rồi."})])'
PRACTICE = """\
lesson.choice("p1", "Thử một?", ["Đúng một", "Sai một"], right="A", reasons=["Đúng.", "Sai."],
              pool=[{"ask": "Thử hai?", "options": ["Sai hai", "Đúng hai"], "right": "B"}])"""


def graded(id: str, expected: str, points: int) -> nbformat.NotebookNode:
    source = f'lesson.saved("{id}")\n### BEGIN HIDDEN TESTS\n{expected}\n### END HIDDEN TESTS'
    marks = {"grade": True, "solution": False, "locked": True, "points": points, "grade_id": id, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": {**marks, "task": False, "cell_type": "code"}})


def pool_cells() -> list[nbformat.NotebookNode]:
    text, code = new_markdown_cell, new_code_cell
    return [
        text("# Bài 1.4 · Tìm kiếm thông minh\n\nMỗi câu có vài bản."),
        code('from course import Lesson\n\nlesson = Lesson("level1/04")\nlesson.start()'),
        text("## Làm cùng · Thử một câu"),
        code(PRACTICE),
        text("## Tự làm · Chọn"),
        code(CHOICE),
        graded("q1", CHOICE_KEY, 3),
        text("## Tự làm · Đánh dấu"),
        code(MARK),
        graded("q2", MARK_KEY, 2),
        text("## Nộp bài · Nộp bài"),
        code("lesson.submit()"),
    ]


def write_pool_lesson(folder: Path, cells: list[nbformat.NotebookNode] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}.ipynb"
    nbformat.write(new_notebook(cells=cells or pool_cells()), path)
    (folder / f"{NAME}.yml").write_text(SIDECAR, "utf-8")
    return path
