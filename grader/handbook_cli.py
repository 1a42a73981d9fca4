"""``bdhai handbook``: the trainers' handbook as one PDF to print."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from grader.workspace import Workspace

_console = Console(stderr=True)


def handbook(
    level: Annotated[str | None, typer.Argument(metavar="CẤP", help="Như level1; bỏ trống là mọi cấp.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Tệp PDF sẽ ghi.")] = Path("so-tay.pdf"),
) -> None:
    """In sổ tay giảng viên: mỗi bài một trang A4, thành một tệp PDF. Đọc docs/so-tay/*.md."""
    from grader.files import replace_whole
    from grader.handbook import HandbookError, print_handbook, read_pages

    try:
        pages = read_pages(Workspace.from_environment(), level)
        printed = print_handbook(pages, date.today())
        replace_whole(output, printed.pdf)
    except HandbookError as error:
        for line in str(error).splitlines():
            _console.print(f"[red]✗[/red] {escape(line)}", highlight=False)
        raise typer.Exit(1) from error
    except OSError as error:
        _console.print(f"[red]✗[/red] Không ghi được {escape(str(output))}: {error.strerror}.", highlight=False)
        raise typer.Exit(1) from error
    for number in printed.long_lessons:
        _console.print(f"[yellow]![/yellow] Bài {number} dài quá một trang A4. Nên bớt chữ.", highlight=False)
    last = max(place[1] for place in printed.places.values())
    _console.print(f"Đã ghi {escape(str(output))}: {len(pages)} bài, {last} trang.", highlight=False)
