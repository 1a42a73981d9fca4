"""What the assistant service costs: time added to a request, and five hundred streams at once.

The service and the stand-in for the provider are processes of their own, as on a hub; the calls are real HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil

from course.ai.client import TOKEN_VARIABLE
from grader.bench.assistant_calls import Held, OneByOne, Target, hold_streams
from grader.bench.assistant_provider import SECONDS_A_WORD, WORDS_STEADY
from grader.bench.programs import BenchError
from grader.bench.report import machine

_ROUNDS = 300
_WARM_UP = 30
_PATH = "/services/assistant/v1"
_NOTE = (
    "Measured at the service itself: on a hub a request also passes the hub's proxy, and once in 15 seconds the hub is "
    "asked whose token it is."
)


def bench_assistant(progress: Callable[[str], object], *, streams: int = 500, rounds: int = _ROUNDS) -> dict[str, Any]:
    """Measure the assistant, and collect what the shield and the coach measure of themselves.

    Returns
    -------
    dict
        See ``docs/benchmarks.md``.

    Raises
    ------
    BenchError
        If a program does not start.
    """
    from grader.bench.coach import measure as measure_coach
    from grader.bench.shield import measure as measure_shield

    report: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory(prefix="bdhai-assistant-") as folder,
        _provider() as direct,
        _service(Path(folder), direct.url) as (service, process),
    ):
        progress("Thời gian thêm vào mỗi câu hỏi")
        report |= _added(direct, service, rounds)
        progress(f"{streams} luồng cùng lúc, gọi thẳng")
        straight = asyncio.run(hold_streams(direct, streams))
        progress(f"{streams} luồng cùng lúc, qua trợ lý")
        with _memory(process) as memory:
            held = asyncio.run(hold_streams(service, streams))
    report |= {
        "streams": _streams(held) | {"service_mb_before": memory[0], "service_mb_peak": max(memory)},
        "streams_direct": _streams(straight),
        "streams_held": sum(one.whole for one in held),
        "words_a_stream": WORDS_STEADY,
        "words_a_second": round(1 / SECONDS_A_WORD),
    }
    progress("Tấm chắn riêng tư")
    report |= measure_shield()
    progress("Người nhắc viết câu hỏi")
    report |= measure_coach()
    return report | {"measured_on": machine(), "notes": [_NOTE]}


def _added(direct: Target, service: Target, rounds: int) -> dict[str, Any]:
    """Ask both in turn, so that whatever else the machine does meets both."""
    callers = {"direct": OneByOne(direct), "service": OneByOne(service)}
    kinds = {"request": False, "stream": True}
    times: dict[str, list[tuple[float, float]]] = {f"{who} {kind}": [] for who in callers for kind in kinds}
    for number in range(_WARM_UP + rounds):
        for kind, stream in kinds.items():
            for who, caller in callers.items():
                seconds = caller.ask(stream=stream)
                if number >= _WARM_UP:
                    times[f"{who} {kind}"].append(seconds)
    for caller in callers.values():
        caller.close()

    def compared(kind: str, which: int) -> dict[str, float]:
        values = {who: [one[which] * 1000 for one in times[f"{who} {kind}"]] for who in callers}
        medians = {who: statistics.median(found) for who, found in values.items()}
        tails = {who: statistics.quantiles(found, n=20)[-1] for who, found in values.items()}
        return {
            "direct_ms": round(medians["direct"], 2),
            "through_ms": round(medians["service"], 2),
            "added_ms": round(medians["service"] - medians["direct"], 2),
            "added_p95_ms": round(tails["service"] - tails["direct"], 2),
        }

    request, first = compared("request", 1), compared("stream", 0)
    return {
        "request": request,
        "first_token": first,
        "added_request_ms": request["added_ms"],
        "added_first_token_ms": first["added_ms"],
        "rounds": rounds,
    }


def _streams(held: list[Held]) -> dict[str, Any]:
    firsts = sorted(one.first for one in held if one.first is not None)
    return {
        "opened": len(held),
        "errors": sum(not one.whole for one in held),
        "first_token_median_ms": round(statistics.median(firsts) * 1000) if firsts else None,
        "first_token_p99_ms": round(firsts[int(0.99 * (len(firsts) - 1))] * 1000) if firsts else None,
    }


@contextlib.contextmanager
def _provider() -> Iterator[Target]:
    with _ended(
        [sys.executable, "-m", "grader.bench.assistant_provider"], stdout=subprocess.PIPE, text=True
    ) as process:
        port = process.stdout.readline().strip()
        if not port:
            raise BenchError("Chưa chạy được nhà cung cấp AI giả để đo.")
        yield Target(f"http://127.0.0.1:{port}/v1", "sk-bench")


@contextlib.contextmanager
def _service(state: Path, base_url: str) -> Iterator[tuple[Target, psutil.Process]]:
    limits = dict.fromkeys(("tokens_a_day", "requests_a_day", "at_once", "class_tokens_a_month"), 0)
    settings = {"base_url": base_url, "models": ["now", "steady"], **limits}
    token = secrets.token_urlsafe(16)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BDHAI_", "OPENAI_"))}
    clean |= {"BDHAI_STATE": str(state), "BDHAI_ASSISTANT": json.dumps(settings), TOKEN_VARIABLE: token}
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        target = Target(f"http://127.0.0.1:{listening.getsockname()[1]}{_PATH}", token)
        command = [sys.executable, "-m", "hub_config.services.assistant", "--local", f"--fd={listening.fileno()}"]
        with _ended(command, env=clean, pass_fds=[listening.fileno()], stdout=subprocess.DEVNULL) as process:
            try:
                httpx.get(f"{target.url}/models", headers=target.head(), timeout=60).raise_for_status()
            except httpx.HTTPError as error:
                raise BenchError("Trợ lý chưa chạy được để đo.") from error
            yield target, psutil.Process(process.pid)


@contextlib.contextmanager
def _ended(command: list[str], **options: Any) -> Iterator[Any]:
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _memory(process: psutil.Process) -> Iterator[list[float]]:
    """Note the process's PSS, in MB of 10⁶ bytes, twice a second."""
    noted = [_pss(process)]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.5):
            noted.append(_pss(process))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield noted
    finally:
        ended.set()
        thread.join()


def _pss(process: psutil.Process) -> float:
    return round(process.memory_full_info().pss / 1e6, 1)
