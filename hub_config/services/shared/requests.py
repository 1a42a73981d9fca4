"""What is demanded of a request before anything is done with it."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import urlsplit

from fastapi import Request
from pydantic import BaseModel, ValidationError

from hub_config.services.shared.errors import ServiceError
from hub_config.services.shared.identity import Identity

MAX_BODY_BYTES = 256_000
_Model = TypeVar("_Model", bound=BaseModel)


def check_same_origin(request: Request, identity: Identity) -> None:
    """Refuse a write that another site makes a logged-in browser send.

    A token in the header is proof enough; a cookie is sent by the browser whoever asks, so the browser's own word on
    where the request comes from is needed.

    Raises
    ------
    ServiceError
        ``cross_origin``.
    """
    if not identity.by_cookie:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        same = site == "same-origin"
    else:
        same = origin is not None and urlsplit(origin).netloc == request.headers.get("Host")
    if not same:
        raise ServiceError("cross_origin")


async def read_json(request: Request, model: type[_Model], limit: int = MAX_BODY_BYTES) -> _Model:
    """Read a JSON body into a model, stopping as soon as it is larger than ``limit`` bytes.

    Raises
    ------
    ServiceError
        ``not_json``, ``too_large``, ``bad_json`` or ``bad_answer``.
    """
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise ServiceError("not_json")
    declared = request.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limit:
        raise ServiceError("too_large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise ServiceError("too_large")
    try:
        return model.model_validate_json(bytes(body))
    except ValidationError as error:
        code = "bad_json" if error.errors(include_input=False)[0]["type"] == "json_invalid" else "bad_answer"
        raise ServiceError(code) from None
    except OverflowError:  # a moment before the first or after the last that a clock can show
        raise ServiceError("bad_answer") from None
