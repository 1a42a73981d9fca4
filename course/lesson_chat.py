"""Carries a chat widget's requests to the assistant, and the reply back while it is being written."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from openai import Stream
    from openai.types.chat import ChatCompletionChunk

    from course.widgets import Chat

_PAUSE = 0.05  # seconds between two messages to the browser; a fast model would send a hundred a second
_OFFLINE = "Chưa nối được tới trợ lý. Kiểm tra mạng rồi thử lại nhé, chưa mất gì."
_CUT = "Trợ lý chưa nói hết câu. Phần đã hiện có thể thiếu. Thử lại nhé."
_UNFORESEEN = "Trợ lý chưa trả lời được. Chờ một chút rồi thử lại nhé."

Send = Callable[[dict[str, Any]], None]


class _Lesson(Protocol):
    """What a request tells the assistant of the lesson."""

    key: str

    @property
    def audience(self) -> str:
        """For whom the lesson's words are."""


def connect(lesson: _Lesson, widget: Chat) -> None:
    """Serve a chat widget; its messages are told in ``course.widgets.chat``.

    Each request runs in a thread of its own, so that the notebook stays free and the learner can stop it.
    """
    turns: dict[str, _Turn] = {}

    def on_message(_widget: Any, content: Any, _buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        turn = str(content.get("turn", ""))
        if content.get("type") == "stop" and turn in turns:
            turns.pop(turn).stop()
        elif content.get("type") == "ask" and isinstance(content.get("messages"), list):

            def send(event: dict[str, Any], turn: str = turn) -> None:
                if event["type"] in ("end", "error"):
                    turns.pop(turn, None)
                widget.send({**event, "turn": turn})

            turns[turn] = _Turn(send)
            turns[turn].start(lesson, content["messages"])

    widget.on_msg(on_message)


class _Turn:
    """One request under way."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._stopped = threading.Event()
        self._stream: Any = None

    def start(self, lesson: _Lesson, messages: list[dict[str, str]]) -> None:
        """Begin, and say so at once."""
        self._send({"type": "heard"})
        threading.Thread(target=self._run, args=(lesson, messages), daemon=True).start()

    def stop(self) -> None:
        """Hang up; nothing is sent from now on."""
        self._stopped.set()
        if self._stream is not None:
            _hang_up(self._stream)

    def _run(self, lesson: _Lesson, messages: list[dict[str, str]]) -> None:
        try:
            for event in _events(lesson, messages, self._opened):
                if self._stopped.is_set():
                    return
                self._send(event)
                if event["type"] == "error":
                    return
        except Exception as error:
            # Closing a stream under its reader raises whatever the reader was doing.
            if not self._stopped.is_set():
                self._send(_problem(error))
        else:
            if not self._stopped.is_set():
                self._send({"type": "end"})

    def _opened(self, stream: Any) -> None:
        self._stream = stream
        if self._stopped.is_set():
            _hang_up(stream)


def _hang_up(stream: Any) -> None:
    """End a stream that another thread may be reading: closing alone would wait for that thread's next word."""
    connection = stream.response.extensions["network_stream"].get_extra_info("socket")
    with suppress(OSError):  # it has just ended by itself
        connection.shutdown(socket.SHUT_RDWR)


def _events(lesson: _Lesson, messages: list[dict[str, str]], opened: Callable[[Any], None]) -> Iterator[dict[str, Any]]:
    """Ask the assistant, and give what the widget is to be told, as it comes."""
    from course.ai.client import MODEL, assistant, model

    client, chosen = assistant(), model()
    ours: dict[str, Any] = {}
    if chosen == MODEL:
        # The widget says who answered; a reply written beforehand need not say it again in its text.
        ours = {"bdhai": {"lesson": lesson.key, "audience": lesson.audience, "shows_label": True}}
    else:  # the learner's own key: the provider knows nothing of lessons
        yield {"type": "about", "about": {"assistant": f"AI {chosen}"}}
    said: Any = messages
    stream: Stream[ChatCompletionChunk] = client.chat.completions.create(
        model=chosen, messages=said, stream=True, extra_body=ours
    )
    opened(stream)
    waiting, sent, finished = "", 0.0, False
    with closing(stream):
        for chunk in stream:
            if about := (chunk.model_extra or {}).get("bdhai"):
                yield {"type": "about", "about": about}
            waiting += "".join(choice.delta.content or "" for choice in chunk.choices if choice.delta)
            finished = finished or any(choice.finish_reason for choice in chunk.choices)
            if waiting and time.monotonic() - sent >= _PAUSE:
                yield {"type": "delta", "text": waiting}
                waiting, sent = "", time.monotonic()
    if waiting:
        yield {"type": "delta", "text": waiting}
    if not finished:  # a connection that ends early looks like an end, and so does a page of someone's Wi-Fi
        yield {"type": "error", "code": "cut", "message": _CUT}


def _problem(error: Exception) -> dict[str, Any]:
    """Say what went wrong: in the assistant's own words where it sent some."""
    from openai import APIConnectionError, APIError

    from course.ai.client import NoAssistant

    if isinstance(error, NoAssistant):
        return {"type": "error", "code": "no_assistant", "message": str(error)}
    if isinstance(error, APIConnectionError):
        return {"type": "error", "code": "offline", "message": _OFFLINE}
    body = error.body if isinstance(error, APIError) else None
    if isinstance(body, dict) and body.get("code"):
        return {"type": "error", "code": str(body["code"]), "message": str(body.get("message") or _UNFORESEEN)}
    return {"type": "error", "code": "", "message": _UNFORESEEN}
