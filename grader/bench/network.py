"""Count the bytes that a page in Chromium fetches, and slow its network down; both over Chromium's own protocol."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from grader.bench.programs import BenchError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

KBIT_PER_S = 400
LATENCY_MS = 400
_QUIET_SECONDS = 1.5
# Chromium's own calls home would fight for the slow line, or hang where there is no network.
_FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_FLAGS += ["--disable-component-update", "--disable-sync"]


@contextlib.contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run Chromium: the one that ``BDHAI_CHROMIUM`` names, that is on the path, or Playwright's own.

    Raises
    ------
    BenchError
        If Playwright or Chromium is not there.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ModuleNotFoundError as missing:
        raise BenchError("Thiếu Playwright để đo. Hãy chạy: .venv/bin/pip install -e '.[dev,bench]'") from missing
    program = os.environ.get("BDHAI_CHROMIUM") or shutil.which("chromium")
    flags = [*_FLAGS, "--no-sandbox"] if os.geteuid() == 0 else _FLAGS
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=flags)
        except Error as error:
            how = "sudo apt-get install chromium, hoặc .venv/bin/playwright install chromium"
            raise BenchError(f"Chưa mở được Chromium để đo. Hãy chạy: {how}") from error
        try:
            yield browser
        finally:
            browser.close()


class NetworkMeter:
    """What one page has fetched since it was made, in bytes on the wire with headers.

    Attributes
    ----------
    received : int
        Bytes of all HTTP answers, redirects and broken-off ones included; what the cache gave counts nothing.
    websocket : int
        Bytes of the text that came through WebSockets, kept apart: a hub's proxy may compress it.
    """

    def __init__(self, page: Page):
        self.page = page
        self.received = 0
        self.websocket = 0
        self._partial: dict[str, int] = {}  # of answers that are still coming; used when they break off
        self._last = time.monotonic()
        self._session = page.context.new_cdp_session(page)
        for name, handler in {
            "Network.requestWillBeSent": self._on_request,
            "Network.responseReceived": self._on_response,
            "Network.dataReceived": self._on_data,
            "Network.loadingFinished": self._on_finished,
            "Network.loadingFailed": self._on_failed,
            "Network.webSocketFrameReceived": self._on_frame,
        }.items():
            self._session.on(name, handler)
        self._session.send("Network.enable")

    def _on_request(self, event: dict[str, Any]) -> None:
        self._last = time.monotonic()
        if "redirectResponse" in event:
            self.received += int(event["redirectResponse"]["encodedDataLength"])
        if event["request"]["url"].startswith("http"):
            self._partial[event["requestId"]] = 0

    def _on_response(self, event: dict[str, Any]) -> None:
        self._last = time.monotonic()
        if event["requestId"] in self._partial:
            self._partial[event["requestId"]] += int(event["response"]["encodedDataLength"])

    def _on_data(self, event: dict[str, Any]) -> None:
        self._last = time.monotonic()
        if event["requestId"] in self._partial:  # Chromium often leaves the size on the wire out until the end
            self._partial[event["requestId"]] += int(event["encodedDataLength"] or event["dataLength"])

    def _on_finished(self, event: dict[str, Any]) -> None:
        self._last = time.monotonic()
        if self._partial.pop(event["requestId"], None) is not None:
            self.received += int(event["encodedDataLength"])

    def _on_failed(self, event: dict[str, Any]) -> None:
        self._last = time.monotonic()
        self.received += self._partial.pop(event["requestId"], 0)

    def _on_frame(self, event: dict[str, Any]) -> None:
        self.websocket += len(event["response"]["payloadData"].encode("utf-8"))

    def slow_down(self) -> None:
        """Set the network to 400 kbit/s both ways and 400 ms a request, as Chromium's developer tools do."""
        rate = KBIT_PER_S * 1000 / 8
        settings = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": rate, "uploadThroughput": rate}
        self._session.send("Network.emulateNetworkConditions", settings)

    def wait_until_quiet(self, within: float = 60) -> None:
        """Wait until nothing is being fetched and nothing was for a second and a half; at most ``within`` seconds."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            self.page.wait_for_timeout(100)  # lets events in
            if not self._partial and time.monotonic() - self._last > _QUIET_SECONDS:
                return
