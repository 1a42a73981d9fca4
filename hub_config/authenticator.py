"""Logging in with the accounts of ``accounts.json``; there is no sign-up."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from jupyterhub.auth import Authenticator
from tornado import web
from traitlets import Instance, default

from hub_config.accounts import Accounts
from hub_config.classes import is_class_server
from hub_config.settings import Settings

_MOST_REMEMBERED = 10_000
# Longer input is never a password; hashing it would only cost time.
_LONGEST_PASSWORD = 1_000


class WrongTries:
    """Counts wrong passwords per key and tells when a key has to wait.

    Parameters
    ----------
    most : int
        Wrong tries before the pause.
    pause : float
        Seconds of pause after the last wrong try; a key is forgotten after it.
    """

    def __init__(self, most: int, pause: float):
        self._most = most
        self._pause = pause
        self._tries: dict[Any, tuple[int, float]] = {}

    def seconds_to_wait(self, key: Any, now: float) -> float:
        """Return how long ``key`` still has to wait at time ``now``; 0 when it may try."""
        count, last = self._tries.get(key, (0, now))
        left = last + self._pause - now
        if left <= 0:
            self._tries.pop(key, None)
            return 0
        return left if count >= self._most else 0

    def add(self, key: Any, now: float) -> None:
        """Count one wrong try."""
        if len(self._tries) >= _MOST_REMEMBERED:
            # Made-up names must not fill the memory; those that wait longest go first.
            for old in sorted(self._tries, key=lambda item: self._tries[item][1])[: _MOST_REMEMBERED // 10]:
                del self._tries[old]
        self._tries[key] = (self._tries.get(key, (0, now))[0] + 1, now)

    def forget(self, key: Any) -> None:
        """Forget the wrong tries of ``key`` after a right one."""
        self._tries.pop(key, None)


class AccountsAuthenticator(Authenticator):
    """Checks a name and password against the accounts; slows down guessing."""

    kit = Instance(Settings, help="The hub's settings.").tag(config=True)
    accounts = Instance(Accounts)
    wrong_tries = Instance(WrongTries)

    @default("accounts")
    def _default_accounts(self) -> Accounts:
        return Accounts(self.kit)

    @default("wrong_tries")
    def _default_wrong_tries(self) -> WrongTries:
        return WrongTries(self.kit.login_tries, self.kit.login_pause_seconds)

    @default("any_allow_config")
    def _default_any_allowed(self) -> bool:
        # check_allowed below decides; without this JupyterHub warns that nobody can log in.
        return True

    def check_allowed(self, username: str, authentication: Any = None) -> bool:
        """Allow the people who have an account; the account of a class server is nobody's."""
        return not is_class_server(username) and username in self.accounts.read()

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """Return the name when the password is right, else None.

        Raises
        ------
        tornado.web.HTTPError
            429 when this name was tried too often from this address; the login page shows the message.
        """
        name = self.normalize_username(data.get("username", ""))
        password = data.get("password", "")
        # Counted per address as well, so that a stranger cannot lock a learner out from elsewhere.
        key = (name, handler.request.remote_ip)
        wait = self.wrong_tries.seconds_to_wait(key, time.monotonic())
        if wait:
            raise web.HTTPError(429, f"Bạn đã thử sai nhiều lần. Xin chờ khoảng {round(wait) or 1} giây rồi thử lại.")
        if len(password) > _LONGEST_PASSWORD or is_class_server(name):
            password = ""  # goes on to the same check, so that the answer takes the same time
        # Counted before the check: many tries at once must not slip through while the hash is computed.
        self.wrong_tries.add(key, time.monotonic())
        # argon2 is slow by intent; in a thread it does not hold up other people.
        right = await asyncio.to_thread(self.accounts.verify, name, password)
        if not right or is_class_server(name):
            return None
        self.wrong_tries.forget(key)
        return name

    async def refresh_user(self, user: Any, handler: Any = None, **kwargs: Any) -> bool:
        """End the log-in of somebody whose account was taken away."""
        return self.check_allowed(user.name)
