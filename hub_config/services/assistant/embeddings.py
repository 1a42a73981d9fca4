"""``/v1/embeddings``: from the provider where it has a model for it, else made on this machine."""

from __future__ import annotations

import asyncio
import base64
from typing import Any, Literal

import orjson
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub_config.services.assistant.chat import shielded
from hub_config.services.assistant.chat_request import bad_request
from hub_config.services.assistant.errors import AssistantError
from hub_config.services.assistant.incoming import asker, read_json_body, while_listening
from hub_config.services.assistant.service import LOCAL_EMBEDDINGS, USUAL_MODEL, AssistantService
from hub_config.services.assistant.tokens import prompt_tokens_of

_LARGEST_BODY = 4_000_000
_BATCH = 16  # texts
# One batch after the other: the model takes a whole core, and what waits here costs nothing.
_one_at_a_time = asyncio.Semaphore(1)


class _Extra(BaseModel):
    """Our own part of a request: whether the local model takes the texts for questions or for what answers them."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal["query", "passage"] = "query"


class _Embeddings(BaseModel):
    model_config = ConfigDict(extra="ignore")

    model: str = Field(max_length=200)
    input: str | list[str] = Field(min_length=1, max_length=2048)
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(default=None, ge=1)
    bdhai: _Extra = _Extra()


async def embeddings(service: AssistantService, request: Request) -> Response:
    """Answer one request.

    Raises
    ------
    AssistantError
        As for chats; ``not_available`` where there is neither a provider's model nor one on this machine.
    """
    identity = await asker(request, service.authenticator)
    try:
        wanted = _Embeddings.model_validate(await read_json_body(request, _LARGEST_BODY))
    except ValidationError as error:
        raise bad_request(error) from None
    texts = [wanted.input] if isinstance(wanted.input, str) else wanted.input
    if not texts or not all(texts):
        raise AssistantError("bad_request", "Không có gì để so nghĩa: phần “input” đang trống.", param="input")
    tokens = prompt_tokens_of(texts)
    if max(map(len, texts)) > 30_000 or tokens > 20 * service.assistant.max_prompt_tokens:
        raise AssistantError("prompt_too_long", param="input")
    remote = service.assistant.embedding_model if service.upstream else None
    known = (USUAL_MODEL, remote or LOCAL_EMBEDDINGS)
    if wanted.model not in known:
        named = ", ".join(f"“{name}”" for name in known)
        raise AssistantError("model_not_found", f"Lớp không có mô hình AI này. Hãy chọn: {named}.", param="model")
    # The local model costs the class nothing, so it counts for the learner's requests but takes no tokens.
    ticket = await service.quota.admit(identity.name, service.payers(identity), tokens if remote else 0, 0)
    try:
        if remote and service.upstream is not None:
            masked = await shielded(service, texts, texts)
            body = {"model": remote, "input": masked.value, "encoding_format": wanted.encoding_format}
            if wanted.dimensions:
                body["dimensions"] = wanted.dimensions
            answer = await while_listening(request, service.upstream.post_json("embeddings", body))
            if not isinstance(answer.get("data"), list) or len(answer["data"]) != len(texts):
                raise AssistantError("upstream_bad")
            usage = answer.get("usage")
            used = usage.get("total_tokens") if isinstance(usage, dict) else None
            ticket.settle(used if isinstance(used, int) and used > 0 else tokens)
            shown = masked.shown
        else:
            answer = await while_listening(request, _local(texts, wanted, tokens))
            ticket.settle(0)
            shown = []
    except BaseException:
        ticket.settle(0, asked=False)
        raise
    facts = {"matched": True, "missing": [], "masked": shown}
    about = service.about(identity.name, facts) | {"assistant": answer.get("model", remote), "prepared": False}
    return Response(orjson.dumps(answer | {"bdhai": about}), media_type="application/json")


async def _local(texts: list[str], wanted: _Embeddings, used: int) -> dict[str, Any]:
    """Make embeddings on this machine, a few at a time, so that nobody's long list keeps others waiting.

    Raises
    ------
    AssistantError
        ``not_available`` where the model is not installed.
    """
    from course.ai import search

    data: list[dict[str, Any]] = []
    for start in range(0, len(texts), _BATCH):
        try:
            async with _one_at_a_time:
                found = await asyncio.to_thread(search.embed, texts[start : start + _BATCH], wanted.bdhai.kind)
        except search.NotInstalled as error:
            raise AssistantError("not_available", str(error)) from None
        for row in found:
            vector = base64.b64encode(row.tobytes()).decode() if wanted.encoding_format == "base64" else row.tolist()
            data.append({"object": "embedding", "index": len(data), "embedding": vector})
    usage = {"prompt_tokens": used, "total_tokens": used}
    return {"object": "list", "model": search.MODEL, "data": data, "usage": usage}
