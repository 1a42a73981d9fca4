"""A small installation with one real lesson, released by the real release, and real services on loopback."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import nbformat
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from grader.class_directory import create_class, sync_assignment
from grader.release.page import build_pages
from grader.workspace import Workspace
from hub_config.services.learn.app import create_app
from hub_config.services.shared.identity import Identity
from hub_config.services.shared.settings import ServiceSettings

KEY = "level1/01"
Q1 = {"kind": "choice", "picked": ["B"]}
Q2 = {"kind": "text", "text": "Họp ở nhà văn hoá xóm, lúc 7 giờ tối."}
SECRET = "bí-mật-nằm-trong-đáp-án"

_CELLS = [
    ("markdown", "# Bài thử"),
    ("code", 'from course import Lesson\n\nlesson = Lesson("level1/01")\nlesson.start()'),
    ("markdown", "## Nhớ lại · Một câu"),
    ("code", 'lesson.choice("p1", "Chọn", ["một", "hai"], right="A", reasons=["Đúng.", "Chưa."])'),
    ("markdown", "## Tự làm · Hai câu"),
    ("code", 'lesson.choice("q1", "Chọn", ["một", "hai", "ba"])'),
    ("q1", f'lesson.expect("q1", points=4, choice="B", because="{SECRET}", wrong={{"A": "Chưa phải một."}})'),
    ("code", 'lesson.short_text("q2", "Viết", parts=["Ở đâu", "Lúc nào"])'),
    ("q2", 'lesson.expect("q2", points=6, parts={"Ở đâu": ["nhà văn hoá"], "Lúc nào": ["7 giờ"]}, because="Đủ.")'),
    ("markdown", "## Ứng dụng ngay · Làm"),
    ("code", 'lesson.today("Nhắn một lời nhắn thật.")'),
    ("markdown", "## Nộp bài · Nộp"),
    ("code", "lesson.submit()"),
]


def write_lesson(folder: Path) -> None:
    """Write the source notebook of the lesson."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for number, (kind, source) in enumerate(_CELLS):
        if kind == "markdown":
            cell = nbformat.v4.new_markdown_cell(source)
        elif kind == "code":
            cell = nbformat.v4.new_code_cell(source)
        else:
            body = f'lesson.saved("{kind}")\n### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS'
            cell = nbformat.v4.new_code_cell(body)
            points = 4 if kind == "q1" else 6
            cell.metadata["nbgrader"] = {"grade": True, "grade_id": kind, "locked": True, "points": points}
            cell.metadata["nbgrader"] |= {"schema_version": 3, "solution": False, "task": False}
        cell.id = f"cell-{number}"
        notebook.cells.append(cell)
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "01-bai-thu.ipynb")


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A released installation that no test changes."""
    root = tmp_path_factory.mktemp("installation")
    workspace = Workspace(root / "state", root / "lessons")
    write_lesson(workspace.lessons / "level1")
    for class_id in ("lop1", "lop2"):
        create_class(workspace, class_id)
    # What `bdhai release` does, for two audiences instead of six and one class instead of all: it is many times faster.
    lessons = build_pages({KEY: workspace.source_notebook(KEY)}, workspace.release, audiences=["nong-dan", "phu-nu"])
    workspace.manifest.write_text(json.dumps({"lessons": lessons}), "utf-8")
    sync_assignment(workspace, "lop1", "level1")
    return workspace


@pytest.fixture
def workspace(released: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the released installation."""
    shutil.copytree(released.state, tmp_path / "state", symlinks=True)
    return Workspace(tmp_path / "state", released.lessons)


@dataclass
class FakeHub:
    """Stands in for JupyterHub: a cookie or a token is the name of the person. The real hub has tests of its own."""

    groups: dict[str, set[str]] = field(default_factory=dict)

    async def identify(self, request: Request) -> Identity | None:
        header = request.headers.get("Authorization", "").removeprefix("token ")
        name = header or request.cookies.get("who")
        return Identity(name, frozenset(self.groups.get(name, ())), by_cookie=not header) if name else None

    def login(self, request: Request) -> Response:
        return RedirectResponse("/hub/api/oauth2/authorize", 302)

    async def finish_login(self, request: Request) -> Response:
        raise NotImplementedError

    async def close(self) -> None:
        pass


@dataclass
class Running:
    """A service that is running."""

    app: FastAPI
    url: str
    hub: FakeHub

    def as_learner(self, name: str = "hoa", **options: Any) -> httpx.Client:
        """Return a client that behaves like the page in that person's browser."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        return httpx.Client(base_url=self.url, cookies={"who": name}, headers=headers, **options)


@contextmanager
def serve(app: FastAPI, prefix: str, hub: FakeHub) -> Iterator[Running]:
    """Run an application under uvicorn until the end of the block."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the service did not start"
            time.sleep(0.01)
        try:
            yield Running(app, f"http://127.0.0.1:{listening.getsockname()[1]}{prefix}", hub)
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def learn_service(workspace: Workspace, **changes: Any) -> Iterator[Running]:
    """Run a learn service on an installation; ``hoa`` is in class ``lop1``, ``thay`` teaches it."""
    hub = FakeHub({"hoa": {"nbgrader-lop1"}, "sen": {"nbgrader-lop1", "nbgrader-lop2"}, "thay": {"formgrade-lop1"}})
    url = f"sqlite:///{workspace.state / 'learn.db'}"
    settings = ServiceSettings(workspace, **{"database_url": url, "prefix": "/services/learn/", **changes})
    with serve(create_app(settings, hub), settings.prefix, hub) as running:
        yield running


@pytest.fixture
def service(workspace: Workspace) -> Iterator[Running]:
    """A running learn service."""
    with learn_service(workspace) as running:
        yield running


@pytest.fixture
def client(service: Running) -> Iterator[httpx.Client]:
    """The browser of learner ``hoa``."""
    with service.as_learner() as client:
        yield client


def answers(at: str = "2026-11-24T03:00:00.000Z", audience: str = "nong-dan", **values: Any) -> dict[str, Any]:
    """Return the body of ``PUT api/answers``, from a device whose clock shows the same moment."""
    given = {id: {"value": value, "audience": audience, "at": at} for id, value in values.items()}
    return {"schema": 1, "now": at, "answers": given}


def wait_for_result(client: httpx.Client, receipt: str, key: str = KEY) -> dict[str, Any]:
    """Ask for the result as the page does, until it is there."""
    for _ in range(600):
        result = client.get(f"api/results/{key}").json()
        if result["receipt"] == receipt and result["state"] in {"graded", "refused"}:
            return result
        time.sleep(0.05)
    raise AssertionError(f"no result after 30 s: {result}")
