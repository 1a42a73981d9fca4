"""``bdhai``: the command line of trainers and operators."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader import bench_cli, check_cli, classic_cli, grading_cli, handbook_cli, install_cli
from grader.workspace import Workspace

app = typer.Typer(
    help="Bình dân học AI: phát hành, kiểm tra, chấm bài.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.add_typer(bench_cli.app, name="bench")
console = Console(stderr=True)


def fail(message: str) -> typer.Exit:
    """Say what went wrong in one line, and return the exit to raise."""
    console.print(f"[red]✗[/red] {message}", highlight=False)
    return typer.Exit(1)


def progress() -> Progress:
    """Return a progress bar with the time left, on the terminal's error stream."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )


@app.callback()
def main(verbose: Annotated[bool, typer.Option("--verbose", "-v", help="In cả nhật ký chi tiết.")] = False) -> None:
    """Set up logs: English, for operators."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.INFO if verbose else logging.ERROR)  # nbgrader sets its logger's level, not this one's
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", handlers=[handler])


@app.command()
def clean(
    lessons: Annotated[list[str] | None, typer.Argument(help="Bài hoặc tệp; bỏ trống là mọi bài.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Chỉ xem, không ghi; có bài chưa sạch thì báo lỗi.")] = False,
) -> None:
    """Làm sạch sổ bài học: bỏ kết quả chạy và dấu vết máy, giữ mã ô. Đọc và ghi level*/*.ipynb."""
    from grader.release.clean import clean_file, clean_text
    from grader.source_notebook import NotebookError

    workspace = Workspace.from_environment()
    dirty = []
    for name in lessons or workspace.lesson_keys():
        try:
            path = Path(name) if name.endswith(".ipynb") else workspace.source_notebook(name)
            changed = clean_text(path) != path.read_text("utf-8") if check else clean_file(path)
        except (NotebookError, OSError, ValueError) as error:
            raise fail(str(error)) from error
        if changed:
            dirty.append(path.name)
    verb = "Chưa sạch" if check else "Đã làm sạch"
    console.print(f"{verb}: {', '.join(dirty)}" if dirty else "Mọi bài đều sạch.", highlight=False)
    if check and dirty:
        raise typer.Exit(1)


@app.command()
def release(
    class_ids: Annotated[list[str] | None, typer.Option("--class", help="Lớp nhận bài; bỏ trống là mọi lớp.")] = None,
) -> None:
    """Phát hành: làm sạch, dựng sổ học viên và trang bài học, giao bài cho các lớp. Đọc level*/, ghi .bdhai/."""
    from course.texts import TextsError
    from grader.class_directory import ClassDirectoryError
    from grader.release.everything import release_all
    from grader.release.execute import ReleaseError
    from grader.source_notebook import NotebookError

    try:
        with progress() as bar:
            released = release_all(Workspace.from_environment(), class_ids, bar)
    except (NotebookError, TextsError, ReleaseError, ClassDirectoryError, FileNotFoundError) as error:
        raise fail(str(error)) from error
    console.print(f"Đã phát hành {len(released)} bài: {', '.join(released)}", highlight=False)


for command in (grading_cli.grade, grading_cli.regrade, grading_cli.receipt, grading_cli.feedback):
    app.command()(command)
app.command()(classic_cli.autograde)
app.command()(check_cli.check)
app.command("new-lesson")(check_cli.new_lesson)
app.command()(handbook_cli.handbook)
app.command()(install_cli.install)
bench_cli.app.command("classic")(classic_cli.bench_classic)


@app.command("grade-file", hidden=True)
def grade_file(path: Path) -> None:
    """Chấm một tệp câu trả lời trên máy mình và in kết quả. Chỉ đọc."""
    from grader.local_grading import grade_answer_file

    print(json.dumps(grade_answer_file(Workspace.from_environment(), path), ensure_ascii=False))


@app.command()
def learn(
    port: Annotated[int, typer.Option(help="Cổng của JupyterLab.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Mở trình duyệt.")] = True,
) -> None:
    """Tự học trên máy mình: mở các bài trong JupyterLab, câu trả lời giữ trong tệp cạnh bài. Ghi .bdhai/learn/."""
    from grader.local_learning import open_lessons

    raise typer.Exit(open_lessons(Workspace.from_environment(), port=port, browser=browser))


if __name__ == "__main__":
    app()
