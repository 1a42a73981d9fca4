"""A small lesson with code, as its author writes it, with data to practise on and others to grade on."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.release.clean import clean_file

KEY = "level4/04"
NAME = "04-che-theo-xa.ipynb"
VISIBLE = "xa,thang,kg\nTân Cương,1,10\nLa Bằng,1,4\nTân Cương,2,2.5\nVõ Nhai,2,7\n"
HIDDEN = "xa,thang,kg\nTân Cương,1,30\nLa Bằng,1,11\nTân Cương,2,1.5\nVõ Nhai,2,5\n"

CELLS = [
    ("text", "# Chè theo xã"),
    ("start", 'from course import Lesson\n\nlesson = Lesson("level4/04")\nlesson.start()'),
    ("text", "## Làm mẫu · Mở bảng\n\nBảng chè của **bốn** lần cân."),
    ("read", 'import pandas as pd\n\nbang = pd.read_csv(lesson.data())\nprint("đã mở <bảng>")\nbang.head(2)'),
    ("sum", 'bang["kg"].sum()'),
    ("drawn", 'bang.groupby("thang")["kg"].sum().plot.bar(title="Theo tháng", xlabel="Tháng", ylabel="kg")'),
    ("text", "## Làm cùng · Thử"),
    (
        "try",
        'so = 0\n### BEGIN SOLUTION\nso = bang["kg"].max()\n### END SOLUTION\n'
        'lesson.answer("p1", so, right=lambda bang: bang["kg"].max(), because="Lấy .max().", hint="Dùng .max().")',
    ),
    ("text", "## Tự làm · Cộng"),
    ("ask-1", 'lesson.task("q1", "Tổng của **Tân Cương**?", wants="number", unit="kg")'),
    (
        "code-1",
        "tong = None\n### BEGIN SOLUTION\ntong = bang.loc[bang['xa'] == 'Tân Cương', 'kg'].sum()\n### END SOLUTION\n"
        'lesson.answer("q1", tong)',
    ),
    ("after", "tong"),
    (
        "test-1",
        'lesson.saved("q1")\n### BEGIN HIDDEN TESTS\n'
        'lesson.expect("q1", points=2, number=lambda bang: bang.loc[bang["xa"] == "Tân Cương", "kg"].sum(),\n'
        '    because="Lọc rồi cộng.", hint="Lọc trước đã.",\n'
        '    slips=[(lambda bang: bang["kg"].sum(), "Đây là tổng của mọi xã.")])\n### END HIDDEN TESTS',
    ),
    ("ask-2", 'lesson.task("q2", "Mỗi xã bao nhiêu?", wants="table")'),
    (
        "code-2",
        'theo_xa = None\n### BEGIN SOLUTION\ntheo_xa = bang.groupby("xa")["kg"].sum()\n### END SOLUTION\n'
        'lesson.answer("q2", theo_xa)',
    ),
    (
        "test-2",
        'lesson.saved("q2")\n### BEGIN HIDDEN TESTS\n'
        'lesson.expect("q2", points=3, table=lambda bang: bang.groupby("xa")["kg"].sum(), because="Mỗi xã một dòng.")\n'
        "### END HIDDEN TESTS",
    ),
    ("ask-3", 'lesson.choice("q3", "Cộng hay trừ?", ["Cộng", "Trừ"])'),
    (
        "test-3",
        'lesson.saved("q3")\n### BEGIN HIDDEN TESTS\nlesson.expect("q3", points=1, choice="A")\n### END HIDDEN TESTS',
    ),
    ("text", "## Nộp bài · Nộp"),
    ("submit", "lesson.submit()"),
    ("today", 'lesson.today("Cân chè.")'),
]


def write_code_lesson(root: Path, replaced: dict[str, str] | None = None, audience: str = "nong-dan") -> Path:
    """Write the lesson below ``root/level4`` and the data to grade on below ``root/hidden``; return the notebook.

    Parameters
    ----------
    replaced
        Sources in place of the lesson's own, by cell id.
    """
    cells = []
    for number, (id, source) in enumerate(CELLS):
        source = (replaced or {}).get(id, source)
        cells.append(new_markdown_cell(source, id=f"text-{number}") if id == "text" else new_code_cell(source, id=id))
    path = root / "level4" / NAME
    for folder, table in ((path.parent, VISIBLE), (root / "hidden", HIDDEN)):
        data = folder / "data" / "04" / f"{audience}.csv"
        data.parent.mkdir(parents=True, exist_ok=True)
        data.write_text(table, "utf-8")
    nbformat.write(new_notebook(cells=cells), path)
    clean_file(path)
    return path
