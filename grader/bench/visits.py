"""A learner's visits, alike on the lesson page, in JupyterLab and in Voilà: open, find the question, answer."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.bench.network import NetworkMeter
from grader.bench.programs import LEARNER, Hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, ViewportSize

CAP_SECONDS = 300
"""What takes longer is given up, and said to be."""
PHONE: ViewportSize = {"width": 390, "height": 844}
PC: ViewportSize = {"width": 1280, "height": 800}
"""For JupyterLab and Voilà: on a phone, JupyterLab leaves a strip of 50 pixels to the notebook."""
FIRST, SECOND = "level1/01", "level1/02"
AUDIENCE = "nong-dan"

# JupyterLab keeps its application to itself unless its page's settings say otherwise. Said in the browser, so that the
# server and what it sends stay as a learner has them.
_EXPOSE_LAB = """
new MutationObserver(() => {
  const settings = document.getElementById("jupyter-config-data");
  if (!settings || settings.dataset.bench) return;
  try {
    const known = JSON.parse(settings.textContent);
    settings.textContent = JSON.stringify({ ...known, exposeAppInBrowser: "true" });
    settings.dataset.bench = "1";
  } catch { /* not all of it is there yet */ }
}).observe(document, { childList: true, subtree: true });
"""
_RUN_ALL = r"""
async () => {
  const app = window.jupyterapp;
  const panel = app.shell.currentWidget;
  await panel.revealed;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await app.commands.execute("notebook:run-all-cells");
  // Running scrolls to the end, and only what is near the screen is drawn: go back to the first question.
  const asks = /^lesson\.(choice|dictation|mark|order|short_text)\(/m;
  const first = panel.content.widgets.findIndex((cell) => asks.test(cell.model.sharedModel.getSource()));
  panel.content.activeCellIndex = first;
  await panel.content.scrollToItem(first, "start");
}
"""


def cookies_of_learner(browser: Browser, hub: Hub, *, with_lab: bool = False) -> list[Any]:
    """Log in as the demo learner, choose the audience group, and return the cookies.

    Parameters
    ----------
    with_lab : bool
        Whether the learner's Jupyter server runs, and its cookie is wanted too.
    """
    context = browser.new_context(viewport=PHONE)
    try:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{hub.url}/hub/login")
        page.fill("input[name=username]", LEARNER)
        page.fill("input[name=password]", hub.password())
        page.click("[type=submit]")
        page.wait_for_url("**/services/learn/**")
        page.goto(f"{hub.url}/services/learn/lessons/{FIRST}/")
        choose = page.locator(f"button[value={AUDIENCE}]")
        choose.or_(page.locator("#next")).first.wait_for(state="attached")
        if choose.count():
            choose.click()
            page.locator("#next").wait_for(state="attached")
        if with_lab:
            page.goto(f"{hub.url}/user/{LEARNER}/lab?reset", wait_until="commit")
            page.wait_for_url(f"**/user/{LEARNER}/lab**")
        return list(context.cookies())
    finally:
        context.close()


class Deadline:
    """The time that is left of a measurement."""

    def __init__(self, seconds: float = CAP_SECONDS):
        self.start = time.perf_counter()
        self.end = self.start + seconds

    def left_ms(self) -> float:
        """Return the milliseconds that are left, at least one: 0 means "for ever" to Playwright."""
        return max(1.0, (self.end - time.perf_counter()) * 1000)

    def passed(self) -> float:
        """Return the seconds since the start."""
        return round(time.perf_counter() - self.start, 2)


@dataclass
class LessonPage:
    """The lesson page of the hub."""

    hub: Hub
    name = "page"
    viewport = PHONE

    def open(self, page: Page, lesson: str, limit: Deadline) -> Locator:
        """Open a lesson and go to its first practice question; return the question."""
        address = f"{self.hub.url}/services/learn/lessons/{lesson}/#buoc-1"  # not the results, once there are some
        page.goto(address, wait_until="commit", timeout=limit.left_ms())
        page.locator("html.js #next").click(timeout=limit.left_ms())
        question = page.locator("section.step.current fieldset").first
        question.wait_for(timeout=limit.left_ms())
        return question


@dataclass
class JupyterLab:
    """The same learner's notebook in JupyterLab on the same hub; the server runs already."""

    hub: Hub
    notebooks: dict[str, str]  # lesson → path
    name = "jupyterlab"
    viewport = PC

    def open(self, page: Page, lesson: str, limit: Deadline) -> Locator:
        """Open the notebook (the second one from within JupyterLab), run all cells, return the first question."""
        path = self.notebooks[lesson]
        if page.url == "about:blank":
            page.add_init_script(_EXPOSE_LAB)
            address = f"{self.hub.url}/user/{LEARNER}/lab/tree/{path}?reset"
            page.goto(address, wait_until="commit", timeout=limit.left_ms())
        else:
            page.evaluate(
                "async path => { await window.jupyterapp.commands.execute('docmanager:open', { path }); }", path
            )
        page.wait_for_function(
            "path => window.jupyterapp?.shell.currentWidget?.context?.path === path", arg=path, timeout=limit.left_ms()
        )
        page.set_default_timeout(limit.left_ms())
        page.evaluate(_RUN_ALL)
        question = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) fieldset:has(.bd-ask)").first
        question.wait_for(timeout=limit.left_ms())
        return question


