"""A sandbox started before it is needed: getting warm takes about as long as importing the rest of the grader."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Literal

from grader.sandbox.sandbox import Sandbox

_started: dict[str, Future[Sandbox]] = {}


def start_ahead(mode: Literal["auto", "cold", "none"]) -> None:
    """Start a sandbox in the background; whoever takes it first has it. Nothing happens when one is under way."""
    if mode in _started:
        return
    future = _started[mode] = Future()

    def start() -> None:
        try:
            future.set_result(Sandbox(mode).__enter__())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=start, name="sandbox-ahead", daemon=True).start()


def take(mode: Literal["auto", "cold", "none"]) -> Sandbox | None:
    """Return the sandbox that was started ahead, when it is warm; ``None`` when there is none.

    Raises
    ------
    SandboxMissing, WorkerDied
        As on entering a sandbox.
    """
    future = _started.pop(mode, None)
    return None if future is None else future.result()
