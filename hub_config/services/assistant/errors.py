"""Errors in OpenAI's shape, with a stable code for programs and a Vietnamese sentence for people."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from grader.database import DatabaseBusy, DatabaseFailure, StorageFull
from hub_config.services.shared.errors import ServiceError

log = logging.getLogger("bdhai.services")

_TELL = "Hãy báo người phụ trách lớp."
# Code: status, OpenAI's type, what a person reads. docs/tro-ly-ai.md explains them to operators.
_ERRORS: dict[str, tuple[int, str, str]] = {
    "not_logged_in": (401, "authentication_error", "Bạn chưa đăng nhập, hoặc mã đăng nhập không đúng ở đây."),
    "not_yours": (403, "permission_error", "Phần này không phải của bạn nên không mở được."),
    "cross_origin": (403, "permission_error", "Yêu cầu này đến từ một trang khác nên không được nhận."),
    "login_failed": (403, "permission_error", "Đăng nhập chưa xong. Mời bạn thử lại một lần nữa."),
    "not_found": (404, "invalid_request_error", "Trợ lý AI không có địa chỉ này."),
    "method_not_allowed": (405, "invalid_request_error", "Không dùng được cách này ở đây."),
    "not_json": (415, "invalid_request_error", "Dữ liệu gửi lên không đúng loại: cần application/json."),
    "bad_json": (400, "invalid_request_error", "Dữ liệu gửi lên không phải JSON, hoặc bị hỏng giữa đường."),
    "bad_request": (400, "invalid_request_error", "Có phần gửi lên không đúng dạng."),
    "unsupported_parameter": (400, "invalid_request_error", "Có tham số mà trợ lý của lớp không nhận."),
    "unsupported_content": (400, "invalid_request_error", "Trợ lý của lớp chỉ nhận chữ, chưa nhận ảnh hay tệp."),
    "model_not_found": (404, "invalid_request_error", "Lớp không có mô hình AI này."),
    "not_available": (404, "invalid_request_error", "Lớp chưa có phần này của trợ lý AI."),
    "prompt_too_long": (400, "invalid_request_error", "Câu hỏi dài quá. Hãy rút gọn, hoặc chia thành nhiều câu."),
    "too_large": (413, "invalid_request_error", "Nội dung gửi lên lớn quá. Hãy rút gọn rồi gửi lại."),
    "personal_data": (400, "invalid_request_error", "Câu này có thông tin riêng nên chưa gửi đi."),
    "tokens_a_day": (429, "insufficient_quota", "Hôm nay bạn đã dùng hết phần hỏi trợ lý AI."),
    "requests_a_day": (429, "insufficient_quota", "Hôm nay bạn đã hỏi hết số lượt."),
    "class_month": (429, "insufficient_quota", "Lớp bạn đã dùng hết phần trợ lý AI của tháng này."),
    "at_once": (429, "rate_limit_exceeded", "Câu hỏi trước của bạn đang được trả lời."),
    "upstream_down": (503, "api_error", "Chưa nối được tới trợ lý AI. Chờ một phút rồi hỏi lại nhé."),
    "upstream_slow": (504, "api_error", "Trợ lý AI trả lời lâu quá nên đã dừng. Hỏi lại, hoặc hỏi ngắn hơn."),
    "upstream_busy": (429, "rate_limit_exceeded", "Trợ lý AI đang đông người hỏi. Chờ một lát rồi hỏi lại nhé."),
    "upstream_key": (502, "api_error", f"Trợ lý AI không nhận khoá của lớp. Đây không phải lỗi của bạn. {_TELL}"),
    "upstream_money": (502, "api_error", f"Tài khoản AI của lớp đã hết tiền. Đây không phải lỗi của bạn. {_TELL}"),
    "upstream_model": (502, "api_error", f"Nhà cung cấp không có mô hình AI mà lớp đã chọn. {_TELL}"),
    "upstream_refused": (400, "invalid_request_error", "Trợ lý AI không nhận câu hỏi này. Hãy sửa lại rồi gửi."),
    "upstream_failed": (502, "api_error", "Phía trợ lý AI đang gặp lỗi. Chờ một phút rồi hỏi lại nhé."),
    "upstream_bad": (502, "api_error", f"Trợ lý AI trả lời không đọc được. Nếu còn gặp lại: {_TELL}"),
    "upstream_cut": (502, "api_error", "Câu trả lời bị đứt giữa chừng. Phần đã hiện có thể thiếu. Hãy hỏi lại."),
    "storage_full": (507, "api_error", f"Máy chủ hết chỗ ghi nên trợ lý AI tạm nghỉ. {_TELL}"),
    "busy": (503, "api_error", "Máy chủ đang bận. Chờ vài giây rồi hỏi lại nhé."),
    "hub_unavailable": (503, "api_error", "Máy chủ đang khởi động lại. Chờ một phút rồi hỏi lại nhé."),
    "internal": (500, "api_error", "Máy chủ gặp lỗi. Bài đã làm không mất. Hãy thử lại sau ít phút."),
}
_RETRY_AFTER = {"upstream_down": 10, "upstream_busy": 10, "upstream_failed": 5, "busy": 2, "hub_unavailable": 10}
_RETRY_AFTER |= {"at_once": 3, "storage_full": 60}
# The openai client tries these statuses again by itself; here that helps nobody.
_USELESS_TO_REPEAT = {
    *("tokens_a_day", "requests_a_day", "class_month", "upstream_key", "upstream_money", "upstream_model"),
    *("upstream_bad", "upstream_slow", "storage_full", "internal"),
}


class HungUp(Exception):
    """Who asked is gone; there is nobody to answer."""


class AssistantError(Exception):
    """An answer other than success.

    Parameters
    ----------
    code
        One of the codes above.
    message
        A more exact Vietnamese sentence than the code's own. Never what the learner or the provider wrote.
    param
        The part of the request that is meant.
    extra
        More keys of ``error``.
    wait_seconds
        After so long trying again makes sense; the header ``Retry-After``.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        param: str | None = None,
        extra: dict[str, Any] | None = None,
        wait_seconds: int | None = None,
    ):
        super().__init__(code)
        self.code = code
        self.status, self.type, usual = _ERRORS[code]
        self.message = message or usual
        self.param = param
        self.extra = extra or {}
        self.wait_seconds = wait_seconds if wait_seconds is not None else _RETRY_AFTER.get(code)

    def body(self) -> dict[str, Any]:
        """Return it as OpenAI's clients expect it."""
        error: dict[str, Any] = {"message": self.message, "type": self.type, "code": self.code, "param": self.param}
        if self.wait_seconds is not None:
            error["wait_seconds"] = self.wait_seconds
        return {"error": error | self.extra}

    def response(self) -> Response:
        """Return it as an answer."""
        headers = {} if self.wait_seconds is None else {"Retry-After": str(self.wait_seconds)}
        if self.code in _USELESS_TO_REPEAT:
            headers["x-should-retry"] = "false"
        return JSONResponse(self.body(), self.status, headers)