@dataclass
class Voila:
    """The same notebook in Voilà."""

    url: str
    notebooks: dict[str, str]  # lesson → path
    name = "voila"
    viewport = PC

    def open(self, page: Page, lesson: str, limit: Deadline) -> Locator:
        """Open the notebook, which Voilà runs, and return the first question."""
        page.goto(f"{self.url}/voila/render/{self.notebooks[lesson]}", wait_until="commit", timeout=limit.left_ms())
        question = page.locator("fieldset:has(.bd-ask)").first
        question.wait_for(timeout=limit.left_ms())
        return question


Surface = LessonPage | JupyterLab | Voila


@contextlib.contextmanager
def cold_page(browser: Browser, cookies: list[Any], viewport: ViewportSize = PHONE) -> Iterator[Page]:
    """Give a page with an empty cache."""
    context = browser.new_context(viewport=viewport)
    try:
        context.add_cookies(cookies)
        yield context.new_page()
    finally:
        context.close()


def measure_bytes(browser: Browser, surface: Surface, cookies: list[Any]) -> dict[str, int]:
    """Return what a first visit fetches, and what a second lesson fetches more.

    Returns
    -------
    dict
        ``first_visit_bytes``, ``second_lesson_bytes``: HTTP, as sent over the network; ``first_visit_websocket_bytes``.
    """
    with cold_page(browser, cookies, surface.viewport) as page:
        meter = NetworkMeter(page)
        surface.open(page, FIRST, Deadline())
        meter.wait_until_quiet()
        first, through_websocket = meter.received, meter.websocket
        surface.open(page, SECOND, Deadline())
        meter.wait_until_quiet()
        return {
            "first_visit_bytes": first,
            "second_lesson_bytes": meter.received - first,
            "first_visit_websocket_bytes": through_websocket,
        }


def measure_first_answer(browser: Browser, surface: Surface, cookies: list[Any]) -> float:
    """Return the seconds from the start, on the slow network with an empty cache, to the feedback on an answer.

    No time to read or think is counted: the option is clicked as soon as it is there.

    Raises
    ------
    playwright.sync_api.Error
        If it took longer than ``CAP_SECONDS``.
    """
    with cold_page(browser, cookies, surface.viewport) as page:
        NetworkMeter(page).slow_down()
        limit = Deadline()
        question = surface.open(page, FIRST, limit)
        answer(question, limit)
        return limit.passed()


def answer(question: Locator, limit: Deadline) -> None:
    """Click an option that is not chosen yet, and wait until its feedback is on the screen."""
    feedback = question.locator(".bd-panel")
    before = "\n".join(feedback.all_inner_texts())
    options = question.locator("label.bd-option")
    options.first.wait_for(timeout=limit.left_ms())
    position = question.evaluate(
        "one => [...one.querySelectorAll('label.bd-option input')].findIndex(input => !input.checked)"
    )
    options.nth(position).click(timeout=limit.left_ms())
    while True:
        feedback.first.wait_for(timeout=limit.left_ms())
        if "\n".join(feedback.all_inner_texts()) != before:
            return
        question.page.wait_for_timeout(50)
        if limit.left_ms() <= 1:
            feedback.filter(has_text="\0").wait_for(timeout=1)  # raises, as any other wait that is too long
