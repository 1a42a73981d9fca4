"""``/v1/chat/completions``: from a learner's request to the answer, whole or as a stream."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2
from fastapi import Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from hub_config.services.assistant.chat_request import ChatRequest, parse_chat, texts_of
from hub_config.services.assistant.errors import AssistantError, HungUp, as_assistant_error
from hub_config.services.assistant.events import DONE, event
from hub_config.services.assistant.incoming import asker, read_json_body, while_listening
from hub_config.services.assistant.prepared import prepared_reply
from hub_config.services.assistant.quota import Ticket
from hub_config.services.assistant.relay import Relay
from hub_config.services.assistant.service import AssistantService
from hub_config.services.assistant.shielding import Masked, mask, unmask
from hub_config.services.assistant.tokens import prompt_tokens_of, tokens_of
from hub_config.services.assistant.upstream import Upstream, explained

log = logging.getLogger("bdhai.services")

_LARGEST_BODY = 4_000_000  # bytes; what is too long for the provider is told so, not cut off
_SHORT = 2_000  # letters that the shield reads without a thread of its own
_PATH = "chat/completions"
_END_WITHIN = 0.5  # seconds


async def chat_completions(service: AssistantService, request: Request) -> Response:
    """Answer one request.

    Raises
    ------
    AssistantError
        For everything that goes wrong before the first word.
    """
    identity = await asker(request, service.authenticator)
    chat = parse_chat(await read_json_body(request, _LARGEST_BODY))
    model = service.chat_model(chat.model)
    texts = texts_of(chat.messages) + ([str(chat.options)] if chat.options else [])
    prompt_tokens = prompt_tokens_of(texts)
    if prompt_tokens > service.assistant.max_prompt_tokens:
        raise AssistantError("prompt_too_long", param="messages")
    masked = await shielded(service, {"messages": chat.messages, "options": chat.options}, texts)
    wanted = min(chat.answer_tokens or service.assistant.max_answer_tokens, service.assistant.max_answer_tokens)
    ticket = await service.quota.admit(identity.name, service.payers(identity), prompt_tokens, wanted)
    try:
        answering = _Answering(service, request, identity.name, chat, masked, ticket, model)
        return await (answering.prepared() if service.upstream is None else answering.from_provider())
    except HungUp:
        # The provider has read the question by now, and counts it.
        ticket.settle(prompt_tokens)
        raise
    except BaseException:
        ticket.settle(0, asked=False)
        raise


async def shielded(service: AssistantService, value: Any, texts: list[str]) -> Masked:
    """Mask a request's texts, long ones in a thread so that others do not wait.

    Raises
    ------
    AssistantError
        ``personal_data``.
    """
    policy = service.assistant.policy
    if sum(map(len, texts)) <= _SHORT:
        return mask(value, policy)
    return await asyncio.to_thread(mask, value, policy)


class _Answering:
    """One request that was let in."""

    relay: Relay

    def __init__(
        self,
        service: AssistantService,
        request: Request,
        learner: str,
        chat: ChatRequest,
        masked: Masked,
        ticket: Ticket,
        model: str,
    ):
        self.service = service
        self.request = request
        self.learner = learner
        self.chat = chat
        self.masked = masked
        self.ticket = ticket
        self.model = model
        self.failed = False

    async def prepared(self) -> Response:
        """Answer with a reply written beforehand."""
        reply = await asyncio.to_thread(prepared_reply, self.chat)

        def settle() -> None:
            self.ticket.settle(reply.usage()["total_tokens"])

        def about() -> dict[str, Any]:
            if reply.done:
                settle()
            return self._about(reply.matched, reply.missing)

        if self.chat.stream:
            return _Stream(reply.stream(about), settle)
        whole = reply.whole()
        return JSONResponse(whole | {"bdhai": about()})

    async def from_provider(self) -> Response:
        """Answer with what the provider says."""
        settings, upstream = self.service.assistant, self.service.upstream
        assert upstream is not None
        body = {"model": self.model, **self.masked.value["options"], "messages": self.masked.value["messages"]}
        body[settings.tokens_field] = self.ticket.answer_limit
        if not self.chat.stream:
            return self._whole(await while_listening(self.request, upstream.post_json(_PATH, body)))
        body["stream"] = True
        if settings.stream_usage:
            body["stream_options"] = {"include_usage": True}
        response = await while_listening(self.request, upstream.open_stream(_PATH, body))
        relay = Relay(self.masked.masks, self._stream_about, self.chat.include_usage, self.ticket.answer_limit)
        self.relay = relay
        chunks = response.aiter_bytes()
        return _Stream(self._relayed(chunks, relay), self._settle_stream, _Source(upstream, response, chunks, relay))

    def _whole(self, answer: dict[str, Any]) -> Response:
        choices = answer.get("choices")
        if not isinstance(choices, list) or not choices:
            raise AssistantError("upstream_bad")
        said = []
        for choice in choices:
            message = choice.get("message") if isinstance(choice, dict) else None
            if not isinstance(message, dict):
                raise AssistantError("upstream_bad")
            said += texts_of([message])
            choice["message"] = _unmasked(message, self.masked.masks)
        usage = answer.get("usage")
        total = usage.get("total_tokens") if isinstance(usage, dict) else None
        estimated = self.ticket.prompt_tokens + sum(map(tokens_of, said))
        self.ticket.settle(total if isinstance(total, int) and total > 0 else estimated)
        return JSONResponse(answer | {"bdhai": self._about()})

    async def _relayed(self, chunks: AsyncIterator[bytes], relay: Relay) -> AsyncIterator[bytes]:
        """Yield the learner's stream; what goes wrong in the middle is its last event."""
        clock = asyncio.get_running_loop().time
        until = clock() + self.service.assistant.answer_seconds
        try:
            with explained():
                async for chunk in chunks:
                    if out := relay.feed(chunk):
                        yield out
                    if relay.failure:
                        raise relay.failure
                    if relay.done:
                        return
                    # Between two pieces the client's own timeout watches.
                    if clock() > until:
                        raise AssistantError("upstream_slow")
            yield relay.end()
            if relay.failure:
                raise relay.failure
        except AssistantError as error:
            # With words on the screen already, what matters is that the rest is missing.
            cut = relay.said_anything and error.code in {"upstream_down", "upstream_bad", "upstream_slow"}
            yield self._broken(AssistantError("upstream_cut") if cut else error)
        except Exception as error:
            log.error("stream ended by %s", type(error).__name__)
            yield self._broken(as_assistant_error(error) or AssistantError("internal"))

    def _broken(self, error: AssistantError) -> bytes:
        log.error("POST %s: %s in a stream", _PATH, error.code)
        self.failed = True
        self._settle_stream()
        return event(error.body() | {"bdhai": self._about()}) + DONE

    def _settle_stream(self) -> None:
        prompt = (self.relay.usage or {}).get("prompt_tokens")
        prompt = prompt if isinstance(prompt, int) and prompt > 0 else self.ticket.prompt_tokens
        self.ticket.settle(prompt + self.relay.answer_tokens(), asked=self.relay.said_anything or not self.failed)

    def _stream_about(self) -> dict[str, Any]:
        if self.relay.done:
            self._settle_stream()
        return self._about()

    def _about(self, matched: bool = True, missing: list[str] | None = None) -> dict[str, Any]:
        facts = {"matched": matched, "missing": missing or [], "masked": self.masked.shown}
        return self.service.about(self.learner, facts)


