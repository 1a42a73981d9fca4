"""Calls to an assistant or a provider, timed: one after the other, and hundreds of streams at once."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from grader.bench.assistant_provider import WORD, WORDS_STEADY

QUESTION = (
    "Soạn giúp tôi thông báo họp xóm lúc 19 giờ 30 tối thứ Bảy ở nhà văn hoá, bàn việc làm đường, cho bà con trong xóm."
)
_WORD = f'"content":"{WORD}'.encode()


@dataclass(frozen=True)
class Target:
    """Something that answers as OpenAI does, up to and with ``/v1``."""

    url: str
    token: str

    def head(self) -> dict[str, str]:
        """Return the headers of a request."""
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}


def body(model: str, *, stream: bool) -> bytes:
    """Return a request as a learner sends it."""
    asked: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": QUESTION}], "stream": stream}
    return json.dumps(asked).encode()


class OneByOne:
    """One learner's connection, kept open between requests as clients do."""

    def __init__(self, target: Target):
        self._target = target
        parts = urlsplit(target.url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._path = f"{parts.path}/chat/completions"

    def ask(self, *, stream: bool) -> tuple[float, float]:
        """Ask once.

        Returns
        -------
        (float, float)
            Seconds to the first word (of a whole answer: to the answer), and to the end.
        """
        sent = body("now", stream=stream)
        start = time.perf_counter()
        self._connection.request("POST", self._path, sent, self._target.head())
        response = self._connection.getresponse()
        first = None
        if stream:
            while first is None:
                line = response.readline()
                if not line:
                    raise RuntimeError("the stream ended before its first word")
                if _WORD in line:
                    first = time.perf_counter() - start
        rest = response.read()
        if response.status != 200 or (stream and b"[DONE]" not in rest):
            raise RuntimeError(f"status {response.status}")
        end = time.perf_counter() - start
        return (end if first is None else first), end

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass
class Held:
    """What became of one of many streams."""

    first: float | None = None
    words: int = 0
    whole: bool = False


async def hold_streams(target: Target, count: int) -> list[Held]:
    """Open many streams at once and read them to their ends."""
    return await asyncio.gather(*(_hold(target) for _ in range(count)))


async def _hold(target: Target) -> Held:
    held = Held()
    parts = urlsplit(target.url)
    sent = body("steady", stream=True)
    lines = [f"POST {parts.path}/chat/completions HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in target.head().items()]
    head = "\r\n".join([*lines, f"Content-Length: {len(sent)}", "", ""])
    start = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(head.encode() + sent)
        ok = (await reader.readline()).startswith(b"HTTP/1.1 200")
        rest = b""
        while data := await reader.read(65536):
            # A mark that is cut in two is found when its end has come.
            seen = rest + data
            held.words += seen.count(_WORD)
            if held.first is None and held.words:
                held.first = time.perf_counter() - start
            if b"[DONE]" in seen:  # the provider keeps its connections open for the next request
                held.whole = ok and held.words == WORDS_STEADY
                break
            rest = seen[-len(_WORD) + 1 :]
        writer.close()
    except OSError:
        pass
    return held
