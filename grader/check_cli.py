"""``bdhai check`` and ``bdhai new-lesson``: what writers of lessons do."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from grader.workspace import Workspace

if TYPE_CHECKING:
    from grader.checking import Check

_errors = Console(stderr=True)


def check(
    lessons: Annotated[list[str] | None, typer.Argument(help="Bài, như level1/03; bỏ trống là mọi bài.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON: mỗi bài, mỗi nhóm một mục.")] = False,
    stock: Annotated[
        bool, typer.Option("--stock", help="Chấm bài mẫu bằng cả nbgrader gốc; lâu, mỗi bài mẫu vài giây.")
    ] = False,
    words: Annotated[bool, typer.Option("--words", help="Thêm báo cáo câu dài, từ lạ, tiếng hiếm.")] = False,
) -> None:
    """Kiểm bài học: số phút, lời giải được trọn điểm, bỏ trống được 0, lỗi mẫu đúng điểm, chính tả, thẻ luật."""
    from course.texts import TextsError
    from grader.checking import check_lesson
    from grader.source_notebook import NotebookError

    workspace = Workspace.from_environment()
    keys = lessons or workspace.lesson_keys()
    checks: list[Check] = []
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=_errors
    )
    try:
        with bar:
            for key in bar.track(keys, description="Kiểm bài"):
                checks += check_lesson(workspace, key)
            if stock:
                _try_stock(workspace, checks, bar)
    except (NotebookError, TextsError, FileNotFoundError) as error:
        _errors.print(f"[red]✗[/red] {error}", highlight=False)
        raise typer.Exit(1) from error
    if as_json:
        print(json.dumps([found.as_dict() for found in checks], ensure_ascii=False, indent=1))
    else:
        Console().print(_table(checks))
        for line in problem_lines(checks):
            _errors.print(line, highlight=False)
    if words:
        _print_wording(workspace, keys)
    if not all(found.passed for found in checks):
        raise typer.Exit(1)


def new_lesson(
    lesson: Annotated[str, typer.Argument(metavar="BÀI", help="Như level1/04.")],
    title: Annotated[str, typer.Argument(metavar="TÊN", help="Tên bài, viết đủ dấu; thành tên tệp không dấu.")],
) -> None:
    """Mở một bài học mới theo mẫu: sổ bài, lời cho sáu nhóm, bài mẫu. Không ghi đè tệp đang có."""
    from grader.new_lesson import LessonExists, start_lesson

    try:
        paths = start_lesson(Workspace.from_environment(), lesson, title)
    except (LessonExists, KeyError, ValueError) as error:
        _errors.print(f"[red]✗[/red] {error.args[0]}", highlight=False)
        raise typer.Exit(1) from error
    for path in paths:
        _errors.print(f"Đã tạo {path}", highlight=False)
    _errors.print(f"Viết xong thì chạy: bdhai clean {lesson}, rồi bdhai check {lesson}", highlight=False)


def problem_lines(checks: list[Check]) -> list[str]:
    """Say each problem once, with the audiences that have it."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in checks:
        for problem in one.problems:
            found[one.lesson, problem].append(one.audience)
    audiences = {lesson: sum(one.lesson == lesson for one in checks) for lesson, _ in found}
    return [
        f"{lesson} · {'mọi nhóm' if len(of) == audiences[lesson] else ', '.join(of)}: {problem}"
        for (lesson, problem), of in found.items()
    ]


def _table(checks: list[Check]) -> Table:
    with_stock = any(found.stock for found in checks)
    columns = ["Bài", "Nhóm", "Phút", "Câu", "Lời giải", "Bỏ trống", "Lỗi mẫu"]
    table = Table(*columns, *(["nbgrader"] if with_stock else []), "")
    for found in checks:
        mistakes = f"{found.mistakes['expected']}/{found.mistakes['kinds']}"
        row = [found.lesson, found.audience, f"{found.minutes:.1f}", str(found.questions)]
        row += [f"{found.solution:.0%}", f"{found.blank:.0%}", mistakes]
        if with_stock:
            row.append(f"{found.stock['same']}/{found.stock['run']}" if found.stock else "–")
        table.add_row(*row, "✓" if found.passed else "✗")
    return table


def _try_stock(workspace: Workspace, checks: list[Check], bar: Progress) -> None:
    """Grade specimens by stock nbgrader too; of lessons without code, whose data are the same there."""
    from grader.stock_check import compare_with_stock, stock_specimens

    groups: dict[tuple[str, str], list[Check]] = defaultdict(list)
    for found in checks:
        if workspace.hidden_data(found.lesson) is None:
            groups[found.lesson.split("/")[0], found.audience].append(found)
    rounds = [max(len(stock_specimens(one.lesson, one.audience)) for one in group) for group in groups.values()]
    task = bar.add_task("nbgrader gốc", total=sum(rounds))
    for (_, audience), group in groups.items():
        lessons = [one.lesson for one in group]
        ours, stock = compare_with_stock(workspace, lessons, audience, lambda: bar.advance(task))
        for one in group:
            mine = {name: points for (lesson, name), points in ours.items() if lesson == one.lesson}
            other = {name: name_points for name in mine if (name_points := stock.get((one.lesson, name))) is not None}
            apart = [name for name, points in mine.items() if other.get(name) != points]
            one.stock = {"run": len(mine), "same": len(mine) - len(apart)}
            one.problems += [f"nbgrader gốc chấm “{name}” khác: {other.get(name)}, ta {mine[name]}." for name in apart]


def _print_wording(workspace: Workspace, keys: list[str]) -> None:
    from grader.text_checks import LONG_SENTENCE, wording

    console = Console()
    for one in wording({key: workspace.source_notebook(key) for key in workspace.lesson_keys()}):
        if one.lesson not in keys:
            continue
        console.print(f"\n{one.lesson}", style="bold", highlight=False)
        console.print(f"  Câu dài nhất, {one.longest_words} tiếng ({one.where}): {one.longest}", highlight=False)
        console.print(f"  Câu trên {LONG_SENTENCE} tiếng: {one.long_sentences}", highlight=False)
        foreign = ", ".join(f"{word} ({count})" for word, count in one.foreign) or "không có"
        console.print(f"  Từ không phải tiếng Việt: {foreign}", highlight=False)
        console.print(f"  Tiếng chỉ gặp một lần trong cả khoá: {', '.join(one.rare) or 'không có'}", highlight=False)
