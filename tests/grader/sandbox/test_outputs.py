"""Outputs are what nbclient and a real kernel leave in the notebook: nbgrader's score is read from them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

CELLS = {
    "result": "1 + 1",
    "quiet": "1 + 1;",
    "nothing": "x = 3",
    "streams": "import sys\nprint('một')\nprint('hai')\nprint('ba', file=sys.stderr)\nprint('bốn')",
    "stream and result": "print('trước')\n{'a': [1, 2]}",
    "error": "print('sắp hỏng')\n1 / 0",
    "error with a message": "def f():\n    raise ValueError('không được')\nf()",
    "syntax error": "đây không phải Python",
    "assertion": "assert x == 4, 'x phải bằng 4'",
    "system exit": "import sys\nsys.exit(3)",
    "hidden error": "get_ipython().showtraceback = lambda *a, **k: None\n1 / 0",
    "traceback back": "del get_ipython().showtraceback",
    "pandas": "import pandas as pd\npd.DataFrame({'xã': ['Tân Cương'], 'kg': [2.5]})",
    "display": "from IPython.display import HTML, Markdown\ndisplay(HTML('<b>a</b>'), Markdown('# a'))\nprint('b')",
    "display ids": "h = display('cũ', display_id='nhãn')\nh.update('mới')",
    "clear": "from IPython.display import clear_output\nprint('bỏ')\nclear_output()\nprint('giữ')",
    "clear late": "print('bỏ')\nclear_output(wait=True)\nprint('giữ')",
    "await": "import asyncio\nawait asyncio.sleep(0)\n'xong'",
    "shell": "!echo chào && echo lỗi >&2\nlines = !echo a; echo b\nlines",
    "bash": "%%bash\necho từ bash\nexit 0",
    "magics": "%env BDHAI_MAGIC=1",
    "input": "input('tên?')",
    "repr that fails": "class Bad:\n    def __repr__(self):\n        raise RuntimeError('hỏng')\nBad()",
    "json": "from IPython.display import JSON\nJSON({'a': [1, None]})",
    "counts": "_ih[1], Out[1]",
    "warning": "import warnings\nwarnings.warn('coi chừng')",
    "partial": "0.5",
    "subprocess": "import os\n_ = os.system('echo từ os.system')",
    "widget": "import ipywidgets\nipywidgets.IntSlider(value=3)",
    "repr of bytes": "print('\\ud800'.encode('utf-8', 'replace'))\nb'\\x00'",
}


@pytest.fixture(scope="module")
def both(sandbox, tmp_path_factory) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    from tests.grader.sandbox.conftest import CodeCell, Job

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS.values()])
    folder = Path(tmp_path_factory.mktemp("kernel"))
    client = NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": str(folder)}}, timeout=60)
    client.on_cell_executed = _as_nbgrader_does
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST")  # with it ipykernel leaves out what subprocesses print
        client.execute()
    stock = {name: cell.outputs for name, cell in zip(CELLS, notebook.cells, strict=True)}
    run = sandbox.run(Job(tuple(CodeCell(name, source) for name, source in CELLS.items()), draw=True))
    assert run.state == "finished"
    return stock, run.outputs


def _as_nbgrader_does(**kwargs: Any) -> None:
    from nbgrader.preprocessors import Execute

    Execute.on_cell_executed(None, **kwargs)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CELLS)
def test_like_a_kernel(both, name: str) -> None:
    stock, ours = (_normal(side[name]) for side in both)
    if name == "input":  # the function that refuses is another one, and stands in the traceback
        stock, ours = ([{**output, "traceback": []} for output in side] for side in (stock, ours))
    assert ours == stock


def test_outputs_are_nbformat(both) -> None:
    _, ours = both
    cells = [nbformat.v4.new_code_cell("", outputs=[nbformat.from_dict(o) for o in items]) for items in ours.values()]
    nbformat.validate(nbformat.v4.new_notebook(cells=cells))


def test_nbgrader_reads_the_same_points(both) -> None:
    stock, ours = both
    for name in CELLS:
        points = []
        for outputs in (stock[name], ours[name]):
            cell = nbformat.v4.new_code_cell("", outputs=[nbformat.from_dict(dict(output)) for output in outputs])
            cell.metadata["nbgrader"] = {"grade": True, "solution": False, "locked": True, "points": 2, "grade_id": "a"}
            points.append(_points(cell))
        assert points[0] == points[1], name


def test_charts_are_drawn_when_asked(run) -> None:
    source = "import matplotlib.pyplot as plt\nplt.bar(['a'], [1]);"
    drawn = run(source, "plt.plot([1, 2])\nplt.show()", draw=True)
    assert [output["output_type"] for output in drawn.outputs["c0"]] == ["display_data"]
    assert drawn.outputs["c0"][0]["data"]["image/png"].startswith("iVBOR")
    assert [output["output_type"] for output in drawn.outputs["c1"]] == ["display_data"]
    silent = run(source, "%matplotlib inline\nplt.plot([1, 2]);\nplt.show()", "len(plt.get_fignums())")
    assert silent.outputs["c0"] == [] and silent.outputs["c1"] == []
    assert silent.outputs["c2"][0]["data"]["text/plain"] == "0"


def test_a_chart_of_one_cell_is_not_drawn_into_by_the_next(run) -> None:
    run = run("import matplotlib.pyplot as plt\nplt.bar(['a'], [1]);", "plt.bar(['b'], [2]);\nlen(plt.gca().patches)")
    assert run.outputs["c1"][0]["data"]["text/plain"] == "1"


def test_figures_that_are_no_json(run) -> None:
    outcome = run("from IPython.display import JSON\nJSON({'a': float('nan')})", "print('nửa \\ud800')")
    assert outcome.outputs["c0"][0]["data"]["application/json"] == {"a": None}
    assert outcome.outputs["c1"][0]["text"] == "nửa ?\n"


def test_exit_in_a_cell_does_not_stop_the_next(run) -> None:
    outcome = run("exit()", "1")
    assert outcome.state == "finished"
    assert outcome.outputs["c1"][0]["data"]["text/plain"] == "1"


def _points(cell: Any) -> Any:
    try:
        return determine_grade(cell)
    except (ValueError, KeyError) as error:
        return type(error).__name__


def _normal(outputs: list[Any]) -> list[dict[str, Any]]:
    """Streams of one kind in a row as one; without what differs from run to run."""
    merged: list[dict[str, Any]] = []
    for output in outputs:
        output = dict(output)
        last = merged[-1] if merged else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
            continue
        merged.append(output)
    return [_without_places(output) for output in merged]


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_places(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_places(part) for part in value]
    if isinstance(value, str):
        value = re.sub(r"0x[0-9a-f]+|[0-9a-f]{32}", "…", value)
        return re.sub(r"/\S*/ipykernel_\d+/\d+\.py", "<cell>", value)
    return value