def _unmasked(message: dict[str, Any], masks: dict[str, str]) -> dict[str, Any]:
    """Put values back into what the provider said; into arguments of tool calls as JSON wants them."""
    calls = message.get("tool_calls")
    text = unmask({name: value for name, value in message.items() if name != "tool_calls"}, masks)
    if calls is None:
        return text
    quoted = {name: json.dumps(value, ensure_ascii=False)[1:-1] for name, value in masks.items()}
    return text | {"tool_calls": unmask(calls, quoted)}


@dataclass(frozen=True)
class _Source:
    """The provider's side of a stream."""

    upstream: Upstream
    response: httpx2.Response
    chunks: AsyncIterator[bytes]
    relay: Relay

    async def close(self) -> None:
        """Close it, which stops a provider that is still writing.

        After the last event only the end of the body is to come. Read that far, the connection serves the next question
        too, which is then spared the handshakes.
        """
        if self.relay.done and not self.relay.failure:
            with anyio.move_on_after(_END_WITHIN), contextlib.suppress(httpx2.HTTPError):
                async for _ in self.chunks:
                    pass
        await self.upstream.close_stream(self.response)


class _Stream(StreamingResponse):
    """A stream that is settled and closed at its end, also when the learner hangs up before its first event.

    Parameters
    ----------
    settle
        Called at the end, whatever the end is.
    source
        The provider's side, which is closed.
    """

    def __init__(self, events: AsyncIterator[bytes], settle: Callable[[], None], source: _Source | None = None):
        # Proxies in between must not wait for more before they pass an event on.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, headers=headers, media_type="text/event-stream")
        self._settle = settle
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._settle()
            if self._source is not None:
                with anyio.CancelScope(shield=True):
                    await self._source.close()