def as_assistant_error(error: Exception) -> AssistantError | None:
    """Translate what may go wrong below; ``None`` for the unforeseen."""
    match error:
        case AssistantError():
            return error
        case ServiceError():
            return AssistantError(error.code if error.code in _ERRORS else "internal")
        case StorageFull():
            return AssistantError("storage_full")
        case DatabaseBusy():
            return AssistantError("busy")
        case DatabaseFailure():
            return AssistantError("internal")
        case HTTPException(status_code=404):
            return AssistantError("not_found")
        case HTTPException(status_code=405):
            return AssistantError("method_not_allowed")
    return None


def add_error_handlers(app: FastAPI) -> None:
    """Answer the foreseen errors; the outer layer answers the others."""

    async def answer(request: Request, error: Exception) -> Response:
        known = as_assistant_error(error)
        if known is None:
            raise error
        if known.status >= 500:
            log.error("%s %s: %s", request.method, request.url.path, known.code)
        return known.response()

    async def to_nobody(_request: Request, _error: Exception) -> Response:
        return Response(status_code=499)

    app.add_exception_handler(HungUp, to_nobody)
    for kind in (AssistantError, ServiceError, StorageFull, DatabaseBusy, DatabaseFailure, HTTPException):
        app.add_exception_handler(kind, answer)
