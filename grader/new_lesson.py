"""``bdhai new-lesson``: a lesson begun from the pattern that all lessons of level 1 follow.

What the writer has to replace begins with ``VIẾT:``; ``bdhai check`` refuses a lesson that still has one.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.curriculum import LessonEntry, load_curriculum
from grader.files import replace_whole
from grader.release.clean import clean_file
from grader.specimens import FOLDER
from grader.workspace import Workspace

# Each: kind of cell, its id, its source. Steps and their order are the pattern (docs/viet-bai-hoc.md).
_CELLS = (
    ("markdown", "title", "# {title}\n\nVIẾT: học xong bài này làm được **một việc** gì? ({outcome})"),
    ("code", "start", 'from course import Lesson\n\nlesson = Lesson("{lesson}")\nlesson.start()'),
    ("markdown", "recall-step", "## Nhớ lại · VIẾT: hỏi lại điều đã học\n\nVIẾT: nhớ lại bài liền trước."),
    (
        "code",
        "recall",
        'lesson.choice(\n    "p1",\n    "VIẾT: câu hỏi nhớ lại?",\n    ["VIẾT: lựa chọn một", "VIẾT: lựa chọn hai"],\n'
        '    right="A",\n    reasons=["VIẾT: vì sao đúng.", "VIẾT: vì sao chưa phải."],\n)',
    ),
    ("markdown", "example-step", "## Làm mẫu · VIẾT: một việc làm trọn vẹn"),
    ("code", "example", 'lesson.text("example", """VIẾT: làm mẫu từng bước, nói rõ vì sao.""", tone="story")'),
    ("markdown", "together-step", "## Làm cùng · VIẾT: làm nốt nửa còn lại"),
    (
        "code",
        "together",
        'lesson.mark(\n    "p2",\n    "VIẾT: đánh dấu chỗ nào?",\n    "VIẾT: [[chỗ thứ nhất]] và [[chỗ thứ hai]].",\n'
        '    right=[1],\n    reasons={{1: "VIẾT: vì sao đánh dấu.", 2: "VIẾT: vì sao để yên."}},\n)',
    ),
    ("markdown", "alone-step", "## Tự làm · VIẾT: tự làm một việc"),
    (
        "code",
        "alone",
        'lesson.choice(\n    "q1",\n    "VIẾT: câu hỏi, bản một?",\n'
        '    ["VIẾT: lựa chọn một", "VIẾT: lựa chọn hai", "VIẾT: lựa chọn ba"],\n'
        '    pool=[\n        {{"ask": "VIẾT: câu hỏi, bản hai?", '
        '"options": ["VIẾT: một", "VIẾT: hai", "VIẾT: ba"]}},\n    ],\n)',
    ),
    (
        "code",
        "q1-test",
        'lesson.saved("q1")\n### BEGIN HIDDEN TESTS\nlesson.expect(\n    "q1",\n    points=4,\n    choice="B",\n'
        '    because="VIẾT: vì sao đúng, lần sau nhớ điều gì.",\n'
        '    wrong={{"A": "VIẾT: lần sau nhìn vào đâu.", "C": "VIẾT: lần sau nhìn vào đâu."}},\n'
        '    pool=[\n        dict(\n            choice="A",\n            because="VIẾT: vì sao đúng.",\n'
        '            wrong={{"B": "VIẾT: nhìn vào đâu.", "C": "VIẾT: nhìn vào đâu."}},\n        )\n    ],\n)\n'
        "### END HIDDEN TESTS",
    ),
    ("markdown", "write-step", "## Tự làm · VIẾT: viết một câu"),
    (
        "code",
        "write",
        'lesson.short_text("q2", "VIẾT: viết gì, gửi cho ai?", parts=["Việc gì", "Lúc nào"], rows=4)',
    ),
    (
        "code",
        "q2-test",
        'lesson.saved("q2")\n### BEGIN HIDDEN TESTS\nlesson.expect(\n    "q2",\n    points=6,\n'
        '    parts={{"Việc gì": ["họp"], "Lúc nào": ["giờ"]}},\n    because="VIẾT: vì sao thế là đủ.",\n'
        '    wrong={{"Việc gì": "VIẾT: thiếu việc thì sao.", "Lúc nào": "VIẾT: thiếu giờ thì sao."}},\n)\n'
        "### END HIDDEN TESTS",
    ),
    ("markdown", "submit-step", "## Nộp bài · VIẾT: xem mình làm tới đâu"),
    ("code", "submit", "lesson.submit()"),
    ("code", "today", 'lesson.today("VIẾT: một việc làm được ngay hôm nay.")'),
)
_NAMED = {
    "p1": '{{ask: "VIẾT: câu hỏi nhớ lại?"}}',
    "example": '"VIẾT: chuyện của nhóm này."',
    "q1": '{{ask: "VIẾT: câu hỏi, bản một?", pool: [{{ask: "VIẾT: câu hỏi, bản hai?"}}]}}',
    "today": '"VIẾT: một việc làm ngay của nhóm này."',
}
_SPECIMENS = """\
# Bài {number}: bài làm trọn điểm, và những lỗi hay gặp với số điểm phải ra.
solution:
  q1: {{kind: choice, picked: [B]}}
  q2: {{kind: text, text: "Mời bà con họp lúc 19 giờ."}}
