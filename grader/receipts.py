"""Checking a receipt: who handed in what and when, and whether what lies in the inbox is still what was received."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.database import Database
from grader.database_tables import AttemptRow, ResultRow, SubmissionRow
from grader.inbox import TamperedSubmission, read, safe_receipt
from grader.workspace import Workspace

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_STATES = {
    "grading": "đang chờ chấm",
    "graded": "đã chấm",
    "refused": "không nhận",
    "set_aside": "để riêng, chờ giảng viên xem",
    "replaced": "đã có lần nộp mới hơn",
}


class UnknownReceipt(Exception):
    """There is no such receipt. The message is Vietnamese."""


def receipt_lines(workspace: Workspace, database: Database, id: str) -> list[str]:
    """Say what is known of a receipt, for each class that received it.

    Three hashes have to agree: the one that the content has now, the one written in the file, and the one that the
    database noted when the submission came.

    Raises
    ------
    UnknownReceipt
    """
    id = id.strip().upper()
    try:
        safe_receipt(id)
    except ValueError:
        raise UnknownReceipt(f"“{_short(id)}” không phải là mã biên nhận. Mã có dạng 7F3A-21C9-0B41.") from None
    rows = {row.class_id: row for row in database.submissions(receipt=id)}
    files = {path.parent.parent.name: path for path in (workspace.state / "inbox").glob(f"*/*/{id}.json")}
    if not rows and not files:
        raise UnknownReceipt(f"Không có biên nhận {id}. Hãy xem lại từng chữ và số của mã.")
    lines = [f"Biên nhận {id}"]
    for class_id in sorted({*rows, *files}):
        lines += _of_class(database, class_id, rows.get(class_id), files.get(class_id))
    return lines


def _of_class(database: Database, class_id: str, row: SubmissionRow | None, path: Path | None) -> list[str]:
    refused = row is not None and row.state == "refused" and not row.sha256
    verdict, sha256 = ("không có gì được cất giữ", "") if refused else _compared(row, path)
    learner, lesson, at = _who(row, path)
    lines = [f"Lớp {class_id}", f"  Học viên:   {learner}", f"  Bài:        {lesson}", f"  Nhận lúc:   {at}"]
    if sha256:
        lines.append(f"  SHA-256:    {sha256}")
    lines.append(f"  Tệp:        {verdict}")
    state = _STATES.get(row.state, row.state) if row else "chưa ghi vào bảng, sẽ được chấm ở lần chạy sau"
    lines.append(f"  Tình trạng: {state}" + (f" ({row.message})" if row and row.message else ""))
    if row is not None:
        attempts = database.attempts(learner=row.learner, class_id=class_id, lesson=row.lesson)
        if attempt := next((one for one in attempts if one.receipt == row.receipt), None):
            results = database.results(learner=row.learner, class_id=class_id)
            counted = next((one for one in results if one.lesson == row.lesson), None)
            lines.append(f"  Điểm:       {_points(attempt, counted)}")
    return lines


def _compared(row: SubmissionRow | None, path: Path | None) -> tuple[str, str]:
    """Return what the three hashes say, and the hash to show: the one noted when it came, where there is one."""
    noted = row.sha256 if row else ""
    if path is None:
        return "KHÔNG CÒN trong hộp nhận bài", noted
    try:
        now = read(path).sha256
    except TamperedSubmission:
        return "ĐÃ BỊ SỬA hoặc hỏng: nội dung không khớp mã băm ghi trong tệp", noted
    except OSError as error:
        return f"không đọc được ({error.strerror})", noted
    if not noted:
        return "khớp mã băm trong tệp; bảng chưa ghi mã nào để so", now
    if now != noted:
        return f"ĐÃ BỊ SỬA: mã băm của tệp là {now}, khác mã đã ghi khi nhận", noted
    return "đúng như khi nhận (nội dung, tệp và bảng khớp nhau)", now


def _who(row: SubmissionRow | None, path: Path | None) -> tuple[str, str, str]:
    if row is not None:
        return _short(row.learner), _short(row.lesson), _when(row.at)
    assert path is not None
    try:
        submission = read(path)
    except (TamperedSubmission, OSError):
        return path.parent.name, "không rõ", "không rõ"
    return submission.learner, submission.lesson, _when(submission.at)


def _points(attempt: AttemptRow, counted: ResultRow | None) -> str:
    own = f"{attempt.points:g}/{attempt.max_points:g}".replace(".", ",")
    if counted is None or counted.receipt == attempt.receipt:
        return f"{own} (được tính)"
    best = f"{counted.points:g}/{counted.max_points:g}".replace(".", ",")
    return f"{own} (điểm được tính là {best}, biên nhận {counted.receipt})"


def _when(moment: datetime) -> str:
    return moment.astimezone(_VIETNAM).strftime("%H:%M:%S ngày %d/%m/%Y")


def _short(text: str) -> str:
    """Return a text that a terminal can print: no control characters, and on one line."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:100])
