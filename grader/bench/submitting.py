"""From the click on "Nộp bài" to the result on the screen."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from grader.bench.visits import AUDIENCE, FIRST, cold_page
from grader.specimens import read_specimens

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from grader.bench.programs import Hub

ROUNDS = 5


def measure_submit_to_result(browser: Browser, hub: Hub, cookies: list[Any], client: httpx.Client) -> float:
    """Return the median seconds, of five submissions with all questions answered, on an unhindered network."""
    with cold_page(browser, cookies) as page:
        return round(statistics.median(_submit_once(page, hub, client, count) for count in range(ROUNDS)), 2)


def _submit_once(page: Page, hub: Hub, client: httpx.Client, count: int) -> float:
    _give_answers(client, count)
    page.goto("about:blank")
    page.goto(f"{hub.url}/services/learn/lessons/{FIRST}/#buoc-1")
    # The service's answers and the earlier results are there: without them the button is not yet the right one.
    page.wait_for_load_state("networkidle")
    button = page.locator("#next").filter(has_text="Nộp")
    while not button.count():
        page.click("#next")
    page.get_by_text("Đã trả lời đủ").wait_for()
    start = time.perf_counter()
    button.click()
    page.locator("#ket-qua .ring").wait_for(timeout=60_000)
    return time.perf_counter() - start


def _give_answers(client: httpx.Client, count: int) -> None:
    """Write a typical mistake and the solution in turn: the same answers again would only show the earlier result."""
    solution, _, mistakes = read_specimens(FIRST, AUDIENCE)
    complete = (one for one in mistakes if one.record.answers.keys() == solution.record.answers.keys())
    record = solution.record if count % 2 else next(complete).record
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    answers = {id: {**given, "at": now} for id, given in record.model_dump(mode="json")["answers"].items()}
    body = {"schema": 1, "now": now, "answers": answers}
    client.put(f"/services/learn/api/answers/{FIRST}", json=body).raise_for_status()
