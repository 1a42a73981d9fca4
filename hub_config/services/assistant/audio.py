"""``/v1/audio/transcriptions``: a learner's recording written down by the provider, where it has a model for that.

No shield looks into a recording. An operator who names a transcription model has decided that voices may leave.
"""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Receive

from hub_config.services.assistant.errors import AssistantError
from hub_config.services.assistant.incoming import asker, read_body, while_listening
from hub_config.services.assistant.service import USUAL_MODEL, AssistantService
from hub_config.services.assistant.tokens import tokens_of

_LARGEST_BODY = 26_000_000  # bytes; OpenAI's own limit is 25 MB a recording
_FORMATS = {"json": "application/json", "verbose_json": "application/json"}
_FORMATS |= {"text": "text/plain; charset=utf-8", "srt": "text/plain; charset=utf-8", "vtt": "text/vtt; charset=utf-8"}
_FIELDS = ("language", "temperature")
# A quarter of an hour of speech is about this many tokens; what is really used is told only by some providers.
_RESERVED = 3_000


async def transcriptions(service: AssistantService, request: Request) -> Response:
    """Answer one request.

    Raises
    ------
    AssistantError
        As for chats; ``not_available`` where the provider has no model for it.
    """
    identity = await asker(request, service.authenticator)
    model, upstream = service.assistant.transcription_model, service.upstream
    if upstream is None or model is None:
        raise AssistantError("not_available", "Lớp chưa có phần ghi lời nói thành chữ. Bạn gõ chữ giúp nhé.")
    file, fields = await _form(request)
    if fields.get("model") not in {USUAL_MODEL, model}:
        message = f"Lớp không có mô hình AI này. Hãy chọn: “{USUAL_MODEL}”, “{model}”."
        raise AssistantError("model_not_found", message, param="model")
    wanted = fields.get("response_format", "json")
    if wanted not in _FORMATS:
        raise AssistantError("bad_request", "Chỉ nhận response_format: " + ", ".join(_FORMATS), param="response_format")
    sent = {"model": model, "response_format": wanted} | {name: fields[name] for name in _FIELDS if name in fields}
    ticket = await service.quota.admit(identity.name, service.payers(identity), 0, _RESERVED)
    try:
        answer = await while_listening(request, upstream.post_form("audio/transcriptions", sent, file))
        ticket.settle(_used(answer, wanted))
    except BaseException:
        ticket.settle(0, asked=False)
        raise
    return Response(answer, media_type=_FORMATS[wanted])


async def _form(request: Request) -> tuple[tuple[str, bytes, str], dict[str, str]]:
    """Return the recording (under a name that says nothing of the learner) and the other fields."""
    body = await read_body(request, _LARGEST_BODY)
    replay = Request(request.scope, _once(body))
    try:
        async with replay.form(max_files=1, max_fields=20) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise AssistantError("bad_request", "Thiếu tệp ghi âm (phần “file”).", param="file")
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            ending = (file.filename or "").rpartition(".")[2].lower()
            kind = file.content_type or "application/octet-stream"
            name = f"ghi-am.{ending}" if ending.isalnum() and len(ending) <= 5 else "ghi-am"
            return (name, await file.read(), kind), fields
    except (HTTPException, AssertionError):
        raise AssistantError("bad_request", "Tệp ghi âm gửi lên bị hỏng giữa đường.", param="file") from None


def _once(body: bytes) -> Receive:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _used(answer: bytes, wanted: str) -> int:
    """Return the tokens of a transcription; also looks whether it is one.

    Raises
    ------
    AssistantError
        ``upstream_bad`` for garbage and web pages.
    """
    if _FORMATS[wanted] != "application/json":
        if answer.lstrip()[:1] == b"<":
            raise AssistantError("upstream_bad")
        return tokens_of(answer.decode("utf-8", "replace"))
    try:
        found = orjson.loads(answer)
        text = found["text"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        raise AssistantError("upstream_bad") from None
    if not isinstance(text, str):
        raise AssistantError("upstream_bad")
    usage = found.get("usage")
    counted = usage.get("total_tokens") if isinstance(usage, dict) else None
    return counted if isinstance(counted, int) and counted > 0 else tokens_of(text)
