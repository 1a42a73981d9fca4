"""Learners' notebooks with hostile cells in them, and nbgrader's pages about them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

RAN = "ATTACK-RAN"
"""What a hostile cell prints first, so that an attack that never ran is not taken for one that failed."""

HONEST = {
    "q1-code": 'tong = bang.loc[bang["xa"] == "Tân Cương", "kg"].sum()\nlesson.answer("q1", tong)',
    "q2-code": 'theo_xa = bang.groupby("xa")["kg"].sum()\nlesson.answer("q2", theo_xa)',
}
HONEST_ANSWERS: dict[str, dict[str, Any]] = {
    "q3": {"kind": "choice", "picked": ["C"]},
    "q4": {"kind": "text", "text": "Chè xã Tân Cương, mùa xuân"},
}
HONEST_CLASSIC = {
    "tong": "def tong(so):\n    return sum(so)",
    "trung-binh": "def trung_binh(so):\n    return sum(so) / len(so)",
}


def filled(notebook: dict[str, Any], cells: Mapping[str, str]) -> dict[str, Any]:
    """Return a learner's notebook with other sources in the cells named (by ``grade_id`` or id)."""
    own = copy.deepcopy(notebook)
    for cell in own["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"])
        if name in cells and not cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["source"] = cells[name]
    return own


def loud(source: str) -> str:
    """Return a hostile cell that says that it ran."""
    return f"print({RAN!r})\n{source}"


def as_text(notebook: dict[str, Any]) -> str:
    """Return a notebook as a file holds it."""
    return json.dumps(notebook, ensure_ascii=False, indent=1)


def formgrader_page(config: Config, path: Path) -> str:
    """Draw an autograded notebook as formgrader shows it to a trainer."""
    own = copy.deepcopy(config)
    own.HTMLExporter.template_name = "formgrade"
    own.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = {
        **{"assignment_id": "a", "notebook_id": path.stem, "submission_id": "s", "index": 0, "total": 1},
        **{"base_url": "", "student": "hoa", "last_name": "", "first_name": "", "notebook_path": path.name},
    }
    html, _ = HTMLExporter(config=own).from_filename(str(path), resources=resources)
    return html


def script_cells(sign: str = "hacked") -> str:
    """Return Python source whose outputs carry a script in every format that a notebook page may show."""
    return "\n".join(
        (
            "from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display",
            f"display(HTML('<script>window.{sign}=1</script><img src=x onerror=\"window.{sign}=2\">'))",
            f"display(Javascript('window.{sign}=3'))",
            f"display(Markdown('<img src=x onerror=\"window.{sign}=4\">'))",
            f'display(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" onload="window.{sign}=5"/>\'))',
            "from IPython.display import publish_display_data as show",
            f"show({{'image/png': 'x\" onerror=\"window.{sign}=10'}})",
            f"show({{'image/png': 'eA=='}}, {{'image/png': {{'width': '1 onerror=window.{sign}=11'}}}})",
            f"show({{'text/latex': '<script>window.{sign}=12</script>'}})",
            f"show({{'text/plain': '<script>window.{sign}=13</script>'}})",
            f"display(Latex('<img src=x onerror=\"window.{sign}=6\">'))",
            f"print('<script>window.{sign}=7</script>\\x1b]8;;javascript:window.{sign}=8\\x07')",
            f"raise ValueError('<img src=x onerror=\"window.{sign}=9\">')",
        )
    )
