"""Replies written beforehand, served as a provider would serve its own."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from hub_config.services.assistant.chat_request import ChatRequest, texts_of
from hub_config.services.assistant.events import DONE, event
from hub_config.services.assistant.tokens import prompt_tokens_of, tokens_of

MODEL = "tra-loi-soan-san"
# Slow enough to be read along, fast enough for a program.
_SECONDS_A_WORD = 0.01


@dataclass
class PreparedReply:
    """A reply and what it takes to send it.

    Attributes
    ----------
    text : str
        With the label in front that no AI wrote it, unless who asked shows the label itself.
    said : str
        What has been sent so far, for a learner who hangs up.
    """

    request: ChatRequest
    text: str
    matched: bool
    missing: list[str]
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))
    said: str = ""
    done: bool = False

    @property
    def prompt_tokens(self) -> int:
        """The estimated tokens of the request."""
        return prompt_tokens_of(texts_of(self.request.messages))

    def usage(self) -> dict[str, int]:
        """Return what has been used so far, as providers say it."""
        prompt, said = self.prompt_tokens, tokens_of(self.said)
        return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}

    def whole(self) -> dict[str, Any]:
        """Return the answer at once."""
        self.said, self.done = self.text, True
        message = {"role": "assistant", "content": self.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return self._head("chat.completion") | {"choices": [choice], "usage": self.usage()}

    async def stream(self, about: Callable[[], dict[str, Any]]) -> AsyncIterator[bytes]:
        """Yield the answer word by word."""
        head = self._head("chat.completion.chunk")
        with_usage = {"usage": None} if self.request.include_usage else {}
        first = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
        yield event(head | with_usage | {"choices": [first], "bdhai": about()})
        for word in re.findall(r"\s*\S+\s*$|\s*\S+", self.text):
            await asyncio.sleep(_SECONDS_A_WORD)
            self.said += word
            choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
            yield event(head | with_usage | {"choices": [choice]})
        self.done = True
        ending = head | with_usage | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        if self.request.include_usage:
            yield event(ending)
            ending = head | {"choices": [], "usage": self.usage()}
        yield event(ending | {"bdhai": about()}) + DONE

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": MODEL}


def prepared_reply(request: ChatRequest) -> PreparedReply:
    """Find the reply to a request. Nothing leaves the hub here, so it is looked for with the learner's own words."""
    from course.ai.replies import reply

    messages = [{**message, "content": "\n".join(texts_of([message]))} for message in request.messages]
    found = reply(messages, request.extra.lesson, request.extra.audience)
    # A program that shows nothing but the text still says that no AI wrote it.
    text = found.text if request.extra.shows_label else found.marked
    return PreparedReply(request, text, found.matched, list(found.missing))
