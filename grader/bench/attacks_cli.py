"""``bdhai bench attacks``: make the known attacks against this grader and against stock nbgrader."""

from __future__ import annotations

import json
import signal
import sys
from typing import Annotated, Any

import typer

_KINDS = {
    "points": "Điểm không công",
    "leak": "Lộ bí mật",
    "damage": "Phá hoại",
    "people": "Hại người khác",
    "fairness": "Công bằng",
}


def attacks(as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False) -> None:
    """Thử mọi kiểu tấn công lên máy chấm này và lên nbgrader gốc. Chỉ ghi vào thư mục tạm, xong thì xoá."""
    from rich.console import Console

    from grader.bench.attacks.running import count, run_all
    from grader.cli import progress

    # Ended from outside, it still ends the two processes that are attacked.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with progress() as bar:
        task = bar.add_task("Tấn công", total=count())
        report = run_all(lambda id: bar.update(task, advance=1, description=f"Tấn công: {id}"))
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        Console().print(_table(report))
        print(
            f"{report['cases']} kiểu tấn công. Thắng máy chấm này: {len(report['succeeded'])}. "
            f"Thắng nbgrader gốc: {len(report['stock_succeeded'])} trên {report['stock_cases']} kiểu thử được."
        )
        for case, fault in report["not_tried"].items():
            print(f"Chưa thử được {case}: {fault}")
    if report["succeeded"] or report["not_tried"]:
        raise typer.Exit(1)


def _table(report: dict[str, Any]) -> Any:
    from rich.markup import escape
    from rich.table import Table

    table = Table("", "Kiểu tấn công", "Máy chấm này", "nbgrader gốc", show_lines=False)
    kind = ""
    for row in report["table"]:
        shown = _KINDS[row["kind"]] if row["kind"] != kind else ""
        kind = row["kind"]
        cells = [_cell(row[side], row["id"], side, report) for side in ("ours", "stock")]
        table.add_row(shown, row["id"], *map(escape, cells))
    return table


def _cell(gained: str | None, id: str, side: str, report: dict[str, Any]) -> str:
    if f"{id} ({side})" in report["not_tried"]:
        return "chưa thử được"
    if gained is None:
        return "không có chỗ để thử"
    return f"✗ thua: {gained}" if gained else "✓ chặn được"
