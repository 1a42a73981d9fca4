"""``python -m grader.bench.assistant_provider``: a stand-in for an AI provider that costs next to nothing itself.

It speaks just enough HTTP and OpenAI to be called by the assistant service and, for comparison, directly. The model
``now`` sends its words at once, ``steady`` sends one every tenth of a second, as a provider does for one reader.
"""

from __future__ import annotations

import asyncio
import json
import sys

WORDS_NOW = 20
WORDS_STEADY = 100
SECONDS_A_WORD = 0.1
WORD = "xin "
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_DONE = b"data: [DONE]\n\n"


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_WORD = _event({"content": WORD})
_FIRST = _chunk(_event({"role": "assistant", "content": ""}) + _WORD)
_END = _chunk(_event({}, "stop") + _DONE) + b"0\r\n\r\n"


def _whole() -> bytes:
    message = {"role": "assistant", "content": WORD * WORDS_NOW}
    usage = {"prompt_tokens": 10, "completion_tokens": WORDS_NOW, "total_tokens": 10 + WORDS_NOW}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    body = json.dumps(answer).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    whole = _whole()
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            asked = json.loads(await reader.readexactly(length))
            if not asked.get("stream"):
                writer.write(whole)
                continue
            if asked["model"] == "now":
                writer.write(_HEAD + _FIRST)
                for _ in range(WORDS_NOW - 1):
                    writer.write(_chunk(_WORD))
                writer.write(_END)
                continue
            writer.write(_HEAD + _FIRST)
            for _ in range(WORDS_STEADY - 1):
                await asyncio.sleep(SECONDS_A_WORD)
                writer.write(_chunk(_WORD))
            writer.write(_END)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    """Serve on a free loopback port, whose number is printed, until ended."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
