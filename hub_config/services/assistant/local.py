"""The assistant of a self-learner: the same service on loopback, for whoever holds its one token."""

from __future__ import annotations

import hmac
import os
import socket
from collections.abc import Mapping

import uvicorn
from fastapi import Request
from fastapi.responses import Response

from course.ai.client import TOKEN_VARIABLE
from hub_config.assistant_settings import KEY_VARIABLE, AssistantSettings
from hub_config.services.assistant.errors import AssistantError
from hub_config.services.shared.identity import Identity

LEARNER = "nguoi-tu-hoc"
_OPENAI = "https://api.openai.com/v1"


class TokenAuthenticator:
    """Knows one person by one token."""

    def __init__(self, token: str):
        self._token = token.encode()

    async def identify(self, request: Request) -> Identity | None:
        """Tell whether the token is the right one."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        right = kind.lower() in {"bearer", "token"} and hmac.compare_digest(token.strip().encode(), self._token)
        return Identity(LEARNER) if right else None

    def login(self, request: Request) -> Response:
        """Refuse: there is nowhere to log in."""
        raise AssistantError("not_logged_in")

    async def finish_login(self, request: Request) -> Response:
        """Refuse: nobody was sent away."""
        raise AssistantError("not_found")

    async def close(self) -> None:
        """Do nothing."""


def own_provider(assistant: AssistantSettings, environ: Mapping[str, str]) -> tuple[AssistantSettings, str | None]:
    """Return the settings, and the key, with a learner's own OpenAI account where no other provider is configured.

    ``OPENAI_API_KEY`` and ``OPENAI_MODEL`` name it (``OPENAI_BASE_URL`` for another address), as for ``openai`` itself;
    so the shield stands before it too.
    """
    key, model = environ.get("OPENAI_API_KEY"), environ.get("OPENAI_MODEL")
    if assistant.base_url or not key or not model:
        return assistant, None
    address = environ.get("OPENAI_BASE_URL") or _OPENAI
    named = {"base_url": address, "models": (model,)}
    return AssistantSettings.model_validate(assistant.model_dump() | named), key


def serve(token: str, *, port: int = 0, handle: int | None = None) -> int:
    """Serve on loopback until stopped.

    Parameters
    ----------
    port
        0 takes a free one, and its address is printed.
    handle
        Number of a socket that already listens, of the process that started this one.
    """
    from hub_config.services.assistant.app import create_app, service_settings
    from hub_config.settings import load_settings

    assistant, key = own_provider(load_settings().assistant, os.environ)
    if key:
        os.environ[KEY_VARIABLE] = key
    app = create_app(service_settings(), assistant, TokenAuthenticator(token))
    for name in (KEY_VARIABLE, "OPENAI_API_KEY", TOKEN_VARIABLE):
        os.environ.pop(name, None)
    listening = socket.socket(fileno=handle) if handle is not None else socket.create_server(("127.0.0.1", port))
    host, number = listening.getsockname()[:2]
    print(f"http://{host}:{number}{app.state.service.prefix}v1", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])
    return 0
