"""Real assistant services on loopback, with a real provider of the tests' own behind them."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Request
from openai import OpenAI

from grader.workspace import Workspace
from hub_config.assistant_settings import AssistantSettings
from hub_config.services.assistant.app import create_app
from hub_config.services.assistant.service import AssistantService
from hub_config.services.shared.identity import Identity
from hub_config.services.shared.settings import ServiceSettings
from tests.hub_config.assistant.provider import KEY, MODES, Provider, running_provider
from tests.hub_config.learn.installation import FakeHub, serve

PREFIX = "/services/assistant/"
GROUPS = {"hoa": {"nbgrader-lop1"}, "sen": {"nbgrader-lop1"}, "lan": {"nbgrader-lop1", "nbgrader-lop2"}}


class BearerHub(FakeHub):
    """Stands in for JupyterHub: a token is the name of the person, and those of strangers are unknown."""

    async def identify(self, request: Request) -> Identity | None:
        kind, _, name = request.headers.get("Authorization", "").partition(" ")
        if name.startswith("foreign"):
            return None
        if kind.lower() == "bearer" and name:
            return Identity(name, frozenset(self.groups.get(name, ())))
        return await super().identify(request)


@dataclass
class Assistant:
    """A running assistant service."""

    url: str
    service: AssistantService
    state: Path
    name: str = "hoa"

    def client(self, name: str = "", **options: Any) -> OpenAI:
        """Return an unmodified OpenAI client of a learner."""
        return OpenAI(
            base_url=f"{self.url}v1", api_key=name or self.name, **{"max_retries": 0, "timeout": 30, **options}
        )

    def post(self, body: Any, name: str = "", path: str = "chat/completions", **options: Any) -> httpx.Response:
        """Send JSON as a learner."""
        headers = {"Authorization": f"Bearer {name or self.name}"}
        return httpx.post(f"{self.url}v1/{path}", json=body, headers=headers, timeout=30, **options)

    def ask(self, text: str, model: str = "good", name: str = "", **more: Any) -> httpx.Response:
        """Ask one question."""
        return self.post({"model": model, "messages": [{"role": "user", "content": text}], **more}, name)

    def usage(self, name: str = "") -> dict[str, Any]:
        """Return what a learner used today."""
        response = httpx.get(f"{self.url}v1/usage", headers={"Authorization": f"Bearer {name or self.name}"})
        return response.raise_for_status().json()

    def used(self, name: str = "") -> tuple[int, int]:
        """Return the tokens and requests that a learner used today."""
        day = self.usage(name)["day"]
        return day["tokens"]["used"], day["requests"]["used"]


@contextmanager
def assistant_service(
    state: Path, provider: Provider | None, key: str | None = KEY, **changes: Any
) -> Iterator[Assistant]:
    """Run an assistant service; ``hoa`` and ``sen`` are in class ``lop1``, ``lan`` in two classes."""
    state.mkdir(exist_ok=True, mode=0o700)
    if key is not None:
        file = state / "assistant-key.txt"
        file.write_text(f"{key}\n")
        file.chmod(0o600)
    values: dict[str, Any] = {"silence_seconds": 1, "connect_seconds": 10, "answer_seconds": 10, "at_once": 0}
    if provider:
        values |= {"base_url": provider.url, "models": MODES, "name": "Trợ lý thử"}
    settings = AssistantSettings.model_validate(values | changes)
    where = ServiceSettings(Workspace(state, state), f"sqlite:///{state / 'assistant.db'}", PREFIX)
    hub = BearerHub(GROUPS)
    with serve(create_app(where, settings, hub), PREFIX, hub) as running:
        yield Assistant(running.url, running.app.state.service, state)


@pytest.fixture(scope="session")
def shared_provider() -> Iterator[Provider]:
    """A provider that runs as long as the tests do."""
    with running_provider() as running:
        yield running


@pytest.fixture
def provider(shared_provider: Provider) -> Provider:
    """A running provider that has seen nothing yet."""
    shared_provider.forget()
    return shared_provider


@pytest.fixture(scope="session")
def shared_assistant(shared_provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant service with every model that the provider has, as long as the tests run."""
    state = tmp_path_factory.mktemp("assistant") / "state"
    with assistant_service(state, shared_provider, embedding_model="nghia", transcription_model="ghi") as running:
        yield running


@pytest.fixture
def assistant(shared_assistant: Assistant, provider: Provider) -> Assistant:
    """The running service, for a learner who has asked nothing yet."""
    return replace(shared_assistant, name=f"hoc-vien-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def unconfigured(tmp_path: Path) -> Iterator[Assistant]:
    """A running assistant service without a provider."""
    with assistant_service(tmp_path / "state", None, key=None) as running:
        yield running


def curl(*arguments: str) -> str:
    """Run curl and return what it printed."""
    run = subprocess.run(["curl", "-sS", "--max-time", "20", *arguments], capture_output=True, text=True, check=True)
    return run.stdout


def events(text: str) -> list[dict[str, Any]]:
    """Return the JSON of a stream's events."""
    data = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    assert data[-1] == "[DONE]"
    return [json.loads(item) for item in data[:-1]]


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of an error, after looking at its shape and its Vietnamese sentence."""
    error = response.json()["error"]
    check_error(error)
    assert "Traceback" not in response.text and KEY not in response.text
    return response.status_code, error["code"]


def check_error(error: dict[str, Any]) -> None:
    """Look at an error in OpenAI's shape."""
    assert {"message", "type", "code", "param"} <= set(error)
    assert len(error["message"]) > 15 and error["message"].endswith((".", "nhé.", "”."))
    assert KEY not in json.dumps(error)
