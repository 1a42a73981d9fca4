"""The outermost layer of a service: security headers on every answer, and no traceback for anyone."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub_config.services.shared.errors import ServiceError, error_response
from hub_config.services.shared.rendering import Renderer

log = logging.getLogger("bdhai.services")

SECURITY_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self' data:",
            "media-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class OuterLayer:
    """ASGI middleware around a whole service."""

    def __init__(self, app: ASGIApp, renderer: Renderer):
        self.app = app
        self.renderer = renderer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                if self.is_api(scope["path"]):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:
            # Where it happened, never what it said: an error's message may hold what a learner wrote.
            frames = traceback.extract_tb(error.__traceback__)[-8:]
            where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
            log.error("%s %s: %s at %s", scope["method"], scope["path"], type(error).__name__, where)
            if started:
                return
            await self.sorry(Request(scope))(scope, receive, send_with_headers)

    def is_api(self, path: str) -> bool:
        """Tell whether what is answered at a path is one person's and must not be kept by a browser."""
        return path.startswith(f"{self.renderer.prefix}api/")

    def sorry(self, request: Request) -> Response:
        """Return the answer after an unforeseen error."""
        return error_response(request, ServiceError("internal"), self.renderer)
