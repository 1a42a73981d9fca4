"""``bdhai bench``: measure."""

from __future__ import annotations

import json
import signal
import sys
from typing import Annotated

import typer

from grader.workspace import Workspace

app = typer.Typer(help="Đo: trang bài học nặng bao nhiêu, chờ bao lâu.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """Keep ``page`` a subcommand."""


@app.command()
def page(as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False) -> None:
    """Đo trang bài học bên cạnh JupyterLab và Voilà, khoảng mười phút. Chỉ ghi vào thư mục tạm, xong thì xoá."""
    from rich.console import Console

    from grader.bench.page import STEPS, bench_page
    from grader.bench.programs import BenchError
    from grader.bench.report import as_table
    from grader.cli import fail, progress

    # Ended from outside, it still ends the hub and Voilà, which run in sessions of their own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with progress() as bar:
            task = bar.add_task("Chuẩn bị", total=STEPS)
            steps = iter(range(STEPS))
            report = bench_page(
                Workspace.from_environment().lessons,
                lambda description: bar.update(task, description=description, completed=next(steps, STEPS)),
            )
            bar.update(task, completed=STEPS)
    except BenchError as error:
        raise fail(str(error)) from error
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
        return
    Console().print(as_table(report))
    seen = report["measured_on"]
    print(f"Đo trên {seen['cores']} nhân, {seen['memory_gb']} GB, Chromium {seen['versions']['chromium']}.")
    for note in report["notes"]:
        print(f"Lưu ý: {note}")
