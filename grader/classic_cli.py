"""``bdhai autograde`` and ``bdhai bench classic``: ordinary nbgrader assignments."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table


def autograde(
    directory: Annotated[Path, typer.Argument(metavar="THƯ_MỤC", help="Thư mục khoá học nbgrader.")],
    assignment: Annotated[str | None, typer.Argument(metavar="[BÀI]", help="Bỏ trống là mọi bài đã nộp.")] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Chấm lại cả bài không đổi.")] = False,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Không cách ly mã của học viên. Chỉ dùng trên máy riêng của mình.")
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Số bài chạy cùng lúc; mặc định là số nhân.")] = None,
) -> None:
    """Chấm như nbgrader autograde, mã chạy cách ly. Đọc source/, submitted/; ghi autograded/ và sổ điểm nbgrader."""
    from grader.classic.course import NotACourse, course_config, submissions
    from grader.classic.grade import Outcome, grade_classic
    from grader.classic.pool import SandboxPool
    from grader.cli import console, fail, progress
    from grader.sandbox.jobs import SandboxMissing

    try:
        config = course_config(directory)
        wanted = submissions(config, assignment)
    except NotACourse as error:
        raise fail(str(error)) from error
    outcomes: list[Outcome] = []
    count = min(workers or os.cpu_count() or 1, max(1, len(wanted)))
    try:
        with SandboxPool(count, "none" if no_sandbox else "auto") as pool, progress() as bar:
            found = grade_classic(config, wanted, pool.run_jobs, force=force)
            outcomes += bar.track(found, total=len(wanted), description="Chấm bài")
    except SandboxMissing as error:
        raise fail(str(error)) from error
    words = {"graded": "đã chấm", "unchanged": "không đổi", "refused": "chưa chấm được"}
    counts = [(sum(outcome.state == state for outcome in outcomes), told) for state, told in words.items()]
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    console.print(told or "Chưa có bài nộp nào.", highlight=False)
    refused = [outcome for outcome in outcomes if outcome.state == "refused"]
    for outcome in refused:
        console.print(f"{outcome.student} · {outcome.assignment}: {outcome.reason}", highlight=False, markup=False)
    if refused:
        raise typer.Exit(1)


def bench_classic(as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False) -> None:
    """So điểm với nbgrader autograde trên bài mẫu của chính nbgrader. Chỉ ghi vào thư mục tạm, xong thì xoá."""
    from grader.bench.classic import compare
    from grader.bench.classic_cases import CASES
    from grader.bench.programs import BenchError
    from grader.cli import fail, progress
    from grader.sandbox.jobs import SandboxMissing

    try:
        with progress() as bar:
            report = compare(CASES, lambda cases: bar.track(cases, description="Chấm bằng cả hai"))
    except (BenchError, SandboxMissing) as error:
        raise fail(str(error)) from error
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        table = Table("Bài mẫu", "Học viên", "Sổ bài · ô", "nbgrader", "Ở đây", "")
        for row in report["rows"]:
            name = f"{row['notebook']} · {row['cell']}" if row["notebook"] else ""
            equal = "✓" if row["equal"] else "✗"
            table.add_row(row["case"], row["student"], name, row["stock"], row["ours"], equal)
        Console().print(table)
        seconds = report["seconds"]
        print(f"{report['equal']}/{report['cases']} bài nộp giống hệt. nbgrader {seconds['stock']:.1f} giây, ", end="")
        print(f"ở đây {seconds['ours']:.1f} giây.")
    if report["different"]:
        raise typer.Exit(1)
