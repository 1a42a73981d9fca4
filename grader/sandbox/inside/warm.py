"""Do once what is slow the first time, so that no job has to."""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_PANDAS = """
import io
bang = pd.read_csv(io.StringIO("xa,thang,kg\\nA,1,2.5\\nB,2,3\\nA,2,4\\n"))
bang.info(buf=io.StringIO()); bang.describe(); bang["kg"].sum(); bang.loc[bang["xa"] == "A", "kg"].sum()
nhom = bang.groupby("xa")["kg"].sum().sort_values(ascending=False)
bang.groupby("xa", as_index=False).agg({"kg": "mean"}).to_dict("records")
bang.pivot_table(index="xa", columns="thang", values="kg", aggfunc="sum"); bang.merge(nhom, on="xa"); nhom.to_dict()
bang.sort_values("kg").head(); bang.assign(x=bang["kg"] * 2).rename(columns={"x": "y"})
bang["xa"].str.upper().value_counts()
pd.to_datetime(pd.Series(["2026-01-02"])).dt.month; bang.to_csv(index=False); repr(bang); bang._repr_html_()
nhom.reset_index()
"""
_CHARTS = """
hinh, truc = plt.subplots()
truc.bar(["a", "b"], [1, 2]); truc.set_title("Tên"); truc.set_xlabel("x"); truc.set_ylabel("y"); truc.legend(["a"])
hinh.savefig(io.BytesIO(), format="png", bbox_inches="tight")
plt.close("all")
"""
_LESSON = """
from course import Lesson
lesson = Lesson("{lesson}")
lesson.task("q1", "…", wants="number"); lesson.answer("q1", 1)
lesson.task("q2", "…", wants="table"); lesson.answer("q2", [{{"a": 1}}])
"""


def warm_up(libraries: Sequence[str]) -> None:
    """Import the libraries, those that are here, and put the common ones to work once."""
    names: dict[str, Any] = {"io": io}
    if any(name.startswith("matplotlib") for name in libraries):
        import matplotlib

        matplotlib.use("agg")
    for library in libraries:
        with contextlib.suppress(ModuleNotFoundError):
            names[library] = importlib.import_module(library)
    if "pandas" in names:
        names["pd"] = names["pandas"]
        exec(_PANDAS, names)
    if "matplotlib.pyplot" in names:
        names["plt"] = names["matplotlib.pyplot"]
        exec(_CHARTS, names)
        importlib.import_module("matplotlib_inline.backend_inline")
        names["plt"].switch_backend("module://grader.sandbox.inside.quiet_backend")
        if "pandas" in names:
            exec('nhom.plot.bar(title="x", xlabel="x", ylabel="x"); plt.close("all")', names)
    _run_cells()
    if "plt" in names:
        importlib.import_module("grader.sandbox.inside.quiet_backend").make_ready()


def _run_cells() -> None:
    """Run cells in a shell that is thrown away: displays, errors and magics load much when first used."""
    import sys

    from course.curriculum import load_curriculum
    from course.preparation import preparing
    from grader.sandbox.inside.outputs import Outputs
    from grader.sandbox.inside.shell import CellShell, connect, make_shell, run_cell, use_charts

    saved = sys.stdout, sys.stderr, sys.displayhook
    lesson = load_curriculum().levels[0].lessons[0].key
    table = "import pandas\npandas.DataFrame({'a': [1]})" if "pandas" in sys.modules else "1"
    cells = ("x = 1\nx", table, "print('a')", "1/0", "%time 1", "import asyncio\nawait asyncio.sleep(0)")
    outputs = Outputs(1 << 20, lambda: None, {})
    shell = make_shell()
    try:
        connect(shell, outputs, {"stdout": 1, "stderr": 2})
        use_charts(shell, draws=False)
        with preparing("can-bo", Path.cwd(), headless=True):
            for source in (*cells, _LESSON.format(lesson=lesson)):
                run_cell(shell, outputs, source)
    finally:
        sys.stdout, sys.stderr, sys.displayhook = saved
    CellShell.clear_instance()
