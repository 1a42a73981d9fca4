"""Why a submission cannot be graded, in words for learner and trainer."""

from __future__ import annotations

import json
import sqlite3

import sqlalchemy.exc
from nbconvert.preprocessors import CellExecutionError
from nbformat.reader import NotJSONError
from nbformat.validator import NotebookValidationError
from nbgrader.api import MissingEntry
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError, ValidationError


class Refused(Exception):
    """This submission cannot be graded. The message is Vietnamese, for learner and trainer."""


_NOT_A_NOTEBOOK = "Sổ bài bị hỏng, chưa đọc được. Hãy mở lại trong JupyterLab, lưu rồi nộp lại."
_BY_TYPE: list[tuple[tuple[type[BaseException], ...], str]] = [
    ((SchemaTooOldError,), "Sổ bài dùng dạng nbgrader cũ. Hãy sao lưu thư mục rồi chạy: nbgrader update ."),
    ((SchemaTooNewError,), "Sổ bài dùng dạng mới hơn nbgrader trên máy này. Hãy cập nhật nbgrader."),
    ((NotebookValidationError,), _NOT_A_NOTEBOOK),  # a kind of ValidationError
    ((ValidationError,), "Có ô chấm điểm bị hỏng thông tin. Hãy tải lại bài gốc, chép lời giải sang rồi nộp lại."),
    ((NotJSONError, json.JSONDecodeError, UnicodeDecodeError, RecursionError), _NOT_A_NOTEBOOK),
    ((MissingEntry,), "Sổ điểm chưa biết bài này. Hãy chạy nbgrader generate_assignment trước."),
    ((CellExecutionError,), "Mã trong sổ bài dừng vì lỗi."),
    ((sqlalchemy.exc.OperationalError, sqlite3.OperationalError), "Chưa ghi được sổ điểm. Hãy thử lại sau."),
    ((OSError,), "Có tệp trong bài nộp không đọc hoặc không ghi được."),
]
_BY_TEXT = {
    "No assignment with ID": "Sổ điểm chưa biết bài này. Hãy chạy nbgrader generate_assignment trước.",
    "No student with ID": "Sổ điểm chưa có học viên này, và cấu hình không cho tự thêm.",
    "No notebooks found": "Bài nộp không có sổ bài nào của bài tập này.",
    "No notebooks were matched": "Bài nộp không có sổ bài nào.",
    "partial credit cannot be greater": "Một ô chấm cho số điểm lớn hơn điểm tối đa của ô.",
    "nbgrader database": "Chưa mở được sổ điểm. Hãy sao lưu sổ điểm rồi chạy: nbgrader db upgrade",
    "Invalid timestamp": "Giờ nộp trong timestamp.txt không đọc được.",
}


def reason(error: BaseException) -> str:
    """Say in one Vietnamese sentence or two why grading a submission failed.

    The error's own text is not repeated: it may quote what the learner wrote, or a hidden test.
    """
    if isinstance(error, Refused):
        return str(error)
    for start, words in _BY_TEXT.items():
        if start in str(error):
            return words
    for types, words in _BY_TYPE:
        if isinstance(error, types):
            return words
    return f"Gặp lỗi lạ khi chấm ({type(error).__name__}). Nhật ký có ghi chi tiết."
