"""The addresses of the assistant service, as ``docs/architecture.md`` lists them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from hub_config.services.assistant.audio import transcriptions
from hub_config.services.assistant.chat import chat_completions
from hub_config.services.assistant.embeddings import embeddings
from hub_config.services.assistant.errors import AssistantError
from hub_config.services.assistant.incoming import asker
from hub_config.services.assistant.service import AssistantService


def v1_routes(service: AssistantService) -> APIRouter:
    """Return the calls below ``v1/``."""
    router = APIRouter(prefix=f"{service.prefix}v1")

    @router.get("/models")
    async def get_models(request: Request) -> Response:
        await asker(request, service.authenticator)
        return JSONResponse({"object": "list", "data": [_model(name) for name in service.models()]})

    @router.get("/models/{name:path}")
    async def get_model(request: Request, name: str) -> Response:
        await asker(request, service.authenticator)
        if name not in service.models():
            raise AssistantError("model_not_found", param="model")
        return JSONResponse(_model(name))

    @router.get("/usage")
    async def get_usage(request: Request) -> Response:
        identity = await asker(request, service.authenticator)
        usage = await service.quota.overview(identity.name, service.payers(identity))
        return JSONResponse({"assistant": service.shown_name, "prepared": service.prepared, **usage})

    @router.post("/chat/completions")
    async def post_chat(request: Request) -> Response:
        return await chat_completions(service, request)

    @router.post("/embeddings")
    async def post_embeddings(request: Request) -> Response:
        return await embeddings(service, request)

    @router.post("/audio/transcriptions")
    async def post_transcriptions(request: Request) -> Response:
        return await transcriptions(service, request)

    return router


def login_routes(service: AssistantService) -> APIRouter:
    """Return what lets a page in a logged-in browser use the service.

    The page fetches the service's root once: the hub knows the browser, and the way there and back leaves this
    service's cookie.
    """
    router = APIRouter(prefix=service.prefix.removesuffix("/"))

    @router.get("/")
    async def login(request: Request) -> Response:
        if await service.authenticator.identify(request) is None:
            return service.authenticator.login(request)
        return Response(status_code=204)

    @router.get("/oauth_callback")
    async def oauth_callback(request: Request) -> Response:
        return await service.authenticator.finish_login(request)

    return router


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "binh-dan-hoc-ai"}
