"""Watching a running job: time, processor, memory and processes of all that it started, and ending all of it."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class _Process:
    parent: int
    seconds: float
    bytes: int


def _read(pid: int) -> _Process | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123  (read fifty times a second)
            # The name may hold spaces and brackets: everything counts from the last bracket.
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    seconds = sum(int(fields[number]) for number in (11, 12, 13, 14)) / _TICK
    return _Process(int(fields[1]), seconds, int(fields[21]) * _PAGE)


def descendants(root: int) -> dict[int, _Process]:
    """Return the processes below ``root`` that are alive now."""
    names = os.listdir("/proc")  # noqa: PTH208  (plain names, fifty times a second)
    everything = {int(name): found for name in names if name.isdigit() and (found := _read(int(name)))}
    children: dict[int, list[int]] = {}
    for pid, process in everything.items():
        children.setdefault(process.parent, []).append(pid)
    below: dict[int, _Process] = {}
    waiting = list(children.get(root, ()))
    while waiting:
        pid = waiting.pop()
        if pid not in below:
            below[pid] = everything[pid]
            waiting += children.get(pid, ())
    return below


def _own_bytes(pid: int) -> int:
    """Memory of a process, pages that it shares with others counted by its share only."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:  # noqa: PTH123
            return next((int(line.split()[1]) << 10 for line in file if line.startswith("Pss:")), 0)
    except OSError:
        return 0


def _over(job: int, limits: Mapping[str, Any], all_below: bool) -> str:
    """Name the limit that the job has passed, or return ``""``."""
    processes = descendants(os.getpid() if all_below else job)
    if not all_below and (first := _read(job)) is not None:
        processes[job] = first
    if len(processes) > int(limits["processes"]):
        return "processes"
    if sum(process.seconds for process in processes.values()) > float(limits["cpu_s"]):
        return "cpu"
    allowed = int(limits["memory_mb"]) << 20
    # What forked processes share would count once for each of them: look closer only when the quick sum is too high.
    if sum(process.bytes for process in processes.values()) > allowed and sum(map(_own_bytes, processes)) > allowed:
        return "memory"
    return ""


def watch(job: int, limits: Mapping[str, Any], control: int, every: float, all_below: bool) -> tuple[str, int]:
    """Wait for a job's first process to end, and see to it that it does.

    Parameters
    ----------
    job
        The process, a child of this one.
    control
        Descriptor that becomes readable when the job is no longer wanted.
    every
        Seconds between two looks.
    all_below
        Count all processes below this one as the job's: its orphans come here where it has no namespace of its own.
        Where it has one, they stay below its first process, and others than the job may be below this one.

    Returns
    -------
    tuple of str and int
        The limit that was passed (``stopped``: no longer wanted; ``""``: it ended by itself), and the wait status.
    """
    handle = os.pidfd_open(job)
    reason = ""
    deadline = time.monotonic() + float(limits["wall_s"])
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(control, select.POLLIN)
    try:
        while not reason:
            ready = dict(poll.poll(max(1.0, min(every, deadline - time.monotonic()) * 1000)))
            if handle in ready:
                break
            if control in ready:
                reason = "stopped"
            elif time.monotonic() >= deadline:
                reason = "timeout"
            else:
                reason = _over(job, limits, all_below)
        if reason:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
    finally:
        os.close(handle)
    _, status = os.waitpid(job, 0)
    return reason, status


def end_all() -> None:
    """Kill whatever is left below this process, including what was born meanwhile."""
    while processes := descendants(os.getpid()):
        for pid in processes:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while True:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    time.sleep(0.001)
                    break
            except ChildProcessError:
                break
