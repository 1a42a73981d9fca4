"""A notebook in JupyterLab, used as a patient person uses it: look first, close what lies over it, try again."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

RAN = re.compile(r"\[(\*|\d+)\]")
"""A code cell's prompt once it waits for its turn (``[*]``) or has run (``[3]``)."""
_RUN_ALL = re.compile("(Run All Cells|Chạy tất cả)", re.I)
_DONE = re.compile(r"\[\d+\]")
_TRIES = 6
_MINUTES = 3


def run_all(page: Page) -> None:
    """Run every cell of the open notebook by the menu, and return when the last one has run.

    The notebook is on the screen before it has a kernel, and says "idle" even then: a click at that moment runs
    nothing, or asks which kernel to take. So what tells is the prompts of the cells, and the click is repeated.

    Raises
    ------
    AssertionError
        When nothing ran after several clicks, or not all of it in some minutes.
    """
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
    prompts = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt")
    for _ in range(_TRIES):
        close_dialogs(page)
        _wait_for_kernel(page)
        try:
            page.get_by_role("menuitem", name=re.compile("^(Run|Chạy)")).first.click(timeout=10_000)
            page.get_by_role("menuitem", name=re.compile("(Run All Cells|Chạy tất cả)", re.I)).first.click(
                timeout=5_000
            )
            expect(prompts.first).to_have_text(RAN, timeout=15_000)
            break
        except (PlaywrightTimeout, AssertionError):
            page.keyboard.press("Escape")  # a menu that was left open
    else:
        raise AssertionError(f"nothing ran after {_TRIES} clicks; first prompt: {prompts.first.inner_text()!r}")
    deadline = time.monotonic() + 60 * _MINUTES
    while not _DONE.search(prompts.last.inner_text()):
        assert time.monotonic() < deadline, f"still running; prompts: {prompts.all_inner_texts()}"
        close_dialogs(page)
        page.wait_for_timeout(500)


def close_dialogs(page: Page) -> None:
    """Press the main button of every dialog that lies over the notebook, for example the one that asks for a kernel."""
    dialogs = page.locator(".jp-Dialog")
    for _ in range(5):
        if not dialogs.count():
            return
        try:
            dialogs.last.locator("button.jp-mod-accept").click(timeout=3_000)
            expect(dialogs).to_have_count(0, timeout=3_000)
        except (PlaywrightTimeout, AssertionError):
            page.wait_for_timeout(300)  # it went by itself, or another one came


def _wait_for_kernel(page: Page) -> None:
    """Wait until the toolbar names a kernel that rests, closing what comes up; after a minute, go on all the same."""
    kernel = page.locator(".jp-KernelName", has_text="Python")
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
    for _ in range(120):
        close_dialogs(page)
        if kernel.count() and idle.count():
            return
        page.wait_for_timeout(500)


def in_lab(page: Page, label: str) -> Locator:
    """Return the question with a label (``Câu 1``) in a notebook that has run; it is brought onto the screen.

    Raises
    ------
    AssertionError
        When it never appeared.
    """
    place = page.locator(".jp-OutputArea .bdhai", has_text=re.compile(rf"^\s*{label}(?!\d)")).first
    for turn in range(240):  # a loaded machine takes its time to draw
        if place.count():
            place.scroll_into_view_if_needed()
            return place
        if turn % 10 == 9:
            _scroll_on(page)
        page.wait_for_timeout(500)
    raise AssertionError(f"{label} never appeared")


def _scroll_on(page: Page) -> None:
    """Turn the wheel by a screen, from the end back to the beginning."""
    view = page.locator(".jp-WindowedPanel-outer, .jp-Notebook").first
    view.hover()
    before = view.evaluate("view => view.scrollTop")
    page.mouse.wheel(0, 600)
    page.wait_for_timeout(200)
    if view.evaluate("view => view.scrollTop") == before:
        page.mouse.wheel(0, -100_000)
