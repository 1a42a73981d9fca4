"""A provider's stream on its way to the learner: unmasked, counted, and marked with who answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

import orjson

from hub_config.services.assistant.errors import AssistantError
from hub_config.services.assistant.events import DONE, END, EventReader, event
from hub_config.services.assistant.tokens import tokens_of


class Unmasker(Protocol):
    """Puts values back into a text that comes in pieces (``course.ai.shield.Unmasker``)."""

    def feed(self, chunk: str) -> str:
        """Take a piece, return what is certain by now."""

    def end(self) -> str:
        """Return what was held back."""


class Relay:
    """Turns the provider's bytes into the learner's.

    Parameters
    ----------
    masks
        Placeholder to what it stands for.
    about
        What the first and the last chunk carry as ``bdhai``; called for each of them.
    include_usage
        Whether the learner asked for the chunk that counts tokens.
    answer_limit
        Tokens that were asked for at most. A provider that goes on far beyond is cut off.
    """

    def __init__(
        self, masks: dict[str, str], about: Callable[[], dict[str, Any]], include_usage: bool, answer_limit: int
    ):
        self._masks = masks
        self._about = about
        self._include_usage = include_usage
        self._answer_limit = answer_limit
        self._reader = EventReader()
        self._unmaskers: dict[tuple[int, int], Unmasker] = {}
        self._last: dict[str, Any] | None = None
        self._started = False
        self._finished = False
        self._said_bytes = 0
        self.usage: dict[str, Any] | None = None
        self.done = False
        self.failure: AssistantError | None = None

    @property
    def said_anything(self) -> bool:
        """Whether something of an answer came."""
        return self._said_bytes > 0 or self._finished

    def answer_tokens(self) -> int:
        """Return the tokens of the answer so far: the provider's own count if it came, else an estimate."""
        if self.usage and isinstance(counted := self.usage.get("completion_tokens"), int):
            return counted
        return tokens_of("x" * self._said_bytes)

    def feed(self, chunk: bytes) -> bytes:
        """Take bytes of the provider, return those for the learner; see `failure` for what is wrong with the rest."""
        out: list[bytes] = []
        try:
            for data in self._reader.feed(chunk):
                out.append(self._take(data))
        except AssistantError as error:
            self.failure = error
        return b"".join(out)

    def end(self) -> bytes:
        """Return the end of the stream, after the provider's."""
        out = self.feed(END)
        if self.failure is None and not self.done:
            if self._finished:
                return out + self._close()
            self.failure = AssistantError("upstream_cut" if self._started else "upstream_bad")
        return out

    def _take(self, data: bytes) -> bytes:
        if self.done:
            return b""
        if data == b"[DONE]":
            if not self._finished:
                raise AssistantError("upstream_cut" if self._started else "upstream_bad")
            return self._close()
        try:
            chunk = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise AssistantError("upstream_bad") from None
        if not isinstance(chunk, dict):
            raise AssistantError("upstream_bad")
        if "error" in chunk:
            raise AssistantError("upstream_failed")
        if isinstance(chunk.get("usage"), dict):
            self.usage = chunk["usage"]
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            raise AssistantError("upstream_bad")
        if not choices:
            return self._only_usage(chunk)
        out = self._held()
        for choice in choices:
            self._change(choice)
        if self._include_usage:
            chunk.setdefault("usage", None)
        else:
            chunk.pop("usage", None)
        if not self._started:
            self._started = True
            chunk["bdhai"] = self._about()
        # The last chunk says what is left, which is known only when the provider has counted.
        if self._finished:
            self._last = chunk
            return out
        if self.answer_tokens() > 2 * self._answer_limit + 100:
            return out + event(chunk) + self._cut_off(chunk)
        return out + event(chunk)

    def _only_usage(self, chunk: dict[str, Any]) -> bytes:
        """Keep the chunk that counts for the end; a provider may send others without choices at the beginning."""
        if self.usage is None or not self._include_usage:
            return b""
        out = self._held()
        self._last = chunk
        return out

    def _held(self) -> bytes:
        held, self._last = self._last, None
        return event(held) if held else b""

    def _close(self) -> bytes:
        self.done = True
        last = self._last or {"object": "chat.completion.chunk", "choices": []}
        last["bdhai"] = self._about()
        return event(last) + DONE

    def _cut_off(self, chunk: dict[str, Any]) -> bytes:
        choice: dict[str, Any] = {"index": 0, "delta": {}, "finish_reason": "length"}
        self._finished = True
        self._last = chunk | {"choices": [choice]}
        self._flush(choice)
        return self._close()

    def _change(self, choice: Any) -> None:
        """Count and unmask one choice in place."""
        delta = choice.get("delta") if isinstance(choice, dict) else None
        if not isinstance(delta, dict):
            raise AssistantError("upstream_bad")
        index = choice.get("index") if isinstance(choice.get("index"), int) else 0
        for name in ("content", "reasoning_content", "reasoning", "refusal"):
            if isinstance(text := delta.get(name), str):
                self._said_bytes += len(text.encode("utf-8"))
                if name == "content" and self._masks:
                    delta[name] = self._unmasker(index, -1).feed(text)
        for call in delta.get("tool_calls") or ():
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict) and isinstance(text := function.get("arguments"), str):
                self._said_bytes += len(text.encode("utf-8"))
                if self._masks:
                    number = call.get("index") if isinstance(call.get("index"), int) else 0
                    function["arguments"] = self._unmasker(index, number).feed(text)
        if choice.get("finish_reason"):
            self._finished = True
            self._flush(choice)

    def _flush(self, choice: dict[str, Any]) -> None:
        """Add to the last chunk of a choice what its unmaskers still hold."""
        delta, index = choice["delta"], choice.get("index", 0)
        for key in [key for key in self._unmaskers if key[0] == index]:
            if not (rest := self._unmaskers.pop(key).end()):
                continue
            if key[1] < 0:
                delta["content"] = (delta.get("content") or "") + rest
            else:
                delta.setdefault("tool_calls", []).append({"index": key[1], "function": {"arguments": rest}})

    def _unmasker(self, index: int, call: int) -> Unmasker:
        """Return the unmasker of a choice's text (``call`` below zero), or of one of its tool calls' arguments."""
        if (index, call) not in self._unmaskers:
            from course.ai.shield import Unmasker as Shielding

            # Arguments are JSON inside JSON: what is put back must not end a string there.
            quoted = {name: json.dumps(value, ensure_ascii=False)[1:-1] for name, value in self._masks.items()}
            self._unmaskers[index, call] = Shielding(self._masks if call < 0 else quoted)
        return self._unmaskers[index, call]
