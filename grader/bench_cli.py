"""``bdhai bench``: measure."""

from __future__ import annotations

import json
import signal
import sys
from typing import Annotated

import typer

from grader.bench.attacks_cli import attacks
from grader.classic_cli import bench_classic
from grader.workspace import Workspace

app = typer.Typer(
    help="Đo: trang bài học nặng bao nhiêu, chấm nhanh bao nhiêu, mã xấu làm được gì.", no_args_is_help=True
)


@app.callback()
def main() -> None:
    """Keep ``page`` a subcommand."""


app.command()(attacks)
app.command("classic")(bench_classic)


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


@app.command()
def assistant(
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
    streams: Annotated[int, typer.Option(help="Bao nhiêu luồng cùng lúc.")] = 500,
) -> None:
    """Đo trợ lý AI: thêm bao lâu vào mỗi câu, giữ được bao nhiêu luồng, tấm chắn và bộ nhắc đúng bao nhiêu."""
    from rich.console import Console
    from rich.table import Table

    from grader.bench.assistant import bench_assistant
    from grader.bench.programs import BenchError
    from grader.cli import console, fail

    try:
        report = bench_assistant(lambda step: console.print(f"· {step}", highlight=False), streams=streams)
    except BenchError as error:
        raise fail(str(error)) from error
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
        return
    table = Table("", "Gọi thẳng (ms)", "Qua trợ lý (ms)", "Thêm (ms)", "Thêm, 95% (ms)")
    for name, label in (("request", "Cả câu trả lời"), ("first_token", "Chữ đầu tiên")):
        table.add_row(label, *(str(value) for value in report[name].values()))
    Console().print(table)
    held = report["streams"]
    print(f"{held['opened']} luồng cùng lúc: {report['streams_held']} trọn vẹn, {held['service_mb_peak']} MB.")
    print(f"Chữ đầu tiên sau {held['first_token_median_ms']} ms, 99% dưới {held['first_token_p99_ms']} ms.")
    for name, label in (("shield", "Tấm chắn tìm ra"), ("coach", "Bộ nhắc tìm ra")):
        found = ", ".join(f"{kind} {share:.0%}" for kind, share in report[f"{name}_recall"].items())
        print(f"{label}: {found}")


@app.command()
def grading(
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
    stock: Annotated[
        tuple[int, int], typer.Option(help="nbgrader chấm bao nhiêu bài có mã và không mã; nhiều hơn thì chậm hơn.")
    ] = (40, 60),
    growth: Annotated[list[int] | None, typer.Option(help="Cỡ lớp để đo; có thể cho nhiều lần.")] = None,
) -> None:
    """Đo máy chấm bên cạnh nbgrader autograde, khoảng mười lăm phút. Chỉ ghi vào thư mục tạm, xong thì xoá."""
    from rich.console import Console
    from rich.table import Table

    from grader.bench.grading import bench_grading
    from grader.bench.programs import BenchError
    from grader.cli import console, fail

    try:
        report = bench_grading(
            Workspace.from_environment(),
            lambda step: console.print(f"· {step}", highlight=False),
            stock_with_code=stock[0],
            stock_plain=stock[1],
            growth=growth or (1000, 10_000, 50_000),
        )
    except BenchError as error:
        raise fail(str(error)) from error
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
        return
    table = Table("", "Bộ học (giây)", "nbgrader (giây)", "Nhanh gấp", "Sàn (giây)", "Điểm bằng nhau")
    for name, label in (("pandas", "Có mã"), ("nocode", "Không mã")):
        row = report[name]
        cells = (row["seconds"], row["stock_seconds_for_all"], row["ratio"], row["floor_seconds"])
        table.add_row(f"{label}, {row['submissions']} bài", *map(str, cells), "✓" if row["scores_equal"] else "✗")
    Console().print(table)
    for row in report["growth"]:
        print(f"{row['submissions']} bài, {row['workers']} tiến trình: {row['seconds']} giây, {row['peak_mb']} MB")
    for row in report["latency"]:
        print(f"{row['per_second']} bài mỗi giây: chờ {row['median_s']} giây, 99% dưới {row['p99_s']} giây")
