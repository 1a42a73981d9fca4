"""Requests as they come in: who asks, what the body is, and whether the asker is still there."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import orjson
from fastapi import Request

from hub_config.services.assistant.errors import AssistantError, HungUp
from hub_config.services.shared.identity import Authenticator, Identity
from hub_config.services.shared.requests import check_same_origin

_Result = TypeVar("_Result")


async def asker(request: Request, authenticator: Authenticator) -> Identity:
    """Return who asks; everybody asks for themselves.

    Raises
    ------
    AssistantError
        ``not_logged_in``, ``not_yours`` or ``cross_origin``.
    """
    identity = await authenticator.identify(request)
    if identity is None:
        raise AssistantError("not_logged_in")
    if request.query_params.get("learner", identity.name) != identity.name:
        raise AssistantError("not_yours")
    if request.method != "GET":
        check_same_origin(request, identity)
    return identity


async def read_json_body(request: Request, limit: int) -> Any:
    """Read a JSON body, stopping as soon as it is larger than ``limit`` bytes.

    Raises
    ------
    AssistantError
        ``not_json``, ``too_large`` or ``bad_json``.
    """
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise AssistantError("not_json")
    try:
        return orjson.loads(await read_body(request, limit))
    except orjson.JSONDecodeError:
        raise AssistantError("bad_json") from None


async def read_body(request: Request, limit: int) -> bytes:
    """Read a body, stopping as soon as it is larger than ``limit`` bytes.

    Raises
    ------
    AssistantError
        ``too_large``.
    """
    declared = request.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limit:
        raise AssistantError("too_large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise AssistantError("too_large")
    return bytes(body)


async def while_listening(request: Request, work: Coroutine[Any, Any, _Result]) -> _Result:
    """Do something for a request whose body has been read, and stop as soon as the asker hangs up.

    Raises
    ------
    HungUp
        When the asker did; the work has been cancelled and has ended.
    """
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_until_gone(request))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise HungUp
    finally:
        for task in (working, gone):
            task.cancel()
        await asyncio.gather(working, gone, return_exceptions=True)


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
