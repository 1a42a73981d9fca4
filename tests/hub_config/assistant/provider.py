"""An OpenAI-compatible provider for tests: a real HTTP server that does well, or wrong, by the model's name."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-kia-that-4711-cua-lop"
ANSWER = "Chào bà con, ngày mai trời nắng. "
MODES = (
    *("good", "kept", "echo", "tools", "no-usage", "endless", "slow", "silent", "cut", "cut-early", "stuck"),
    *(
        "garbage",
        "garbage-in-stream",
        "html",
        "wrong-key",
        "no-model",
        "gone",
        "busy",
        "no-money",
        "broken",
        "refused",
        "too-long",
    ),
    *("redirect", "error-in-stream", "no-choices", "error-200", "list"),
)


@dataclass
class Provider:
    """What the provider saw."""

    url: str
    other: str
    seen: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: list[Any] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    other_hits: int = 0

    def forget(self) -> None:
        """Forget what was seen."""
        for kept in (self.seen, self.headers, self.bodies, self.connections):
            kept.clear()
        self.hung_up.clear()
        self.other_hits = 0

    @property
    def last(self) -> dict[str, Any]:
        """The last request's JSON."""
        return self.seen[-1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, *_arguments: object) -> None:
        """Say nothing of clients that hang up."""


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Run a provider, and beside it another server that nobody configured, until the end of the block."""
    provider = Provider("", "")
    other = _Server(("127.0.0.1", 0), _other(provider))
    server = _Server(("127.0.0.1", 0), _handler(provider))
    provider.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    provider.other = f"http://127.0.0.1:{other.server_address[1]}/"
    threads = [threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True) for one in (server, other)]
    for thread in threads:
        thread.start()
    try:
        yield provider
    finally:
        provider.stopped.set()
        for one in (server, other):
            one.shutdown()
            one.server_close()
        for thread in threads:
            thread.join()


def _other(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Other(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            provider.other_hits += 1
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_arguments: object) -> None:
            pass

    return Other


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            provider.bodies.append(body)
            provider.headers.append(dict(self.headers))
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                return self.error(401, "invalid_api_key")
            if self.path == "/v1/audio/transcriptions":
                return self.transcription(body)
            asked = json.loads(body)
            provider.seen.append(asked)
            if self.path == "/v1/embeddings":
                return self.embeddings(asked)
            mode = asked["model"]
            if mode in _ERRORS:
                return self.error(*_ERRORS[mode])
            special = getattr(self, mode.replace("-", "_"), None)
            if special:
                return special(asked)
            return self.chat(asked, mode)

        # What goes wrong

        def slow(self, _asked: dict[str, Any]) -> None:
            provider.stopped.wait(20)

        def html(self, _asked: dict[str, Any]) -> None:
            self.whole(b"<html><body>Sign in to the hotel's network</body></html>", "text/html")

        def garbage(self, _asked: dict[str, Any]) -> None:
            self.whole(b'{"choices": [', "application/json")

        def list(self, _asked: dict[str, Any]) -> None:
            self.whole(b"[1, 2]", "application/json")

        def no_choices(self, asked: dict[str, Any]) -> None:
            if asked.get("stream"):
                self.begin()
                return self.event({"object": "chat.completion.chunk"})
            return self.whole(b'{"object": "chat.completion"}', "application/json")

        def error_200(self, _asked: dict[str, Any]) -> None:
            self.whole(json.dumps({"error": {"message": f"{KEY} quota"}}).encode(), "application/json")

        def redirect(self, _asked: dict[str, Any]) -> None:
            self.send_response(307)
            self.send_header("Location", provider.other)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def gone(self, _asked: dict[str, Any]) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        # What goes well, or does so for a while

        def chat(self, asked: dict[str, Any], mode: str) -> None:
            text = asked["messages"][-1]["content"] if mode == "echo" else ANSWER * 3
            usage = {"prompt_tokens": 100, "completion_tokens": 40, "total_tokens": 140}
            if not asked.get("stream"):
                message: dict[str, Any] = {"role": "assistant", "content": text}
                if mode == "tools":
                    message |= {"content": None, "tool_calls": [_call(asked)]}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                body = {"id": "c1", "object": "chat.completion", "created": 1, "model": mode, "choices": [choice]}
                counted = {} if mode == "no-usage" else {"usage": usage}
                return self.whole(json.dumps(body | counted).encode(), "application/json")
            self.begin()
            self.chunk({"role": "assistant", "content": ""})
            if mode == "tools":
                call = _call(asked)
                self.chunk({"tool_calls": [{"index": 0, **call, "function": {"name": "goi", "arguments": ""}}]})
                for letter in call["function"]["arguments"]:
                    self.chunk({"tool_calls": [{"index": 0, "function": {"arguments": letter}}]})
            if mode == "cut-early":
                return self.drop()
            if mode == "endless":
                return self.forever()
            for piece in text if mode == "echo" else text.split(" "):
                if mode != "tools":
                    self.chunk({"content": piece if mode == "echo" else piece + " "})
                if mode == "cut":
                    return self.drop()
                if mode == "silent":
                    return provider.stopped.wait(20) and None
                if mode == "garbage-in-stream":
                    self.wfile.write(b"data: {\xff\xfe\n\n")
                if mode == "error-in-stream":
                    return self.event({"error": {"message": f"{KEY} overloaded", "code": "overloaded"}})
                if mode == "stuck":
                    self.wait_for_hang_up()
                    return None
            self.chunk({}, "stop")
            if mode != "no-usage" and asked.get("stream_options", {}).get("include_usage"):
                self.event({"object": "chat.completion.chunk", "choices": [], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")
            self.close_connection = True
            return None

        def embeddings(self, asked: dict[str, Any]) -> None:
            data = [
                {"object": "embedding", "index": number, "embedding": [float(len(text)), 1.0]}
                for number, text in enumerate(asked["input"])
            ]
            usage = {"prompt_tokens": 7, "total_tokens": 7}
            body = {"object": "list", "model": asked["model"], "data": data, "usage": usage}
            self.whole(json.dumps(body).encode(), "application/json")

        def transcription(self, body: bytes) -> None:
            said = "trống" if b"\r\n\r\n\r\n" in body else "Họp ở nhà văn hoá"
            if b"verbose" in body:
                return self.whole(b"<html>", "text/html")
            return self.whole(json.dumps({"text": said}).encode(), "application/json")

        def kept(self, asked: dict[str, Any]) -> None:
            """Stream in chunks on a connection that stays open for the next request, as providers do."""
            provider.connections.append(self.client_address)
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            choice = {"index": 0, "delta": {"content": ANSWER}, "finish_reason": None}
            ending = {"index": 0, "delta": {}, "finish_reason": "stop"}
            for part in (choice, ending):
                self.framed(b"data: " + json.dumps({"choices": [part]}).encode() + b"\n\n")
                if asked["messages"][-1]["content"] == "cut":
                    return self.drop()
            self.framed(b"data: [DONE]\n\n")
            return self.framed(b"")

        # Bytes

        def framed(self, data: bytes) -> None:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

        def forever(self) -> None:
            with suppress(OSError):
                for _ in range(100_000):
                    self.chunk({"content": "lại nữa " * 8})
                    time.sleep(0.0005)
                return
            provider.hung_up.set()

        def wait_for_hang_up(self) -> None:
            self.connection.settimeout(20)
            with suppress(OSError):
                if self.connection.recv(1) == b"":
                    provider.hung_up.set()

        def begin(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True

        def chunk(self, delta: dict[str, Any], finish: str | None = None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            self.event({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})

        def event(self, data: dict[str, Any]) -> None:
            self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
            self.wfile.flush()

        def drop(self) -> None:
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

        def whole(self, body: bytes, kind: str, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def error(self, status: int, code: str) -> None:
            error = {"message": f"Bad key {KEY}: you wrote …", "code": code, "param": None}
            body = json.dumps({"error": error}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if code == "rate_limit_exceeded":
                self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(body)

    return Handler


_ERRORS = {
    "wrong-key": (401, "invalid_api_key"),
    "no-model": (404, "model_not_found"),
    "busy": (429, "rate_limit_exceeded"),
    "no-money": (429, "insufficient_quota"),
    "broken": (500, "server_error"),
    "refused": (400, "invalid_value"),
    "too-long": (400, "context_length_exceeded"),
}


def _call(asked: dict[str, Any]) -> dict[str, Any]:
    said = asked["messages"][-1]["content"]
    return {
        "id": "call_1",
        "type": "function",
        "function": {"name": "goi", "arguments": json.dumps({"loi": said}, ensure_ascii=False)},
    }
