"""The assistant service as an ASGI application: ``uvicorn hub_config.services.assistant.app:app``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.types import ASGIApp

from hub_config.assistant_settings import AssistantSettings
from hub_config.services.assistant.errors import AssistantError, add_error_handlers
from hub_config.services.assistant.routes import login_routes, v1_routes
from hub_config.services.assistant.service import AssistantService
from hub_config.services.shared.identity import Authenticator, HubAuthenticator
from hub_config.services.shared.middleware import OuterLayer
from hub_config.services.shared.settings import ServiceSettings
from hub_config.settings import load_settings


def create_app(
    settings: ServiceSettings, assistant: AssistantSettings, authenticator: Authenticator | None = None
) -> FastAPI:
    """Make an assistant service.

    Parameters
    ----------
    authenticator
        JupyterHub by default.

    Raises
    ------
    KeyRefused
        If the provider's key cannot be used as it lies.
    """
    service = AssistantService.with_key(settings, assistant, authenticator or HubAuthenticator())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.quota.start()
        yield
        await service.quota.stop()
        if service.upstream is not None:
            await service.upstream.close()
        service.database.close()
        await service.authenticator.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.service = service
    app.include_router(v1_routes(service))
    app.include_router(login_routes(service))
    add_error_handlers(app)
    app.add_middleware(_OuterLayer)
    return app


def service_settings(name: str = "assistant") -> ServiceSettings:
    """Return where the service stands; its counts have a file of their own unless all data are in one database."""
    settings = ServiceSettings.from_environment(name)
    if settings.database_url.startswith("sqlite:"):
        return replace(settings, database_url=f"sqlite:///{settings.workspace.state / 'assistant.db'}")
    return settings


class _OuterLayer(OuterLayer):
    """Answers in OpenAI's shape after an unforeseen error too."""

    def __init__(self, app: ASGIApp):
        self.app = app

    def is_api(self, path: str) -> bool:
        """Everything here is one person's."""
        return True

    def sorry(self, request: Request) -> Response:
        """Return the answer after an unforeseen error."""
        return AssistantError("internal").response()


def __getattr__(name: str) -> Any:
    """Make ``app`` when the server asks for it, so that importing this module does nothing."""
    if name == "app":
        return create_app(service_settings(), load_settings().assistant)
    raise AttributeError(name)
