"""A real hub for tests: its own state folder, free ports, started and ended by the program that ``make hub`` runs.

Use the session-wide fixture ``hub`` (``from tests.support.hub import hub`` in a conftest), or ``RunningHub`` directly.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.sync.client import connect

from hub_config.settings import REPO, free_port


class RunningHub:
    """Starts ``python -m hub_config.start`` on a state folder and talks to it as people and their servers do.

    Parameters
    ----------
    state : Path
        State folder; kept between two hubs on the same folder.
    **settings
        Further settings by their names in ``hub_config.settings.Settings``.
    """

    def __init__(self, state: Path, **settings: object):
        self.state = state
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = settings
        self.process: subprocess.Popen[str] | None = None
        self._kernels: dict[str, str] = {}
        self.output = state.with_name(f"{state.name}-output.txt")

    def environment(self) -> dict[str, str]:
        """Return the environment that the hub gets."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("BDHAI_", "JUPYTER"))}
        own = {f"BDHAI_{name.upper()}": str(value) for name, value in self.settings.items()}
        return clean | own | {"BDHAI_STATE": str(self.state), "BDHAI_PORT": str(self.port)}

    def start(self, within: float = 240) -> RunningHub:
        """Start and wait until the hub says that it is ready."""
        self.output.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("w", encoding="utf-8") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub_config.start"],
                cwd=REPO,
                env=self.environment(),
                stdout=stream,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        deadline = time.monotonic() + within
        while "Đã sẵn sàng" not in self.said():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The hub did not start:\n{self.said()}\n{self.log()[-4000:]}")
            time.sleep(0.1)
        return self

    def stop(self) -> int | None:
        """Press Ctrl-C and wait for the end; returns the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(90)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End the program and its hub at once, as a crash would (``kill -9``)."""
        assert self.process
        children = psutil.Process(self.process.pid).children()
        self.process.kill()
        for child in children:
            if child.is_running():
                child.kill()
        self.process.wait()

    def said(self) -> str:
        """Return what the operator saw on the terminal."""
        return self.output.read_text(encoding="utf-8") if self.output.exists() else ""

    def log(self) -> str:
        """Return the hub's own log."""
        file = self.state / "hub" / "hub.log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def passwords(self) -> dict[str, str]:
        """Return name → password of the demo accounts."""
        lines = (self.state / "demo-passwords.txt").read_text(encoding="utf-8").splitlines()
        return dict(line.split() for line in lines)

    def processes(self) -> list[psutil.Process]:
        """Return every process that belongs to this hub."""
        assert self.process
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def log_in(self, user: str, password: str | None = None) -> httpx.Client:
        """Return a browser-like client after the log-in form was sent; check ``client.last`` for the answer."""
        client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=60, trust_env=False)
        client.get("/hub/login")
        form = {
            "username": user,
            "password": self.passwords()[user] if password is None else password,
            "_xsrf": _xsrf(client),
        }
        client.last = client.post("/hub/login", data=form)  # type: ignore[attr-defined]
        return client

    def token(self, user: str) -> str:
        """Return a token that may do what ``user`` may."""
        with contextlib.closing(self.log_in(user)) as client:
            answer = client.post(
                f"/hub/api/users/{user}/tokens", json={"note": "test"}, headers={"X-XSRFToken": _xsrf(client)}
            )
            answer.raise_for_status()
            return answer.json()["token"]

    def api(self, token: str) -> httpx.Client:
        """Return a client that shows ``token``."""
        headers = {"Authorization": f"token {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=120, follow_redirects=True, trust_env=False)

    def start_server(self, owner: str, token: str, within: float = 120) -> None:
        """Start the server of ``owner`` and wait until it is ready."""
        with self.api(token) as api:
            api.post(f"/hub/api/users/{owner}/server").raise_for_status()
            deadline = time.monotonic() + within
            while time.monotonic() < deadline:
                answer = api.get(f"/user/{owner}/api/status")
                if answer.status_code == 200 and "kernels" in answer.text:
                    return
                time.sleep(0.3)
        raise RuntimeError(f"The server of {owner} did not start:\n{self.log()[-6000:]}")

    def stop_server(self, owner: str, token: str) -> None:
        """Stop the server of ``owner`` and wait until the hub says it is gone."""
        self._kernels.pop(owner, None)
        with self.api(token) as api:
            api.delete(f"/hub/api/users/{owner}/server").raise_for_status()
            deadline = time.monotonic() + 60
            while api.get(f"/hub/api/users/{owner}").json().get("server") and time.monotonic() < deadline:
                time.sleep(0.2)

    def execute(self, owner: str, token: str, code: str) -> str:
        """Run ``code`` in a kernel of the server of ``owner``; returns what it printed, or the error's text.

        All calls of one server share a kernel: starting one takes seconds.
        """
        with self.api(token) as api:
            if owner not in self._kernels:
                answer = api.post(f"/user/{owner}/api/kernels", json={"name": "python3"}).raise_for_status()
                self._kernels[owner] = answer.json()["id"]
        address = f"ws://127.0.0.1:{self.port}/user/{owner}/api/kernels/{self._kernels[owner]}/channels"
        return _execute(address, token, code)


def _execute(address: str, token: str, code: str) -> str:
    headers = {"Authorization": f"token {token}"}
    with connect(address, additional_headers=headers, max_size=None, proxy=None, open_timeout=60) as socket:
        message = uuid.uuid4().hex
        header = {
            "msg_id": message,
            "msg_type": "execute_request",
            "username": "",
            "session": message,
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
        socket.send(
            json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"})
        )
        printed = ""
        while True:
            reply = json.loads(socket.recv(timeout=90))
            if reply["parent_header"].get("msg_id") != message:
                continue
            if reply["msg_type"] == "stream":
                printed += reply["content"]["text"]
            elif reply["msg_type"] == "error":
                printed += "\n".join([reply["content"]["ename"], reply["content"]["evalue"]])
            elif reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
                return printed


def _xsrf(client: httpx.Client) -> str:
    return (
        next(cookie.value for cookie in client.cookies.jar if cookie.name == "_xsrf" and cookie.path == "/hub/") or ""
    )


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with the demo class and everything released, shared by all tests of the session."""
    running = RunningHub(tmp_path_factory.mktemp("hub") / "state").start()
    try:
        yield running
    finally:
        running.stop()
