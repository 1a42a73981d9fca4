"""A Chromium and a page for every test of the widgets."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright
from widget_host import HOST, Host

from course.widgets import WIDGET_NAMES, bundle_source, module_source, style_source
from tests.support.browser import launch


@pytest.fixture(scope="session")
def host_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("widgets")
    (folder / "index.html").write_text(HOST, "utf-8")
    (folder / "bundle.js").write_text(bundle_source(), "utf-8")
    for name in WIDGET_NAMES:
        (folder / f"{name}.js").write_text(module_source(name), "utf-8")
        (folder / f"{name}.css").write_text(style_source(name), "utf-8")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def phone() -> Iterator[Page]:
    """One phone-sized page for a module; each test loads the host anew in it, which is much faster than a new page."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser.new_page(viewport={"width": 390, "height": 844})
        browser.close()


@pytest.fixture
def host(phone: Page, host_address: str) -> Iterator[Host]:
    phone.goto(host_address)
    phone.evaluate("localStorage.clear()")
    phone.wait_for_function("window.ready")
    errors: list[str] = []
    note = lambda error: errors.append(str(error))  # noqa: E731
    phone.on("pageerror", note)
    yield Host(phone)
    phone.remove_listener("pageerror", note)
    assert errors == []
