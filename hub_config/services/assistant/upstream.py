"""Calls to the provider that the operator configured, and to no other address."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import orjson

from hub_config.assistant_settings import AssistantSettings
from hub_config.services.assistant.errors import AssistantError

log = logging.getLogger("bdhai.services")

_LARGEST_ANSWER = 8_000_000  # bytes
_LARGEST_ERROR = 100_000
_LONGEST_WAIT = 120  # seconds that a provider's Retry-After is believed
_CLIENTS, _A_CLIENT = 16, 50  # clients, and the streams that one of them carries before the next does
_NO_MONEY = {"insufficient_quota", "billing_hard_limit_reached", "insufficient_balance"}
_TOO_LONG = {"context_length_exceeded", "string_above_max_length", "exceed_context_size_error"}


class Upstream:
    """One provider.

    Parameters
    ----------
    key
        The provider's key; ``None`` for a local server that wants none.
    """

    def __init__(self, settings: AssistantSettings, key: str | None):
        if settings.base_url is None:
            raise ValueError("no provider")
        self._base = settings.base_url
        self._answer_seconds = settings.answer_seconds
        # Identity: a packed stream would come in lumps, and a small packed answer may unpack to a huge one.
        headers = {"Accept-Encoding": "identity", "User-Agent": "binh-dan-hoc-ai"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        trusted = ssl.create_default_context()
        self._clients = [_client(settings, headers, trusted) for _ in range(_CLIENTS)]
        self._streams = 0

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients:
            await client.aclose()

    async def post_json(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send JSON and return the JSON that comes back.

        Raises
        ------
        AssistantError
            One of the ``upstream_…`` codes.
        """
        content = orjson.dumps(body)
        answer = json_object(await self._whole(path, content=content, headers={"Content-Type": "application/json"}))
        if "error" in answer:  # some servers answer 200 and an error
            raise AssistantError("upstream_failed")
        return answer

    async def post_form(self, path: str, data: dict[str, str], file: tuple[str, bytes, str]) -> bytes:
        """Send a form with a file (name, content, media type) and return what comes back.

        Raises
        ------
        AssistantError
            One of the ``upstream_…`` codes.
        """
        return await self._whole(path, data=data, files={"file": file})

    async def open_stream(self, path: str, body: dict[str, Any]) -> httpx2.Response:
        """Send JSON and return an answer whose events are still to come; `close_stream` ends it.

        Raises
        ------
        AssistantError
            One of the ``upstream_…`` codes.
        """
        client = self._least_crowded()
        request = client.build_request(
            "POST",
            f"{self._base}/{path}",
            content=orjson.dumps(body),
            headers={"Content-Type": "application/json", "Accept": "text/event-stream"},
        )
        self._streams += 1
        try:
            with explained():
                response = await client.send(request, stream=True)
        except BaseException:
            self._streams -= 1
            raise
        try:
            if response.status_code != 200:
                raise await _refusal(response)
            if response.headers.get("Content-Type", "").partition(";")[0].strip() != "text/event-stream":
                raise AssistantError("upstream_bad")
        except BaseException:
            await self.close_stream(response)
            raise
        return response

    async def close_stream(self, response: httpx2.Response) -> None:
        """Close what `open_stream` returned, which stops a provider that is still writing."""
        self._streams -= 1
        await response.aclose()

    def _least_crowded(self) -> httpx2.AsyncClient:
        # A client looks through all its connections at each request and at each end of one; the first client alone, and
        # so the connections it keeps open, serve a small class.
        return self._clients[min(self._streams // _A_CLIENT, _CLIENTS - 1)]

    async def _whole(self, path: str, **sent: Any) -> bytes:
        """Send and read all that comes back, up to a limit of size and time."""
        async with self._in_time():
            with explained():
                async with self._least_crowded().stream("POST", f"{self._base}/{path}", **sent) as response:
                    if response.status_code != 200:
                        raise await _refusal(response)
                    answer = await _read(response, _LARGEST_ANSWER)
        if answer is None:
            raise AssistantError("upstream_bad")
        return answer

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._answer_seconds):
                yield
        except TimeoutError:
            raise AssistantError("upstream_slow") from None


def _client(settings: AssistantSettings, headers: dict[str, str], trusted: ssl.SSLContext) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        headers=headers,
        verify=trusted,
        timeout=httpx2.Timeout(settings.silence_seconds, connect=settings.connect_seconds),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=_A_CLIENT, keepalive_expiry=30),
        # A redirect would take the question, and the key, to an address that nobody configured.
        follow_redirects=False,
        trust_env=False,
    )


class explained:
    """Turn what may go wrong on the way to the provider into a sentence; its own text may hold addresses and keys."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        """Translate."""
        match error:
            case httpx2.ConnectTimeout() | httpx2.ConnectError() | httpx2.ProxyError():
                raise AssistantError("upstream_down") from None
            case httpx2.TimeoutException():
                raise AssistantError("upstream_slow") from None
            case httpx2.RemoteProtocolError() | httpx2.ReadError():
                raise AssistantError("upstream_cut") from None
            case httpx2.DecodingError():
                raise AssistantError("upstream_bad") from None
            case httpx2.TransportError():
                raise AssistantError("upstream_down") from None


def json_object(content: bytes) -> dict[str, Any]:
    """Return a JSON object.

    Raises
    ------
    AssistantError
        ``upstream_bad`` for anything else.
    """
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise AssistantError("upstream_bad") from None
    if not isinstance(value, dict):
        raise AssistantError("upstream_bad")
    return value


async def _read(response: httpx2.Response, limit: int) -> bytes | None:
    """Read a body; ``None`` when it is larger than ``limit`` bytes."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


async def _refusal(response: httpx2.Response) -> AssistantError:
    """Say why the provider did not answer, by its status and code; its own words may quote the key or the learner."""
    status = response.status_code
    code, param = _code_of(await _read(response, _LARGEST_ERROR) or b"")
    log.error("provider answered %s %s", status, code or "")
    wait = response.headers.get("Retry-After", "")
    wait_seconds = min(int(wait), _LONGEST_WAIT) if wait.isdigit() else None
    if code in _NO_MONEY or status == 402:
        return AssistantError("upstream_money")
    if status in (401, 403):
        return AssistantError("upstream_key")
    if code == "model_not_found" or status == 404:
        return AssistantError("upstream_model")
    if code in _TOO_LONG or status == 413:
        return AssistantError("prompt_too_long")
    if status == 429:
        return AssistantError("upstream_busy", wait_seconds=wait_seconds)
    if status in (400, 409, 415, 422):
        return AssistantError("upstream_refused", param=param)
    if 300 <= status < 400:
        return AssistantError("upstream_bad")
    return AssistantError("upstream_failed", wait_seconds=wait_seconds)


def _code_of(body: bytes) -> tuple[str | None, str | None]:
    """Return code and param of an error in OpenAI's shape, each only if it is a plain name."""
    try:
        error = orjson.loads(body)["error"]
        found = [error.get("code") or error.get("type"), error.get("param")]
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        return None, None
    plain = [str(item) if item and re.fullmatch(r"[a-z][a-z0-9_.]{1,59}", str(item)) else None for item in found]
    return plain[0], plain[1]
