"""The learn service as an ASGI application: ``uvicorn hub_config.services.learn.app:app``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from hub_config.services.learn.api import api_routes
from hub_config.services.learn.pages import page_routes
from hub_config.services.learn.service import LearnService
from hub_config.services.shared.errors import add_error_handlers
from hub_config.services.shared.identity import Authenticator, HubAuthenticator
from hub_config.services.shared.middleware import OuterLayer
from hub_config.services.shared.settings import ServiceSettings


def create_app(settings: ServiceSettings, authenticator: Authenticator | None = None) -> FastAPI:
    """Make a learn service.

    Parameters
    ----------
    authenticator
        JupyterHub by default.
    """
    service = LearnService(settings, authenticator or HubAuthenticator())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.worker.start()
        service.watching.start()
        yield
        service.watching.stop()
        service.worker.stop()
        service.database.close()
        await service.authenticator.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.service = service
    app.include_router(api_routes(service))
    app.include_router(page_routes(service))
    add_error_handlers(app, service.renderer)
    app.add_middleware(OuterLayer, renderer=service.renderer)
    return app


def __getattr__(name: str) -> Any:
    """Make ``app`` when the server asks for it, so that importing this module does nothing."""
    if name == "app":
        return create_app(ServiceSettings.from_environment("learn"))
    raise AttributeError(name)
