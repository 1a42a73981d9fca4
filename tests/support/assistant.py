"""An OpenAI-compatible assistant for tests of what asks it: a real HTTP server that does well, or wrong, as told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ABOUT = {"assistant": "Trợ lý thử", "prepared": False, "matched": True, "missing": [], "masked": []}
ANSWER = "Kính mời **bà con** xóm 4."
REFUSALS = {
    "personal_data": (400, "Câu này có số điện thoại nên chưa gửi đi."),
    "requests_a_day": (429, "Hôm nay bạn đã hỏi hết số lượt."),
    "upstream_down": (503, "Chưa nối được tới trợ lý AI."),
}


@dataclass
class Assistant:
    """What it was asked, and how it is to behave.

    Attributes
    ----------
    mode
        ``good``, ``waits`` (after the first words, until the asker hangs up), ``cut``, ``error`` (within the stream),
        ``garbage``, ``html``, or a code of ``REFUSALS``.
    """

    port: int = 0
    mode: str = "good"
    seen: list[dict[str, Any]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The address to give to a client."""
        return f"http://127.0.0.1:{self.port}/v1"


@contextmanager
def running_assistant() -> Iterator[Assistant]:
    """Run one until the end of the block."""
    assistant = Assistant()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

        def do_POST(self) -> None:
            assistant.seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            with suppress(OSError):
                self.answer(assistant.mode)

        def answer(self, mode: str) -> None:
            if mode in REFUSALS:
                status, message = REFUSALS[mode]
                error = {"message": message, "type": "api_error", "code": mode, "param": None}
                return self.whole(status, "application/json", json.dumps({"error": error}))
            if mode == "html":
                return self.whole(200, "text/html", "<h1>Wi-Fi của quán</h1>")
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.chunk({"role": "assistant", "content": ""}, {"bdhai": ABOUT})
            if mode == "garbage":
                self.wfile.write(b"data: {khong phai JSON\n\n")
                return None
            for number, word in enumerate(ANSWER.split(" ")):
                self.chunk({"content": word if number == 0 else f" {word}"})
                if number == 1 and mode == "waits":
                    self.connection.settimeout(20)
                    if self.connection.recv(1) == b"":
                        assistant.hung_up.set()
                    return None
                if number == 1 and mode == "error":
                    error = {"message": "Câu trả lời bị đứt giữa chừng.", "code": "upstream_cut", "type": "api_error"}
                    return self.event({"error": error})
                if number == 1 and mode == "cut":
                    self.wfile.flush()
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return None
            self.chunk({}, {"bdhai": ABOUT | {"left": {"tokens": 100, "requests": 3}}}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")
            return None

        def whole(self, status: int, kind: str, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("x-should-retry", "false")
            self.end_headers()
            self.wfile.write(text.encode())

        def chunk(self, delta: dict[str, Any], more: dict[str, Any] | None = None, finish: str | None = None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            self.event(head | {"choices": [choice]} | (more or {}))

        def event(self, data: dict[str, Any]) -> None:
            self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
            self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    assistant.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield assistant
    finally:
        server.shutdown()
        server.server_close()
