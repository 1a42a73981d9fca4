"""A small lesson that asks for files, with the repository's folders around it."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from grader.release.clean import clean_file
from grader.workspace import Workspace

KEY = "level5/01"
STEM = "01-lam-bao-cao"
_VISIBLE = "xa,kg\nTân Cương,10\nLa Bằng,4\n"
_HIDDEN = "xa,kg\nTân Cương,31.5\nLa Bằng,11\n"

WORD = """
import docx
tep = docx.Document()
tep.add_heading("Báo cáo", 1)
tep.add_paragraph(f"Tổng sản lượng là {bang['kg'].sum():g} kg.")
tep.save("bao-cao.docx")
""".strip()
SHEET = """
bang.to_excel("bang.xlsx", sheet_name="Chè", index=False)
""".strip()

_CELLS = {
    "start": 'from course import Lesson\n\nlesson = Lesson("level5/01")\nlesson.start()',
    "read": "import pandas as pd\n\nbang = pd.read_csv(lesson.data())",
    "ask-1": 'lesson.task("q1", "Làm báo cáo", wants="file")',
    "code-1": f'### BEGIN SOLUTION\n{WORD}\n### END SOLUTION\nlesson.answer("q1", "bao-cao.docx")',
    "test-1": """lesson.saved("q1")
### BEGIN HIDDEN TESTS
lesson.expect(
    "q1",
    points=4,
    file={
        "Tiêu đề": lambda document: document.paragraphs[0].is_heading,
        "Tổng": lambda document, bang: document.has(f"{bang['kg'].sum():g} kg"),
    },
    wrong={"Tổng": "Tổng trong báo cáo chưa khớp với bảng."},
    because="Báo cáo đúng với bảng.",
)
### END HIDDEN TESTS""",
    "ask-2": 'lesson.task("q2", "Xuất bảng", wants="file")',
    "code-2": f'### BEGIN SOLUTION\n{SHEET}\n### END SOLUTION\nlesson.answer("q2", "bang.xlsx")',
    "test-2": """lesson.saved("q2")
### BEGIN HIDDEN TESTS
lesson.expect(
    "q2",
    points=2,
    file=lambda document, bang: [
        ("Tên trang", document.sheets[0].name == "Chè", "Trang tính cần tên là Chè."),
        ("Số", [row["kg"] for row in document.sheet().table("xa", "kg")] == list(bang["kg"]), "Số chưa đúng."),
    ],
)
### END HIDDEN TESTS""",
    "submit": "lesson.submit()",
}


def write_file_lesson(root: Path, learner_code: dict[str, str] | None = None) -> Workspace:
    """Write the lesson and its data below ``root/repository``.

    Parameters
    ----------
    learner_code
        Sources in place of the lesson's own, by cell id.
    """
    repository = root / "repository"
    path = repository / "level5" / f"{STEM}.ipynb"
    for folder, table in ((path.parent, _VISIBLE), (repository / "grader/hidden_data/level5", _HIDDEN)):
        data = folder / "data" / "01" / "can-bo.csv"
        data.parent.mkdir(parents=True, exist_ok=True)
        data.write_text(table, "utf-8")
    nbformat.write(notebook_with(learner_code or {}), path)
    clean_file(path)
    return Workspace(root / "state", repository)


def notebook_with(replaced: dict[str, str]) -> nbformat.NotebookNode:
    """The lesson's notebook, with some cells' sources replaced."""
    return new_notebook(cells=[new_code_cell(replaced.get(id, source), id=id) for id, source in _CELLS.items()])


def answering(code: str, file: str = "bao-cao.docx") -> dict[str, str]:
    """Question 1 answered by some code that makes a file."""
    return {"code-1": f'{code}\nlesson.answer("q1", "{file}")'}
