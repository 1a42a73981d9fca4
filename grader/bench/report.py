"""What was measured, on what, as one object and as a table."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import TYPE_CHECKING, Any

import psutil
from rich.table import Table

from grader.bench.network import KBIT_PER_S, LATENCY_MS
from grader.bench.visits import CAP_SECONDS, PC, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

COMPARED = ("first_visit_bytes", "second_lesson_bytes", "first_answer_s")
_PACKAGES = (
    "binh-dan-hoc-ai",
    "jupyterhub",
    "jupyterlab",
    "nbgrader",
    "anywidget",
    "voila",
    "playwright",
    "pandas",
    "distributed",
)


def machine() -> dict[str, Any]:
    """Return the machine, how busy it was, and the versions of what was measured."""
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load_average_1min": round(psutil.getloadavg()[0], 1),
        "machine": platform.machine(),
        "system": platform.platform(terse=True),
        "versions": {"python": platform.python_version(), **versions},
    }


def measured_on(chromium: str) -> dict[str, Any]:
    """Return the machine, the versions and the network's settings.

    Parameters
    ----------
    chromium : str
        The browser's version.
    """
    seen = machine()
    seen["versions"] |= {"chromium": chromium}
    return {
        **seen,
        "network": {
            "kbit_per_s": KBIT_PER_S,
            "latency_ms": LATENCY_MS,
            "emulated_by": "Chromium",
            "for": "first_answer_s",
        },
        "viewport": {"page": _size(PHONE), "jupyterlab": _size(PC), "voila": _size(PC)},
        "cap_s": CAP_SECONDS,
    }


def as_object(results: dict[str, dict[str, Any]], rest: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """Put the results of the three surfaces into the object that ``--json`` prints.

    Parameters
    ----------
    results : dict
        By surface (``page``, ``jupyterlab``, ``voila``): what was measured; what is missing becomes ``None``.
    rest : dict
        ``submit_to_result_s``, ``memory_mb``, ``measured_on``.
    notes : list of str
        What could not be measured, and why.
    """
    whole = {name: {**dict.fromkeys(COMPARED), **found} for name, found in results.items()}
    page = whole.pop("page")
    return {**page, **rest, **whole, "notes": notes}


def as_table(report: dict[str, Any]) -> Table:
    """Return the comparison, with how many times more than the page the others take."""
    table = Table("", "Trang bài học", "JupyterLab", "Voilà")
    lines = (
        ("first_visit_bytes", "Mở bài đầu (kB)", 1000),
        ("second_lesson_bytes", "Thêm cho bài thứ hai (kB)", 1000),
        ("first_answer_s", f"Đến câu trả lời đầu (giây, {KBIT_PER_S} kbit/s)", 1),
    )
    for key, label, unit in lines:
        own = report[key]
        cells = [_number(own, unit)]
        for other in ("jupyterlab", "voila"):
            value = report[other][key]
            ratio = f" (×{value / own:.1f})" if value is not None and own else ""
            cells.append(_number(value, unit) + ratio)
        table.add_row(label, *cells)
    memory = report["memory_mb"]
    table.add_row("Bộ nhớ cả lớp học, một người (MB)", _number(memory["page"]), _number(memory["jupyterlab"]), "—")
    table.add_row("Từ “Nộp bài” đến kết quả (giây)", _number(report["submit_to_result_s"]), "—", "—")
    return table


def _size(viewport: ViewportSize) -> str:
    return f"{viewport['width']}x{viewport['height']}"


def _number(value: float | None, unit: int = 1) -> str:
    if value is None:
        return "không đo được"
    return f"{value / unit:.1f}".replace(".", ",")
