"""A chat on the lesson page: a real Chromium, the page's host, and an assistant service behind the same address.

The first tests meet the real service (with replies written beforehand); those of faults a server that can do wrong.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nbformat.v4 import new_code_cell, new_markdown_cell
from playwright.sync_api import Browser, Page, expect, sync_playwright

from course.ai.client import MODEL
from course.ai.replies import LABEL
from course.answer_values import ChatValue
from grader.release.page import build_pages
from grader.workspace import Workspace
from hub_config.assistant_settings import AssistantSettings
from hub_config.services.assistant.app import create_app
from hub_config.services.shared.identity import Identity
from hub_config.services.shared.settings import ServiceSettings
from tests.grader.release.sample_lesson import KEY, sample_cells, write_sample
from tests.grader.release.stand_in import PREFIX, State, make_app
from tests.support.assistant import ABOUT, REFUSALS
from tests.support.browser import launch

ASSISTANT = "/services/assistant/"
CHAT = """lesson.chat(
    "c1",
    "Nhờ trợ lý **một việc**.",
    tries=["Viết tin mời họp xóm."],
    planted=[{"ask": "Chùa xây năm nào?", "reply": "Xây năm **1947**."}],
    reveal="Năm xây là bịa.",
)"""


class CookieHub:
    """Stands in for JupyterHub, with its round: a front page that is asked first, a way back that leaves the cookie."""

    def __init__(self) -> None:
        self.knows = True
        self.rounds = 0

    async def identify(self, request: Request) -> Identity | None:
        return Identity("hoa", by_cookie=True) if request.cookies.get("assistant") == "hoa" else None

    def login(self, _request: Request) -> Response:
        self.rounds += 1
        return RedirectResponse(f"{ASSISTANT}oauth_callback" if self.knows else f"{PREFIX}", 302)

    async def finish_login(self, _request: Request) -> Response:
        response = RedirectResponse(ASSISTANT, 302)
        response.set_cookie("assistant", "hoa", path=ASSISTANT, httponly=True)
        return response

    async def close(self) -> None: ...


@contextmanager
def serving(app: Any) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chat")
    cells = sample_cells()
    cells[2:2] = [new_markdown_cell("## Tự làm · Hỏi thử"), new_code_cell(CHAT)]
    build_pages({KEY: write_sample(folder / "level1", cells)}, folder / "release", audiences=["nong-dan"])
    return folder / "release"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="vi-VN")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.extend([line.text] if "Content Security Policy" in line.text else []))
    yield page
    context.close()
    assert problems == []


def open_chat(page: Page, url: str) -> None:
    page.goto(f"{url}{PREFIX}lessons/{KEY}/#buoc-2")
    expect(page.locator(".bd-chat textarea")).to_be_visible()


def ask(page: Page, text: str) -> None:
    page.locator(".bd-chat textarea").fill(text)
    page.keyboard.press("Enter")


def conversation(state: State) -> ChatValue:
    value = state.record(KEY).answers["c1"].value
    assert isinstance(value, ChatValue)
    return value


# --- the real service ------------------------------------------------------------------------------------------------


@pytest.fixture
def hub() -> CookieHub:
    return CookieHub()


@pytest.fixture
def real(release: Path, state: State, hub: CookieHub, tmp_path: Path) -> Iterator[str]:
    learn = make_app(release, state)
    where = ServiceSettings(Workspace(tmp_path, tmp_path), f"sqlite:///{tmp_path / 'assistant.db'}", ASSISTANT)
    service = create_app(where, AssistantSettings(), hub)

    async def both(scope: Any, receive: Any, send: Any) -> None:
        ours = scope["type"] == "lifespan" or scope["path"].startswith(ASSISTANT)
        await (service if ours else learn)(scope, receive, send)

    with serving(both) as url:
        yield url


def test_a_learner_asks_is_answered_and_finds_it_again(page: Page, real: str, hub: CookieHub, state: State) -> None:
    open_chat(page, real)
    page.get_by_role("button", name="Viết tin mời họp xóm.").click()
    page.get_by_role("button", name="Gửi").click()
    answer = page.locator(".bd-answered").last
    expect(answer).to_contain_text(LABEL)
    expect(answer.get_by_role("button", name="Chép")).to_be_visible()
    assert hub.rounds == 1  # the first request met a stranger
    assert LABEL not in answer.locator(".bd-said").inner_text()
    expect(page.locator("#saved")).to_have_text("✓ Đã lưu")
    ask(page, "Ngắn hơn nữa, ai bận gọi 0302 345 678")
    expect(page.locator(".bd-answered .bd-tools")).to_have_count(3)  # with the planted one
    assert hub.rounds == 1
    expect(page.locator(".bd-masked li")).to_have_text(["đã che: số điện thoại"])
    expect(page.locator("#saved")).to_have_text("✓ Đã lưu")
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    said = page.locator(".bd-talk").inner_text()
    page.reload()
    expect(page.locator(".bd-answered")).to_have_count(3)
    assert page.locator(".bd-talk").inner_text() == said
    page.get_by_role("button", name="xem chỗ sai").click()
    expect(page.locator(".bd-chat")).to_contain_text("Bài cài sẵn chỗ sai")
    expect(page.locator("#saved")).to_have_text("✓ Đã lưu")
    kept = conversation(state)
    assert [one.role for one in kept.messages] == ["user", "assistant"] * 2 and kept.revealed


def test_a_learner_whose_log_in_ended_loses_no_word(page: Page, real: str, hub: CookieHub) -> None:
    hub.knows = False
    open_chat(page, real)
    ask(page, "Viết tin mời họp")
    expect(page.get_by_role("alert").filter(has_text="đăng nhập lại")).to_be_visible()
    expect(page.locator(".bd-chat textarea")).to_have_value("Viết tin mời họp")
    hub.knows = True
    page.locator(".bd-chat").get_by_role("button", name="Thử lại").click()
    expect(page.locator(".bd-answered").last).to_contain_text(LABEL)


def test_do_page_and_service_mean_the_same_model() -> None:
    host = Path(__file__).parents[3] / "grader" / "release" / "page" / "host" / "assistant.js"
    assert re.findall(r'USUAL_MODEL = "(.+?)"', host.read_text("utf-8")) == [MODEL]


# --- faults ----------------------------------------------------------------------------------------------------------


class Wrong:
    """An assistant that does what ``mode`` says, as an ASGI application."""

    def __init__(self) -> None:
        self.mode = "good"
        self.hung_up = threading.Event()
        self.shown = threading.Event()

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        if self.mode in REFUSALS:
            status, message = REFUSALS[self.mode]
            error = {"message": message, "type": "api_error", "code": self.mode, "param": None}
            return await self.whole(send, status, "application/json", json.dumps({"error": error}))
        if self.mode == "html":
            return await self.whole(send, 200, "text/html", "<h1>Wi-Fi của quán</h1>")
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        # Cut where a letter and an event are in the middle.
        whole = b"".join(
            self.event({"choices": [{"delta": {"content": word}}]}) for word in ("Kính mời ", "**bà con**")
        )
        for place in range(0, len(whole), 7):
            await self.send(send, whole[place : place + 7])
        match self.mode:
            case "waits":
                while (await receive())["type"] != "http.disconnect":
                    pass
                self.hung_up.set()
            case "cut":
                while not self.shown.is_set():
                    await asyncio.sleep(0.01)
                raise ConnectionAbortedError
            case "garbage":
                await self.send(send, b"data: {khong phai JSON\n\n", last=True)
            case "error":
                said = {"error": {"message": "Câu trả lời bị đứt giữa chừng.", "code": "upstream_cut"}}
                await self.send(send, self.event(said), last=True)
            case "ends":
                await self.send(send, b"", last=True)
            case _:
                await self.send(send, self.event({"choices": [], "bdhai": ABOUT}) + b"data: [DONE]\n\n", last=True)

    @staticmethod
    def event(data: Any) -> bytes:
        return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()

    @staticmethod
    async def send(send: Any, body: bytes, last: bool = False) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": not last})

    async def whole(self, send: Any, status: int, kind: str, text: str) -> None:
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind.encode())]})
        await self.send(send, text.encode(), last=True)


@pytest.fixture
def wrong(release: Path, state: State, page: Page) -> Iterator[Wrong]:
    learn, assistant = make_app(release, state), Wrong()

    async def both(scope: Any, receive: Any, send: Any) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith(ASSISTANT)
        await (assistant if ours else learn)(scope, receive, send)

    with serving(both) as url:
        open_chat(page, url)
        yield assistant


def test_a_stream_is_read_wherever_its_pieces_begin_and_end(page: Page, wrong: Wrong) -> None:
    ask(page, "Viết tin mời họp")
    expect(page.locator(".bd-answered").last.locator(".bd-said")).to_have_text("Kính mời bà con")
    expect(page.locator(".bd-answered").last).to_contain_text("Trợ lý thử")


def test_stopping_hangs_up(page: Page, wrong: Wrong, state: State) -> None:
    wrong.mode = "waits"
    ask(page, "Viết tin mời họp")
    expect(page.locator(".bd-live .bd-said")).to_have_text("Kính mời bà con")
    page.keyboard.press("Escape")
    assert wrong.hung_up.wait(20)
    expect(page.locator(".bd-answered").last).to_contain_text("Bạn đã bấm dừng")
    expect(page.locator("#saved")).to_have_text("✓ Đã lưu")
    assert conversation(state).messages[1].state == "stopped"


@pytest.mark.parametrize("mode", ["cut", "garbage", "error", "ends"])
def test_what_came_before_a_fault_stays(page: Page, wrong: Wrong, mode: str) -> None:
    wrong.mode = mode
    ask(page, "Viết tin mời họp")
    expect(page.locator(".bd-answered").last).to_contain_text("Kính mời bà con")
    wrong.shown.set()
    expect(page.get_by_role("alert").filter(has_text="Câu trả lời bị ngắt")).to_be_visible()
    answer = page.locator(".bd-answered").last
    expect(answer).to_contain_text("Kính mời bà con")
    wrong.mode = "good"
    answer.get_by_role("button", name="Thử lại").click()
    expect(page.locator(".bd-answered").last.get_by_role("button", name="Chép")).to_be_visible()
    expect(page.locator(".bd-answered")).to_have_count(2)


@pytest.mark.parametrize("mode", [*REFUSALS, "html", "no network"])
def test_a_refusal_is_told_and_the_words_come_back(page: Page, wrong: Wrong, mode: str) -> None:
    wrong.mode = mode
    page.context.set_offline(mode == "no network")
    ask(page, "Viết tin mời họp")
    told = REFUSALS[mode][1] if mode in REFUSALS else {"html": "không đọc được"}.get(mode, "Mạng")
    expect(page.locator(".bd-chat").get_by_role("alert")).to_contain_text(told)
    expect(page.locator(".bd-chat textarea")).to_have_value("Viết tin mời họp")
