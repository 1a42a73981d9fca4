"""``bdhai bench page``: its byte counts are right, its object has the promised shape. No time is asserted."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser
from rich.console import Console
from typer.testing import CliRunner

from grader.bench.network import NetworkMeter, running_chromium
from grader.bench.page import lesson_notebooks
from grader.bench.programs import BenchError
from grader.bench.report import COMPARED, as_object, as_table, measured_on
from grader.bench.visits import Deadline, answer
from grader.cli import app

BODY = b"x" * 40_000
MOST_HEADERS = 1000  # bytes an answer; the server below sends fewer


class Site(BaseHTTPRequestHandler):
    """A page that loads one lasting script; one address that leads to it; one that breaks off."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/moved":
            self.answer(302, b"y" * 3_000, Location="/")
        elif path == "/script.js":
            self.answer(200, b"//" + BODY, **{"Content-Type": "text/javascript", "Cache-Control": "max-age=9999"})
        elif path == "/broken.js":
            self.answer(200, BODY[:20_000], **{"Content-Type": "text/javascript", "Content-Length": "90000"})
            self.close_connection = True
        else:
            script = "broken" if path == "/breaks" else "script"
            page = f'<!doctype html><link rel="icon" href="data:,"><script src="/{script}.js"></script>'
            self.answer(200, page.encode(), **{"Content-Type": "text/html"})

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


def visit(chromium: Browser, *addresses: str) -> list[int]:
    """Bytes counted after each address, opened one after another with one cache."""
    context = chromium.new_context()
    try:
        page = context.new_page()
        meter = NetworkMeter(page)
        counted = []
        for address in addresses:
            page.goto(address)
            meter.wait_until_quiet()
            counted.append(meter.received)
        return counted
    finally:
        context.close()


def test_bytes_are_those_of_the_bodies_and_their_headers(chromium, site):
    [received] = visit(chromium, f"{site}/")
    assert len(BODY) < received < len(BODY) + 2 * MOST_HEADERS


def test_what_the_cache_gives_counts_nothing_and_a_new_context_is_cold(chromium, site):
    first, second = visit(chromium, f"{site}/", f"{site}/?again")
    assert 0 < second - first < MOST_HEADERS
    assert visit(chromium, f"{site}/") == [first]


def test_a_redirect_and_a_broken_answer_count_too(chromium, site):
    [direct] = visit(chromium, f"{site}/")
    [moved] = visit(chromium, f"{site}/moved")
    assert 0 < moved - direct < 3_000 + MOST_HEADERS
    [broken] = visit(chromium, f"{site}/breaks")
    assert 20_000 <= broken < 20_000 + 2 * MOST_HEADERS


def test_an_option_not_yet_chosen_is_clicked_until_new_feedback_shows(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.set_content(
        """<fieldset>
        <label class="bd-option"><input type="radio" name="q" value="A" checked>A</label>
        <label class="bd-option"><input type="radio" name="q" value="B">B</label>
        <div id="said"><p class="bd-panel">A</p></div></fieldset>
        <script>addEventListener("change", e => setTimeout(() => {
          document.querySelector(".bd-panel").textContent = e.target.value }, 120))</script>"""
    )
    answer(page.locator("fieldset"), Deadline(20))
    assert page.locator(".bd-panel").inner_text() == "B"
    context.close()


def report(**changed: object) -> dict:
    found = {
        "page": {"first_visit_bytes": 100_000, "second_lesson_bytes": 20_000, "first_answer_s": 3.0},
        "jupyterlab": {"first_visit_bytes": 7_500_000, "second_lesson_bytes": 90_000, "first_answer_s": None},
        "voila": {},
    }
    rest = {
        "submit_to_result_s": 0.5,
        "memory_mb": {"page": 300.0, "jupyterlab": None},
        "measured_on": measured_on("156.0"),
    }
    return as_object(found | changed, rest, ["jupyterlab: first_answer_s: Timeout"])


def test_the_object_has_the_promised_keys_and_says_what_is_missing():
    printed = json.loads(json.dumps(report()))
    own = {*COMPARED, "submit_to_result_s", "memory_mb", "measured_on", "jupyterlab", "voila", "notes"}
    assert own <= printed.keys()
    for other in ("jupyterlab", "voila"):
        assert set(COMPARED) <= printed[other].keys()
    assert printed["voila"] == dict.fromkeys(COMPARED)
    assert {"cores", "memory_gb", "versions", "network"} <= printed["measured_on"].keys()
    assert printed["measured_on"]["versions"]["voila"]


def test_the_table_shows_ratios_and_says_what_could_not_be_measured():
    console = Console(width=160, record=True, file=sys.stderr)
    console.print(as_table(report()))
    text = console.export_text()
    assert "×75.0" in text
    assert "không đo được" in text


def test_a_missing_browser_is_said_in_one_line_with_the_command(tmp_path):
    # A process of its own: Playwright's synchronous side runs once in a process.
    command = [sys.executable, "-m", "grader.cli", "bench", "page", "--json"]
    environment = os.environ | {"BDHAI_CHROMIUM": str(tmp_path / "none"), "COLUMNS": "300"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "playwright install chromium" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("package", ["voila", "playwright.sync_api"])
def test_a_missing_package_is_said_with_the_command(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    result = CliRunner().invoke(app, ["bench", "page"])
    assert result.exit_code == 1
    assert "pip install -e" in result.output


def test_an_unreleased_lesson_stops_with_a_reason(tmp_path):
    with pytest.raises(BenchError, match="level1/01"):
        lesson_notebooks(tmp_path)
