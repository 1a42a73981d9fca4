"""A receipt tells whose it is, what became of it, and whether what lies in the inbox is still what was received."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from course.answers import AnswerRecord
from grader.database import Database, GradedAttempt, open_database
from grader.database_submissions import submission_row
from grader.inbox import Submission, accept, inbox_file
from grader.receipts import UnknownReceipt, receipt_lines
from grader.workspace import Workspace

KEY = "level1/01"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, tmp_path)


@pytest.fixture
def database(tmp_path: Path):
    opened = open_database(f"sqlite:///{tmp_path}/learn.db")
    yield opened
    opened.close()


@pytest.fixture
def submission(workspace: Workspace, database: Database) -> Submission:
    value = {"kind": "choice", "picked": ["B"]}
    answer = {"value": value, "audience": "nong-dan", "at": datetime.now(UTC)}
    record = AnswerRecord.model_validate({"lesson": KEY, "version": 2, "answers": {"q1": answer}})
    made = accept(workspace, "lop1", "hoa", record)
    database.add_submissions([submission_row(made)])
    return made


def told(workspace: Workspace, database: Database, id: str) -> str:
    return "\n".join(receipt_lines(workspace, database, id))


def attempt(submission: Submission, points: float, receipt: str | None = None) -> GradedAttempt:
    at = submission.at
    usual = {"class_id": "lop1", "learner": "hoa", "lesson": KEY, "max_points": 10, "questions": []}
    return GradedAttempt(**usual, receipt=receipt or submission.receipt, points=points, submitted_at=at, graded_at=at)


def test_does_a_receipt_tell_all_that_is_known(workspace, database, submission):
    text = told(workspace, database, f" {submission.receipt.lower()} ")
    for piece in ("hoa", KEY, submission.sha256, "đúng như khi nhận", "đang chờ chấm", "Lớp lop1"):
        assert piece in text
    database.save_attempts([attempt(submission, 7.5)], "best")
    assert "7,5/10 (được tính)" in told(workspace, database, submission.receipt)
    database.save_attempts([attempt(submission, 9, "AAAA-BBBB-CCCC")], "best")
    assert "điểm được tính là 9/10, biên nhận AAAA-BBBB-CCCC" in told(workspace, database, submission.receipt)


def test_is_an_edited_file_noticed_even_with_its_own_hash_made_anew(workspace, database, submission):
    path = inbox_file(workspace, "lop1", "hoa", submission.receipt)
    envelope = json.loads(path.read_text("utf-8"))
    edited = envelope | {"record": envelope["record"].replace('"B"', '"A"')}
    path.write_text(json.dumps(edited), "utf-8")
    assert "ĐÃ BỊ SỬA hoặc hỏng" in told(workspace, database, submission.receipt)
    path.write_text(json.dumps(edited | {"sha256": hashlib.sha256(edited["record"].encode()).hexdigest()}), "utf-8")
    text = told(workspace, database, submission.receipt)
    assert "ĐÃ BỊ SỬA: mã băm của tệp là" in text and f"SHA-256:    {submission.sha256}" in text
    path.unlink()
    assert "KHÔNG CÒN" in told(workspace, database, submission.receipt)


def test_is_a_submission_known_that_the_database_never_noted(workspace, submission, tmp_path):
    other = open_database(f"sqlite:///{tmp_path}/other.db")
    text = told(workspace, other, submission.receipt)
    assert "hoa" in text and "chưa ghi vào bảng" in text
    other.close()


def test_is_a_refused_submission_told_with_its_reason(workspace, database):
    fields = {"class_id": "lop1", "learner": "hoa", "lesson": "ps1\x1b[31m", "version": 0, "sha256": ""}
    row = fields | {"receipt": "AAAA-BBBB-DDDD", "at": datetime.now(UTC), "state": "refused", "message": "Tệp bị hỏng."}
    database.add_submissions([row])
    text = told(workspace, database, "AAAA-BBBB-DDDD")
    assert "không nhận (Tệp bị hỏng.)" in text and "\x1b" not in text


@pytest.mark.parametrize("id", ["AAAA-BBBB-CCCC", "", "../../etc/passwd", "*", "\x1b[31m"])
def test_is_an_unknown_receipt_told_so(workspace, database, submission, id):
    with pytest.raises(UnknownReceipt) as unknown:
        receipt_lines(workspace, database, id)
    assert str(unknown.value).isprintable()
