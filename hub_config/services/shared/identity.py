"""Who is asking: JupyterHub's OAuth for browsers, its tokens for learners' servers.

``jupyterhub.services.auth.HubOAuth`` does the asking and the OAuth bookkeeping; only its cookie handling is written
for tornado, so cookies are set here. The cookie holds a hub token: the hub itself vouches for it at every check, and
logging out of the hub ends it.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from jupyterhub.httpclient import JupyterHubHTTPClient
from jupyterhub.services.auth import HubOAuth
from jupyterhub.utils import get_browser_protocol
from tornado.httputil import url_concat
from tornado.web import HTTPError

from hub_config.services.shared.errors import ServiceError

log = logging.getLogger("bdhai.services")

_LEARNERS, _TRAINERS = "nbgrader-", "formgrade-"  # nbgrader's own names of a course's groups
_STATE_SECONDS = 600


@dataclass(frozen=True)
class Identity:
    """A person known to the hub, and how they are known in this request."""

    name: str
    groups: frozenset[str] = frozenset()
    by_cookie: bool = False

    @property
    def classes(self) -> list[str]:
        """The classes this person learns in."""
        return sorted(group.removeprefix(_LEARNERS) for group in self.groups if group.startswith(_LEARNERS))

    @property
    def taught_classes(self) -> list[str]:
        """The classes this person teaches."""
        return sorted(group.removeprefix(_TRAINERS) for group in self.groups if group.startswith(_TRAINERS))


class Authenticator(Protocol):
    """What a service needs to know people."""

    async def identify(self, request: Request) -> Identity | None:
        """Tell who is asking; ``None`` when they are not logged in."""

    def login(self, request: Request) -> Response:
        """Send a browser to log in and back to where it was."""

    async def finish_login(self, request: Request) -> Response:
        """Receive a browser that comes back from logging in."""

    async def close(self) -> None:
        """Let go of connections."""


class HubAuthenticator:
    """Knows people by JupyterHub; its settings come from the environment the hub gives its services.

    Parameters
    ----------
    seconds
        How long the hub's answer about a token, groups included, is believed.
    """

    def __init__(self, *, seconds: int = 15):
        self.hub = HubOAuth(cache_max_age=seconds)

    async def identify(self, request: Request) -> Identity | None:
        """Ask the hub about the token in the header, else in the cookie.

        Raises
        ------
        ServiceError
            ``not_yours`` for a service's token or one without access to this service, ``hub_unavailable``.
        """
        header = self.hub.auth_header_pat.match(request.headers.get("Authorization", ""))
        token = header[1] if header else request.cookies.get(self.hub.cookie_name)
        if not token:
            return None
        # With the session in the cache's key, logging out of the hub takes effect at once.
        session = request.cookies.get("jupyterhub-session-id", "")
        try:
            user: dict[str, Any] | None = await self.hub.user_for_token(token, session_id=session, sync=False)
        except HTTPError as error:
            raise ServiceError("hub_unavailable") from error
        if user is None:
            return None
        if user.get("kind") != "user" or not self.hub.check_scopes(self.hub.access_scopes, user):
            raise ServiceError("not_yours")
        return Identity(user["name"], frozenset(user.get("groups", ())), by_cookie=header is None)

    def login(self, request: Request) -> Response:
        """Begin OAuth: remember where the browser was going, and tie the answer to this browser with a cookie."""
        verifier, challenge, method = self.hub.generate_pkce_code_challenge()
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        state = self.hub.generate_state(here, code_verifier=verifier)
        parameters = {"state": state, "code_challenge": challenge, "code_challenge_method": method}
        response = RedirectResponse(url_concat(self.hub.login_url, parameters), 302, {"Cache-Control": "no-store"})
        self._set_cookie(request, response, self._state_cookie(state), state, max_age=_STATE_SECONDS)
        return response

    async def finish_login(self, request: Request) -> Response:
        """End OAuth: check that this browser began it, exchange the code for a token, and keep the token as a cookie.

        Raises
        ------
        ServiceError
            ``login_failed`` when the hub refused, or when this browser did not begin the login.
        """
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        cookie = request.cookies.get(self._state_cookie(state), "")
        if not state or not code or not hmac.compare_digest(state.encode(), cookie.encode()):
            if await self.identify(request):  # the way back was walked twice
                return RedirectResponse(self.hub.base_url, 302)
            raise ServiceError("login_failed")
        verifier, next_url = self.hub.get_code_verifier(state), self.hub.get_next_url(state)
        if verifier is None:  # this service was started anew in between: begin again, the hub still knows the browser
            return RedirectResponse(self.hub.base_url, 302)
        self.hub.clear_oauth_state(state)
        try:
            token = await self.hub.token_for_code(code, code_verifier=verifier, sync=False)
            user = await self.hub.user_for_token(token, use_cache=False, sync=False)
        except HTTPError as error:
            raise ServiceError("login_failed") from error
        if user is None:
            raise ServiceError("login_failed")
        log.info("Logged in: %s", user["name"])
        response = RedirectResponse(next_url, 302, {"Cache-Control": "no-store"})
        self._set_cookie(request, response, self.hub.cookie_name, token)
        for name in request.cookies:
            if name.startswith(self.hub.state_cookie_name):
                response.delete_cookie(name, path=self.hub.cookie_path)
        return response

    async def close(self) -> None:
        """Close the connections to the hub."""
        await JupyterHubHTTPClient.loop_instance().close()

    def _state_cookie(self, state: str) -> str:
        # One cookie a login, so that two tabs may log in at once.
        return f"{self.hub.state_cookie_name}-{state[:8]}"

    def _set_cookie(self, request: Request, response: Response, name: str, value: str, **options: Any) -> None:
        visible: Any = SimpleNamespace(headers=request.headers, protocol=request.url.scheme)
        secure = get_browser_protocol(visible) == "https" or self.hub.cookie_host_prefix_enabled
        response.set_cookie(
            name, value, path=self.hub.cookie_path, httponly=True, secure=secure, samesite="lax", **options
        )
