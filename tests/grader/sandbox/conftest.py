from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.sandbox.jobs import CodeCell, Job, Run
from grader.sandbox.sandbox import Sandbox, missing_sandbox

needs_bubblewrap = pytest.mark.skipif(bool(missing_sandbox()), reason=f"no sandbox here: {missing_sandbox()}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "sandbox" in getattr(item, "fixturenames", ()):
            item.add_marker(needs_bubblewrap)


@pytest.fixture(scope="package")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


RunCells = Callable[..., Run]


def job(*sources: str, **options: Any) -> Job:
    return Job(tuple(CodeCell(f"c{number}", source) for number, source in enumerate(sources)), **options)


@pytest.fixture
def run(sandbox: Sandbox) -> RunCells:
    """Run cells named c0, c1, … and return what came of it."""
    return lambda *sources, **options: sandbox.run(job(*sources, **options))


@pytest.fixture
def value(run: RunCells) -> Callable[[str], str]:
    """Return what the last expression of a cell is, as text."""

    def value(source: str) -> str:
        outcome = run(source)
        shown = [output for output in outcome.outputs["c0"] if output["output_type"] == "execute_result"]
        assert shown, outcome
        return shown[0]["data"]["text/plain"]

    return value
