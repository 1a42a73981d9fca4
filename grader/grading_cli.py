"""``bdhai grade``, ``regrade``, ``receipt`` and ``feedback``: what trainers and operators do with submissions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.workspace import Workspace

if TYPE_CHECKING:
    from grader.grading import Grading, Summary
    from grader.regrading import Change

ClassArgument = Annotated[str, typer.Argument(metavar="LỚP", help="Tên lớp, như demo.")]
LevelArgument = Annotated[
    str | None, typer.Argument(metavar="[CẤP]", help="Như level1, hay tên bài tập; bỏ trống là mọi cấp.")
]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Số tiến trình chấm; mặc định là số nhân của máy.")]
SchedulerOption = Annotated[
    str | None, typer.Option(help="Địa chỉ một cụm Dask có sẵn, như tls://may-cham:8786; mặc định là cụm trên máy này.")
]
NoSandboxOption = Annotated[
    bool, typer.Option("--no-sandbox", help="Không cách ly mã của học viên. Chỉ dùng trên máy riêng của mình.")
]
_WORDS = {
    "graded": "đã chấm",
    "unchanged": "không đổi",
    "refused": "không nhận",
    "set_aside": "để riêng",
    "delayed": "chưa chấm được",
}


def grade(
    class_id: ClassArgument,
    level: LevelArgument = None,
    again: Annotated[bool, typer.Option("--again", help="Chấm lại cả bài đã chấm.")] = False,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    no_sandbox: NoSandboxOption = False,
) -> None:
    """Chấm bài của một lớp. Đọc .bdhai/inbox/, ghi sổ điểm nbgrader và bảng kết quả; điểm chấm tay giữ nguyên."""
    from grader.cli import console, fail, progress
    from grader.inbox import waiting_order
    from grader.regrading import outdated
    from grader.sandbox.jobs import SandboxMissing

    with _Opened(class_id, level, workers, scheduler, no_sandbox) as grading:
        paths = waiting_order(grading.workspace, class_id, level)
        try:
            with progress() as bar:
                task = bar.add_task("Chấm bài", total=len(paths))
                summary = grading.grade(paths, again=again, told=lambda _: bar.advance(task))
        except SandboxMissing as error:
            raise fail(str(error)) from error
        _print_summary(summary)
        if old := len(outdated(grading, class_id, level)):
            told = f"{old} bài chấm theo đáp án hoặc số liệu cũ. Xem ai tăng, ai giảm: bdhai regrade {class_id}"
            console.print(told, highlight=False)
    if summary.reasons:
        raise typer.Exit(1)


def regrade(
    class_id: ClassArgument,
    level: Annotated[str | None, typer.Argument(metavar="[CẤP HOẶC BÀI]", help="Như level1, level1/03.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Chấm lại luôn, không hỏi.")] = False,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    no_sandbox: NoSandboxOption = False,
) -> None:
    """Chấm lại sau khi sửa đáp án: cho xem ai tăng, ai giảm, hỏi, rồi mới ghi. Điểm chấm tay giữ nguyên."""
    from grader.cli import console, fail, progress
    from grader.regrading import outdated, preview
    from grader.sandbox.jobs import SandboxMissing

    with _Opened(class_id, level, workers, scheduler, no_sandbox) as grading:
        paths = outdated(grading, class_id, level)
        if not paths:
            console.print("Mọi bài đều đã chấm theo đáp án hiện nay.")
            return
        try:
            with progress() as bar:
                task = bar.add_task("Chấm thử", total=len(paths))
                changes, problems = preview(grading, class_id, paths, lambda _: bar.advance(task))
            _print_changes(changes, len(paths))
            for receipt, reason in problems.reasons.items():
                console.print(f"{receipt}: {reason}", highlight=False, markup=False)
            if not yes and not typer.confirm(f"Chấm lại {len(paths)} bài và ghi vào sổ điểm?"):
                console.print("Chưa ghi gì.")
                return
            with progress() as bar:
                task = bar.add_task("Chấm lại", total=len(paths))
                summary = grading.grade(paths, again=True, told=lambda _: bar.advance(task))
        except SandboxMissing as error:
            raise fail(str(error)) from error
        _print_summary(summary)
    if summary.reasons:
        raise typer.Exit(1)


def receipt(
    id: Annotated[str, typer.Argument(metavar="BIÊN_NHẬN", help="Mã ghi trên biên nhận, như 7F3A-21C9-0B11.")],
) -> None:
    """Tra một biên nhận: của ai, bài nào, lúc nào, còn nguyên như lúc nhận không, được mấy điểm. Chỉ đọc."""
    from grader.cli import console, fail
    from grader.grading import database_of
    from grader.receipts import UnknownReceipt, receipt_lines

    workspace = Workspace.from_environment()
    database = database_of(workspace)
    try:
        for line in receipt_lines(workspace, database, id):
            console.print(line, highlight=False, markup=False)
    except UnknownReceipt as error:
        raise fail(str(error)) from error
    finally:
        database.close()


def feedback(class_id: ClassArgument, level: LevelArgument = None) -> None:
    """Viết trang nhận xét của từng học viên như nbgrader generate_feedback. Đọc autograded/, ghi feedback/."""
    from grader.class_directory import course_directory
    from grader.cli import console, progress
    from grader.feedback import write_feedback

    workspace = _workspace_with(class_id)
    course = course_directory(workspace, class_id)
    autograded = workspace.class_directory(class_id) / course.autograded_directory
    found = sorted(path for path in autograded.glob(f"*/{level or '*'}") if path.is_dir())
    with progress() as bar:
        for folder in bar.track(found, description="Viết nhận xét"):
            write_feedback(workspace, class_id, folder.parent.name, folder.name)
    told = f"Đã viết nhận xét cho {len(found)} bài nộp. Giao cho học viên: nbgrader release_feedback."
    console.print(told if found else "Chưa có bài nào đã chấm.", highlight=False)


class _Opened:
    """A class's grading with its workers and database, closed at the end."""

    def __init__(
        self, class_id: str, level: str | None, workers: int | None, scheduler: str | None, no_sandbox: bool
    ) -> None:
        workspace = _workspace_with(class_id)
        self._arguments = (workspace, workers, scheduler, no_sandbox)
        if scheduler is None and workspace.has_code(level and level.split("/")[0]):
            from grader.sandbox.ahead import start_ahead

            start_ahead("none" if no_sandbox else "auto")

    def __enter__(self) -> Grading:
        from grader.attempts import AttemptsPolicy
        from grader.cli import fail
        from grader.grading import Grading, database_of
        from grader.worker import WorkerSettings
        from grader.workers import AutoWorkers, DaskWorkers

        workspace, count, scheduler, no_sandbox = self._arguments
        settings = WorkerSettings(workspace, "none" if no_sandbox else "auto")
        self._workers: Any = None
        try:
            self._workers = DaskWorkers(settings, scheduler=scheduler) if scheduler else AutoWorkers(settings, count)
        except (OSError, ValueError) as error:
            raise fail(f"Không nối được với cụm chấm {scheduler}: {error}") from error
        self._database = database_of(workspace)
        return Grading(workspace, self._database, self._workers, AttemptsPolicy.of(workspace).counts)

    def __exit__(self, *_: object) -> None:
        self._workers.close()
        self._database.close()


