"""Errors with a stable code for programs and a Vietnamese sentence for people; never a traceback for either."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from grader.database import DatabaseBusy, StorageFull
from grader.released import NotReleased
from hub_config.services.shared.rendering import Renderer

log = logging.getLogger("bdhai.services")

# Code: status and what a person reads. docs/architecture.md lists them.
_ERRORS: dict[str, tuple[int, str]] = {
    "not_logged_in": (401, "Bạn chưa đăng nhập. Mời bạn đăng nhập rồi làm tiếp, bài đã làm vẫn còn."),
    "not_yours": (403, "Phần này không phải của bạn nên không mở được."),
    "cross_origin": (403, "Yêu cầu này đến từ một trang khác nên không được nhận."),
    "no_class": (403, "Bạn chưa có tên trong lớp nào. Hãy nhờ giảng viên thêm vào lớp, bài đã làm vẫn còn."),
    "not_found": (404, "Không tìm thấy trang này."),
    "lesson_unknown": (404, "Không có bài học này."),
    "lesson_not_released": (404, "Bài này sắp có. Mời bạn học bài khác trước."),
    "method_not_allowed": (405, "Không dùng được cách này ở đây."),
    "not_json": (415, "Dữ liệu gửi lên không đúng loại."),
    "bad_json": (400, "Dữ liệu gửi lên bị hỏng giữa đường. Hãy thử lại."),
    "bad_answer": (422, "Câu trả lời gửi lên không đúng dạng nên chưa lưu được."),
    "question_unknown": (409, "Câu hỏi này không có trong bài nữa. Hãy tải lại trang, bài đã làm vẫn còn."),
    "page_outdated": (409, "Bài học vừa được sửa. Hãy tải lại trang, bài đã làm vẫn còn."),
    "answers_changed": (409, "Bài vừa được làm thêm ở máy khác. Hãy xem lại rồi nộp."),
    "notebook_needed": (
        409,
        "Bài này có phần viết mã. Mở bài trong JupyterLab trên máy tính rồi bấm Nộp bài ở đó nhé.",
    ),
    "bad_notebook": (422, "Sổ bài làm gửi lên không đọc được. Hãy lưu sổ (Ctrl+S) rồi nộp lại."),
    "too_soon": (429, "Bạn vừa thử nhiều lần. Nghỉ vài phút rồi nộp lại nhé, câu trả lời vẫn còn."),
    "too_large": (413, "Câu trả lời dài quá. Hãy rút ngắn lại."),
    "storage_full": (507, "Máy chủ hết chỗ ghi. Câu trả lời vẫn còn trong máy của bạn, lát nữa sẽ gửi lại."),
    "gradebook_busy": (503, "Máy chủ đang bận. Câu trả lời chưa mất, lát nữa sẽ gửi lại."),
    "hub_unavailable": (503, "Máy chủ đang khởi động lại. Câu trả lời chưa mất, chờ một phút rồi thử lại."),
    "login_failed": (403, "Đăng nhập chưa xong. Mời bạn thử lại một lần nữa."),
    "internal": (500, "Máy chủ gặp lỗi. Câu trả lời đã lưu không mất. Hãy thử lại sau ít phút."),
}
_RETRY_AFTER = {"gradebook_busy": "2", "storage_full": "30", "hub_unavailable": "10"}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class ServiceError(Exception):
    """An answer other than success.

    Parameters
    ----------
    code
        One of the codes of ``docs/architecture.md``.
    message
        A more exact Vietnamese sentence than the code's own.
    extra
        More keys beside ``error`` in the JSON answer.
    wait_seconds
        After so long trying again makes sense; part of ``error``, and the header ``Retry-After``.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        extra: Mapping[str, Any] | None = None,
        wait_seconds: int | None = None,
    ):
        super().__init__(code)
        self.code = code
        self.status, usual = _ERRORS[code]
        self.message = message or usual
        self.extra = dict(extra or {})
        self.wait_seconds = wait_seconds

    @property
    def headers(self) -> dict[str, str]:
        """Say when trying again makes sense."""
        seconds = _RETRY_AFTER.get(self.code) if self.wait_seconds is None else str(self.wait_seconds)
        return {"Retry-After": seconds} if seconds else {}


def as_service_error(error: Exception) -> ServiceError | None:
    """Translate what may go wrong below: storage, locks, the framework's own errors; ``None`` for the unforeseen."""
    match error:
        case ServiceError():
            return error
        case NotReleased():
            return ServiceError(error.code)
        case StorageFull():
            return ServiceError("storage_full")
        case DatabaseBusy():
            return ServiceError("gradebook_busy")
        case OSError() if error.errno in _NO_ROOM:
            return ServiceError("storage_full")
        case HTTPException(status_code=404):
            return ServiceError("not_found")
        case HTTPException(status_code=405):
            return ServiceError("method_not_allowed")
    return None


def error_response(request: Request, error: ServiceError, renderer: Renderer) -> Response:
    """Answer with JSON below ``api/`` and with a small friendly page elsewhere."""
    if request.url.path.startswith(f"{renderer.prefix}api/"):
        told: dict[str, Any] = {"code": error.code, "message": error.message}
        if error.wait_seconds is not None:
            told["wait_seconds"] = error.wait_seconds
        body = {"error": told, **error.extra}
        return JSONResponse(body, error.status, error.headers)
    again = error.code in {"login_failed", "internal", "gradebook_busy", "storage_full", "hub_unavailable"}
    page = renderer.render("error.html", message=error.message, again=again)
    return Response(page, error.status, error.headers, "text/html")


def add_error_handlers(app: FastAPI, renderer: Renderer) -> None:
    """Answer the foreseen errors; the outer layer answers the others."""

    async def answer(request: Request, error: Exception) -> Response:
        known = as_service_error(error)
        if known is None:
            raise error
        if known.status >= 500:
            log.error("%s %s: %s", request.method, request.url.path, known.code)
        return error_response(request, known, renderer)

    for kind in (ServiceError, NotReleased, StorageFull, DatabaseBusy, OSError, HTTPException):
        app.add_exception_handler(kind, answer)
