"""Attacks on people: trainers who look at what was handed in, other learners, and whoever trusts the results."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from grader.bench.attacks.attack import Attack, NotTried, gains
from grader.bench.attacks.ground import runs_in_a_browser
from grader.bench.attacks.handed_in import inbound, take_in
from grader.bench.attacks.notebooks import HONEST, RAN, as_text, filled, formgrader_page, loud, script_cells
from grader.bench.attacks.ours import CLASS, CLASSIC, KEY, Ours
from grader.bench.attacks.stock import Stock
from grader.class_directory import course_directory
from grader.inbox import accept, accept_assignment
from grader.same_code import same_code
from grader.source_notebook import read_notebook
from grader.workspace import UnsafeName

_SCRIPT = '<script>window.hacked=20</script><img src=x onerror="window.hacked=21"></textarea>'
_FORMULAS = ("=1+1", "+1+1", "@SUM(1)", "-1+1", "=cmd|' /C calc'!A0")


def _with_script_in_markdown(notebook: dict[str, Any]) -> dict[str, Any]:
    """Add what a learner may add: text and raw cells, and notes that templates write into tags."""
    metadata = {
        "tags": ['x"><script>window.hacked=30</script>'],
        "magics_language": 'x"><script>window.hacked=31</script>',
    }
    texts = [
        {"cell_type": "markdown", "id": "m1", "metadata": metadata, "source": f"{_SCRIPT} [a](javascript:hacked=1)"}
    ]
    texts += [{"cell_type": "raw", "id": "m2", "metadata": {"raw_mimetype": "text/html"}, "source": _SCRIPT}]
    notebook["cells"] += texts
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["metadata"] = metadata | cell["metadata"]
    return notebook


def _script(ours: Ours) -> str:
    answers = {"q3": {"kind": "choice", "picked": ["C"]}, "q4": {"kind": "text", "text": _SCRIPT}}
    table = f"lesson.answer('q2', {{{_SCRIPT!r}: [{_SCRIPT!r}], 'kg': [1]}})"
    one = ours.code({"q1-code": script_cells(), "q2-code": table}, answers)
    notebook = _with_script_in_markdown(filled(ours.classic_blank, {"tong": loud(script_cells())}))
    two = ours.hand_in_files({"ps1.ipynb": as_text(notebook).encode()})
    pages = {}
    for name, tried in (("lesson", one), ("classic", two)):
        [page] = tried.autograded.glob("*.ipynb")
        pages[f"formgrader ({name})"] = formgrader_page(ours.config, page)
        pages[f"feedback ({name})"] = tried.feedback
        if RAN not in tried.outputs:
            raise NotTried(f"the script of {name} was not put out")
    return runs_in_a_browser(pages)


def _script_stock(stock: Stock) -> str:
    tried = stock.classic({"tong": script_cells()})
    [notebook] = tried.autograded.glob("*.ipynb")
    return runs_in_a_browser({"formgrader": formgrader_page(stock.config, notebook), "feedback": tried.feedback})


def _exported(db_url: str, folder: Path) -> list[str]:
    """Return the cells of nbgrader's own CSV export that a spreadsheet takes for a formula."""
    target = folder / "grades.csv"
    with Gradebook(db_url) as gradebook:
        exporter = CsvExportPlugin()
        exporter.to = str(target)
        exporter.export(gradebook)
    rows = list(csv.reader(target.read_text("utf-8").splitlines()))
    if len(rows) < 2:
        raise NotTried("nothing was exported")
    return [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t")]


def _formula(ours: Ours) -> str:
    taken = []
    for name in _FORMULAS:
        try:
            accept(ours.workspace, CLASS, name, ours.record({}))
            taken.append(name)
        except UnsafeName:
            continue
    inbound(ours, "=1+1", f"=1+1+{CLASSIC}+2026-11-24 03:00:00 UTC+x", lambda folder: None)
    take_in(ours)
    ours.code({"q1-code": "lesson.answer('q1', '=1+1')", "q2-code": "lesson.answer('q2', {'=1+1': ['=1+1']})"})
    cells = _exported(course_directory(ours.workspace, CLASS).db_url, ours.ground.root)
    return gains(f"names taken: {taken}" if taken else "", f"formulas in the export: {cells}" if cells else "")


def _formula_stock(stock: Stock) -> str:
    learner = stock.lay_in(CLASSIC, stock.blank[CLASSIC], learner="=1+1")
    stock.autograde(CLASSIC, learner)
    cells = _exported(f"sqlite:///{stock.root / 'gradebook.db'}", stock.ground.root)
    return f"formulas in the export: {cells}" if cells else ""


_COPIED = {
    "q1-code": "# mình lọc trước rồi mới cộng\nchi_tan_cuong = bang[bang['xa'] == 'Tân Cương']\ntong = 0\n"
    "for can_nang in chi_tan_cuong['kg']:\n    tong = tong + can_nang\nlesson.answer('q1', tong)",
    "q2-code": "bang_cong = {}\nfor xa, can_nang in zip(bang['xa'], bang['kg']):\n"
    "    bang_cong[xa] = bang_cong.get(xa, 0) + can_nang\nlesson.answer('q2', bang_cong)",
}


def _copying(ours: Ours) -> str:
    handed_in = []
    for cells in (_COPIED, _COPIED, HONEST, HONEST):
        tried = ours.code(cells, ran=False)
        handed_in.append((tried.submission.learner, tried.submission.notebook or ""))
    found = same_code(KEY, read_notebook(ours.workspace.source_notebook(KEY)), handed_in)
    copied, original = handed_in[1][0], handed_in[0][0]
    seen = [one for one in found if set(one.learners) == {original, copied}]
    others = [one for one in found if one not in seen]
    return gains("" if seen else "nobody would notice", "honest short answers are blamed" if others else "")


def _file_name(ours: Ours) -> str:
    """The name of a file goes to the pages of trainers: none may be HTML."""
    name = '<img src=x onerror="window.hacked=1">'
    submission = accept_assignment(
        ours.workspace,
        CLASS,
        ours.new_learner(),
        CLASSIC,
        {"ps1.ipynb": as_text(ours.classic_blank).encode(), name: b"x"},
    )
    tried = ours.grade(submission)
    pages = {"told": f"<p>{tried.told}</p>"}
    if tried.state == "graded":
        pages["feedback"] = tried.feedback
    return runs_in_a_browser(pages)


CASES = [
    Attack(
        "stored-script",
        "people",
        "script in an answer, an output or a file name shown to a trainer (stored XSS)",
        "puts scripts into answers and outputs; pages about them are opened in Chromium",
        _script,
        _script_stock,
    ),
    Attack(
        "script-in-file-name",
        "people",
        "script in an answer, an output or a file name shown to a trainer (stored XSS)",
        "names a file as HTML",
        _file_name,
    ),
    Attack(
        "formula",
        "people",
        "a formula in an exported spreadsheet cell",
        "bears a name that a spreadsheet runs",
        _formula,
        _formula_stock,
    ),
    Attack("copying", "people", "copying another learner's notebook", "hands in another learner's code", _copying),
]
