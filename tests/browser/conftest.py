"""One real hub and one real Chromium for the walks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support.browser import DESKTOP, PHONE, chromium
from tests.support.hub import hub

__all__ = ["chromium", "hub"]


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A phone of 390×844."""
    context = chromium.new_context(**PHONE)
    yield context
    context.close()


@pytest.fixture
def desktop(chromium: Browser) -> Iterator[BrowserContext]:
    """A PC's browser of 1280×800."""
    context = chromium.new_context(**DESKTOP)
    yield context
    context.close()
