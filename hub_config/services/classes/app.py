"""The classes service as an ASGI application: ``uvicorn hub_config.services.classes.app:app``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from grader.database import open_database
from hub_config.services.classes.pages import ClassPages
from hub_config.services.shared.errors import add_error_handlers
from hub_config.services.shared.identity import Authenticator, HubAuthenticator
from hub_config.services.shared.middleware import OuterLayer
from hub_config.services.shared.rendering import Renderer
from hub_config.services.shared.settings import ServiceSettings


def create_app(settings: ServiceSettings, authenticator: Authenticator | None = None) -> FastAPI:
    """Make a classes service.

    Parameters
    ----------
    authenticator
        JupyterHub by default.
    """
    authenticator = authenticator or HubAuthenticator()
    workspace = settings.workspace
    workspace.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(settings.database_url, busy_timeout_ms=settings.busy_timeout_ms)
    static = workspace.release / "static"
    renderer = Renderer(Path(__file__).parent, settings.prefix, settings.hub_prefix, static)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()
        await authenticator.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.include_router(ClassPages(settings, database, renderer, authenticator).routes())
    add_error_handlers(app, renderer)
    app.add_middleware(OuterLayer, renderer=renderer)
    return app


def __getattr__(name: str) -> Any:
    """Make ``app`` when the server asks for it, so that importing this module does nothing."""
    if name == "app":
        return create_app(ServiceSettings.from_environment("classes"))
    raise AttributeError(name)