def _workspace_with(class_id: str) -> Workspace:
    from grader.cli import fail

    workspace = Workspace.from_environment()
    if class_id not in workspace.class_ids():
        raise fail(f"Không có lớp {class_id!r}. Các lớp: {', '.join(workspace.class_ids()) or 'chưa có lớp nào'}.")
    return workspace


def _print_summary(summary: Summary) -> None:
    from grader.cli import console

    told = [f"{count} {_WORDS[state]}" for state, count in summary.counts.items()]
    console.print(", ".join(told) or "Chưa có bài nộp nào.", highlight=False)
    for id, reason in summary.reasons.items():
        console.print(f"{id}: {reason}", highlight=False, markup=False)


def _print_changes(changes: Sequence[Change], judged: int) -> None:
    from rich.table import Table

    from grader.cli import console

    gain = sum(change.after > change.before for change in changes)
    console.print(
        f"Trong {judged} bài: {gain} bài tăng điểm, {len(changes) - gain} bài giảm điểm, "
        f"{judged - len(changes)} bài giữ nguyên.",
        highlight=False,
    )
    if changes:
        table = Table("Học viên", "Bài", "Biên nhận", "Trước", "Sau", "Tối đa", "")
        for change in changes:
            numbers = (f"{value:g}".replace(".", ",") for value in (change.before, change.after, change.max_points))
            counts = "" if change.counts else "lần nộp không tính điểm"
            table.add_row(change.learner, change.lesson, change.receipt, *numbers, counts)
        console.print(table)