pool:
  q1: [{{kind: choice, picked: [A]}}]
mistakes:
  - name: "VIẾT: lỗi hay gặp thứ nhất"
    answers: {{q1: {{kind: choice, picked: [A]}}}}
    points: {{q1: 0}}
  - name: "VIẾT: lỗi hay gặp ở bản hai"
    answers: {{q1: {{kind: choice, picked: [B]}}}}
    items: {{q1: 2}}
    points: {{q1: 0}}
  - name: "VIẾT: viết thiếu một ý"
    answers: {{q2: {{kind: text, text: "Mời bà con họp."}}}}
    points: {{q2: 3}}
"""


class LessonExists(Exception):
    """There is a lesson of this number already. The message is Vietnamese."""


def start_lesson(workspace: Workspace, lesson: str, title: str, specimens: Path = FOLDER) -> list[Path]:
    """Write the notebook, the texts by audience and the specimens of a new lesson; return their paths.

    Raises
    ------
    KeyError, ValueError
        When the curriculum has no such lesson, or the title has no letters.
    LessonExists
        When a file of the lesson is there: nothing is written over.
    """
    curriculum = load_curriculum()
    try:
        entry = curriculum.lesson(lesson)
    except KeyError:
        raise KeyError(f"Chương trình học không có bài {lesson}. Viết như level1/04.") from None
    level, number = lesson.split("/")
    title = unicodedata.normalize("NFC", title.strip())
    stem = f"{number}-{slug_of(title)}"
    notebook, sidecar = (workspace.lessons / level / f"{stem}{suffix}" for suffix in (".ipynb", ".yml"))
    keys = specimens / f"{lesson}.yml"
    there = [*sorted((workspace.lessons / level).glob(f"{number}-*")), *([keys] if keys.exists() else [])]
    if there:
        raise LessonExists(f"Bài {entry.number} đã có: {', '.join(path.name for path in there)}.")
    audiences = "\n".join(
        "\n".join([f"{id}:", *(f"  {name}: {text.format()}" for name, text in _NAMED.items())])
        for id in curriculum.audiences
    )
    head = f"# Lời của bài {entry.number} theo từng nhóm. Mục nào bỏ đi thì nhóm ấy đọc lời chung trong sổ bài.\n"
    for path in (notebook, keys):
        path.parent.mkdir(parents=True, exist_ok=True)
    replace_whole(notebook, nbformat.writes(_notebook(entry, title)).encode())
    clean_file(notebook)
    replace_whole(sidecar, f"{head}{audiences}\n".encode())
    replace_whole(keys, _SPECIMENS.format(number=entry.number).encode())
    return [notebook, sidecar, keys]


def slug_of(title: str) -> str:
    """Return a title as a file's name has it: ``Nhận ra lừa đảo`` is ``nhan-ra-lua-dao``.

    Raises
    ------
    ValueError
        When nothing is left.
    """
    signs = unicodedata.normalize("NFD", title.lower().replace("đ", "d"))
    plain = "".join(sign for sign in signs if not unicodedata.combining(sign))
    if not (slug := re.sub(r"[^a-z0-9]+", "-", plain).strip("-")):
        raise ValueError("Tên bài cần có chữ, ví dụ “Nhận ra lừa đảo”.")
    return slug


def _notebook(entry: LessonEntry, title: str) -> nbformat.NotebookNode:
    cells = []
    for kind, id, source in _CELLS:
        text = source.format(title=title, lesson=entry.key, outcome=entry.outcome)
        cell = (new_markdown_cell if kind == "markdown" else new_code_cell)(text)
        cell.id = id
        cells.append(cell)
    return new_notebook(cells=cells)
