"""Damage by using up: time, processes, memory, disk, output."""

from __future__ import annotations

import time
from collections.abc import Callable

from grader.bench.attacks.attack import Attack, gains
from grader.bench.attacks.ground import Ground
from grader.bench.attacks.notebooks import HONEST, HONEST_CLASSIC, filled
from grader.bench.attacks.ours import Ours
from grader.bench.attacks.stock import CLASSIC, Stock, StockTried

_LOOPS = {
    "busy": "while True:\n    pass",
    "asleep": "import time\nwhile True:\n    time.sleep(1000)",
    "deaf": """
import signal, time
for number in range(1, 32):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True:
    try:
        while True: time.sleep(0.01)
    except BaseException: pass
""",
}
_FORKS = """
import os, time
pids = []
try:
    for _ in range(400):
        pid = os.fork()
        if pid == 0:
            while True:
                try: os.fork()
                except OSError: pass
                time.sleep(1)
        pids.append(pid)
except OSError as error:
    print("stopped at", len(pids), error)
"""
_MEMORY = """
import subprocess, sys
held = []
child = "x = [bytearray(b'1') * (50 << 20) for _ in range(20)]; import time; time.sleep(20)"
try:
    others = [subprocess.Popen([sys.executable, "-c", child, {mark!r}]) for _ in range(3)]
    for number in range(60):
        held.append(bytearray(b"1") * (50 << 20))
    print("HELD", len(held) * 50, "MB")
except MemoryError:
    print("stopped")
    for other in others: other.kill()
"""
_DISK = """
import os
written = 0
for place in (".", "/tmp", "/dev/shm", "/var/tmp", {outside!r}):
    try:
        for number in range(200):
            with open(os.path.join(place, f"bomb{{number}}"), "wb") as file:
                for _ in range(20):
                    written += file.write(b"1" * (1 << 20))
    except OSError as error:
        print(place, error)
print("WRITTEN", written >> 20, "MB")
"""


def _many(ground: Ground, count: int) -> str:
    return (
        f"import subprocess\nfor _ in range({count}):\n    subprocess.Popen({ground.sleeper()}, start_new_session=True)"
    )


def _stopped(ours: Ours, source: str, *, classic: bool = False) -> str:
    """Run a bomb; it gains something when its run is not stopped, or when nobody is told."""
    started = time.monotonic()
    tried = ours.classic({"tong": source}) if classic else ours.code({"q1-code": source, "q2-code": HONEST["q2-code"]})
    seconds = time.monotonic() - started
    return gains(
        "nobody is told" if not tried.told else "",
        f"kept the grader for {seconds:.0f} s" if seconds > ours.limits.wall_s + 30 else "",
        f"it is still {tried.state}" if tried.state == "delayed" else "",
    )


def _bomb(source: str, *, classic: bool = False) -> Callable[[Ours], str]:
    return lambda ours: _stopped(ours, source, classic=classic)


def queue(source: str, timeout: float) -> Callable[[Stock], str]:
    """Grade a hostile submission and an honest one with one command, as a trainer does."""

    def attack(stock: Stock) -> str:
        queue = stock.new_learner()  # these two only: what earlier attacks left in the course is not this one's doing
        hostile = stock.lay_in(CLASSIC, filled(stock.blank[CLASSIC], {"tong": source}), learner=f"{queue}-1")
        honest = stock.lay_in(CLASSIC, filled(stock.blank[CLASSIC], HONEST_CLASSIC), learner=f"{queue}-2")
        done = stock.command("autograde", CLASSIC, f"--student={queue}-*", timeout=timeout)
        points = stock.points_of(honest)
        return gains(
            f"nbgrader still hangs after {timeout:.0f} s" if done is None else "",
            f"the honest submission after it has {points} of 5 points" if points != 5 else "",
            "no result at all for the whole notebook"
            if not StockTried(stock, hostile, CLASSIC, True, "").record
            else "",
        )

    return attack


def _forks(ours: Ours) -> str:
    tried = ours.code({"q1-code": _FORKS, "q2-code": _many(ours.ground, 500)})
    return "it is still waiting" if tried.state == "delayed" else ""


def _forks_stock(stock: Stock) -> str:
    stock.classic({"tong": _many(stock.ground, 150)})
    alive = len(stock.ground.processes())
    stock.ground.left_alive()
    return f"{alive} processes" if alive > 100 else ""


def _memory(ours: Ours) -> str:
    tried = ours.code({"q1-code": _MEMORY.format(mark=ours.ground.mark)})
    return "took 3 GB and more" if "HELD 3000" in tried.outputs else ""


def _memory_stock(stock: Stock) -> str:
    source = "held = bytearray(b'1') * (900 << 20)\nprint('HELD', len(held) >> 20)\ndel held"
    return "took 900 MB, no limit met" if "HELD 900" in stock.classic({"tong": source}).record else ""


def _disk(ours: Ours) -> str:
    tried = ours.code({"q1-code": _DISK.format(outside=str(ours.ground.outside))})
    size = sum(path.stat().st_size for path in ours.workspace.state.rglob("*") if path.is_file()) >> 20
    unstopped = "WRITTEN" in tried.outputs and not tried.told and _written(tried.outputs) > 100
    return gains(f"the installation grew to {size} MB" if size > 60 else "", "was not stopped" if unstopped else "")


def _written(outputs: str) -> int:
    return int(outputs.split("WRITTEN ")[1].split()[0])


def _disk_stock(stock: Stock) -> str:
    outside = stock.ground.outside / "bomb"
    stock.classic({"tong": f"open({str(outside)!r}, 'wb').write(b'1' * (50 << 20))"})
    return stock.ground.written_outside()


def _output(ours: Ours) -> str:
    source = "while True:\n    print('x' * 100_000)"
    tried = ours.code({"q1-code": source})
    size = sum(path.stat().st_size for path in tried.autograded.rglob("*") if path.is_file())
    other = ours.classic({"tong": source})
    size += sum(path.stat().st_size for path in other.autograded.rglob("*") if path.is_file())
    return gains(
        f"{size:,} bytes of output kept" if size > 3_000_000 else "",
        "nobody is told" if not (tried.told and other.told) else "",
    )


def _output_stock(stock: Stock) -> str:
    tried = stock.classic({"tong": "print('x' * (30 << 20))"})
    return f"{len(tried.record):,} characters of output kept" if len(tried.record) > 20_000_000 else ""


CASES = [
    Attack("loop-busy", "damage", "endless loops", "counts for ever", _bomb(_LOOPS["busy"])),
    Attack("loop-asleep", "damage", "endless loops", "sleeps for ever", _bomb(_LOOPS["asleep"])),
    Attack(
        "loop-deaf",
        "damage",
        "endless loops",
        "loops and takes no notice of interrupts and signals",
        _bomb(_LOOPS["deaf"]),
        queue(_LOOPS["deaf"], 80),
    ),
    Attack(
        "loop-classic",
        "damage",
        "endless loops",
        "loops in a classic assignment",
        _bomb(_LOOPS["busy"], classic=True),
    ),
    Attack(
        "fork-bomb",
        "damage",
        "fork bombs",
        "starts as many processes as it can, which do the same",
        _forks,
        _forks_stock,
    ),
    Attack("memory-bomb", "damage", "memory bombs", "fills the memory, with children", _memory, _memory_stock),
    Attack("disk-bomb", "damage", "disk bombs", "fills every folder it may write to", _disk, _disk_stock),
    Attack("output-bomb", "damage", "output bombs", "prints without end", _output, _output_stock),
]
