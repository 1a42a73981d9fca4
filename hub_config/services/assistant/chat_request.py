"""What a chat request may hold, and what of it goes on to the provider."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub_config.services.assistant.errors import AssistantError

# Goes on as it is. Whatever is in neither list is refused: a provider may take it for an order to search the web, to
# keep what was said, or to use a dearer service.
_PASSED = (
    *("temperature", "top_p", "stop", "seed", "presence_penalty", "frequency_penalty", "response_format"),
    *("tool_choice", "parallel_tool_calls", "logprobs", "top_logprobs", "reasoning_effort", "verbosity"),
)
# Taken, and kept here: it would tell the provider who is asking, or let it keep the conversation.
_KEPT_HERE = ("user", "metadata", "store", "safety_identifier", "prompt_cache_key", "prompt_cache_retention")
# Not "name": it would tell the provider who is asking.
_MESSAGE_FIELDS = ("role", "content", "tool_calls", "tool_call_id")


class Extra(BaseModel):
    """Our own part of a request, under ``bdhai``."""

    model_config = ConfigDict(extra="ignore")

    lesson: str | None = Field(default=None, max_length=20, pattern=r"^level[1-5]/[0-9]{2}$")
    audience: str | None = Field(default=None, max_length=40)
    shows_label: bool = False


class _TextPart(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: Literal["text", "refusal"]
    text: str = ""


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore")

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[dict[str, Any]] | None = None
    tool_calls: list[dict[str, Any]] | None = None
    tool_call_id: str | None = Field(default=None, max_length=200, pattern=r"^[\w.:-]+$")


class _Tool(BaseModel):
    """A function of the learner's own program; tools that the provider runs (search, MCP) reach other addresses."""

    model_config = ConfigDict(extra="allow")

    type: Literal["function"]


class _StreamOptions(BaseModel):
    model_config = ConfigDict(extra="ignore")

    include_usage: bool = False


class _Chat(BaseModel):
    model_config = ConfigDict(extra="allow")

    model: str = Field(max_length=200)
    messages: list[_Message] = Field(min_length=1, max_length=500)
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    n: Literal[1] | None = None
    tools: list[_Tool] | None = Field(default=None, max_length=64)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    bdhai: Extra = Extra()


@dataclass(frozen=True)
class ChatRequest:
    """A chat request that has been looked at.

    Attributes
    ----------
    messages : list of dict
        Only the fields that a provider needs; contents are text.
    options : dict
        What else goes on to the provider, without limits and streaming.
    answer_tokens : int or None
        The most that the learner wants the answer to take.
    """

    model: str
    messages: list[dict[str, Any]]
    options: dict[str, Any]
    answer_tokens: int | None
    stream: bool
    include_usage: bool
    extra: Extra


def parse_chat(body: object) -> ChatRequest:
    """Look at the JSON of a request.

    Raises
    ------
    AssistantError
        ``bad_request``, ``unsupported_parameter`` or ``unsupported_content``, with the part that is meant in ``param``.
    """
    try:
        chat = _Chat.model_validate(body)
    except ValidationError as error:
        raise bad_request(error) from None
    others = {name: value for name, value in (chat.model_extra or {}).items() if value is not None}
    for name in others:
        if name not in _PASSED and name not in _KEPT_HERE:
            param = name[:60]
            raise AssistantError("unsupported_parameter", f"Trợ lý của lớp không nhận tham số “{param}”.", param=param)
    options = {name: value for name, value in others.items() if name in _PASSED}
    if chat.tools:
        options["tools"] = [tool.model_dump() for tool in chat.tools]
    return ChatRequest(
        model=chat.model,
        messages=[_message(message, number) for number, message in enumerate(chat.messages)],
        options=options,
        answer_tokens=chat.max_completion_tokens or chat.max_tokens,
        stream=bool(chat.stream),
        include_usage=bool(chat.stream_options and chat.stream_options.include_usage),
        extra=chat.bdhai,
    )


def bad_request(error: ValidationError) -> AssistantError:
    """Say which part of a request is not as it should be, without quoting it."""
    param = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])[:60]
    return AssistantError(
        "bad_request", f"Phần “{param}” gửi lên chưa đúng dạng." if param else None, param=param or None
    )


def texts_of(messages: list[dict[str, Any]]) -> list[str]:
    """Return all that is said in messages, arguments of tool calls included."""
    said = []
    for message in messages:
        content = message.get("content")
        if isinstance(content, str):
            said.append(content)
        elif content:
            said += [part["text"] for part in content]
        if message.get("tool_calls"):
            said.append(json.dumps(message["tool_calls"], ensure_ascii=False))
    return said


def _message(message: _Message, number: int) -> dict[str, Any]:
    """Return a message with the fields that go on; a reply that is sent again brings others along."""
    kept = {name: value for name in _MESSAGE_FIELDS if (value := getattr(message, name)) is not None}
    if isinstance(message.content, list):
        kept["content"] = [_part(part, f"messages.{number}.content") for part in message.content]
    elif message.content is None:
        kept["content"] = None if message.tool_calls else ""
    return kept


def _part(part: dict[str, Any], param: str) -> dict[str, str]:
    # A picture's address would make the provider, perhaps a server in this network, fetch it; no shield sees into it.
    try:
        return {"type": "text", "text": _TextPart.model_validate(part).text}
    except ValidationError:
        raise AssistantError("unsupported_content", param=param) from None
