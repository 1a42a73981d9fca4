"""A grader to attack, put up once for all cases that a process runs."""

import logging
from collections.abc import Iterator

import pytest

from grader.bench.attacks.ours import Ours
from grader.bench.attacks.running import our_grader, stock_grader
from grader.bench.attacks.stock import Stock


@pytest.fixture(scope="package")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ours]:
    with our_grader(tmp_path_factory.mktemp("attacked") / "ours") as grader:
        yield grader


@pytest.fixture(scope="package")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    with stock_grader(tmp_path_factory.mktemp("attacked") / "stock") as grader:
        yield grader


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Logs quote hostile notebooks, and half characters in them cannot be sent between pytest-xdist's processes."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
