"""Starting, ending, dying: warm, cold, without a sandbox, and where there can be none."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from grader.sandbox import sandbox as module
from grader.sandbox.jobs import Limits, SandboxMissing, WorkerDied
from grader.sandbox.sandbox import Sandbox
from tests.grader.sandbox.conftest import job, needs_bubblewrap

TWO = [{"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1}]
SMALL = ("json",)
"""What is preloaded where no library is needed: these start faster."""


@needs_bubblewrap
def test_a_dead_warm_process_is_replaced() -> None:
    with Sandbox(preload=SMALL) as sandbox:
        first = sandbox._worker.process_id
        os.kill(first, signal.SIGKILL)
        with pytest.raises(WorkerDied):
            sandbox.run(job("1 + 1"))
        assert sandbox.run(job("1 + 1")).outputs["c0"] == TWO
        assert sandbox._worker.process_id != first


@needs_bubblewrap
def test_one_that_dies_or_hangs_during_a_job_is_noticed(monkeypatch) -> None:
    monkeypatch.setattr("grader.sandbox.worker._GRACE_S", 0.5)
    with Sandbox(preload=SMALL) as sandbox:
        for number in (signal.SIGKILL, signal.SIGSTOP):
            inner = _descendants(sandbox._worker.process_id)
            timer = threading.Timer(0.3, lambda pids=inner, number=number: [os.kill(pid, number) for pid in pids])
            timer.start()
            with pytest.raises(WorkerDied):
                sandbox.run(job("import time\ntime.sleep(60)", limits=Limits(wall_s=1.0)))
            timer.join()
            assert sandbox.run(job("1 + 1")).outputs["c0"] == TWO


@needs_bubblewrap
def test_all_is_gone_at_the_end() -> None:
    with Sandbox(preload=SMALL) as sandbox:
        pids = [sandbox._worker.process_id, *_descendants(sandbox._worker.process_id)]
        scratch = Path(sandbox._worker._around.scratch.name)
        assert len(pids) >= 2
    deadline = time.monotonic() + 10  # the kernel takes a moment to end a namespace
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert not scratch.exists()


@needs_bubblewrap
def test_cold() -> None:
    with Sandbox("cold", preload=SMALL) as sandbox:
        assert not sandbox.warm
        first = sandbox.run(job("1 + 1", "import os\nopen('/tmp/left', 'w').close(); os.getuid()"))
        assert first.state == "finished" and first.outputs["c0"] == TWO
        second = sandbox.run(
            job(
                "import os\nos.path.exists('/tmp/left'), os.path.exists('/work/main/grader/judge.py')",
                "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=3)",
                "print([l.split()[1] for l in open('/proc/self/status') if l.startswith('CapEff')])",
            )
        )
        assert second.outputs["c0"][0]["data"]["text/plain"] == "(False, False)"
        assert second.outputs["c1"][0]["ename"] == "OSError"
        assert second.outputs["c2"][0]["text"] == "['0000000000000000']\n"
        for source, state in (
            ("import time\ntime.sleep(60)", "timeout"),
            ("import os\nos.kill(os.getppid(), 9)\nimport time\ntime.sleep(60)", "died"),
        ):
            assert sandbox.run(job(source, limits=Limits(wall_s=0.5))).state == state


@needs_bubblewrap
def test_where_namespaces_cannot_be_nested_it_falls_back(monkeypatch) -> None:
    real = module.Worker

    def refused(mode, preload):
        worker = real(mode, preload)
        worker.nested = False  # as the warm process says where Ubuntu's profile for bubblewrap takes its capabilities
        return worker

    monkeypatch.setattr(module, "Worker", refused)
    with Sandbox(preload=SMALL) as sandbox:
        assert not sandbox.warm
        assert sandbox.run(job("1 + 1")).outputs["c0"] == TWO


def test_without_a_sandbox_limits_still_hold(tmp_path: Path) -> None:
    with Sandbox("none", preload=SMALL) as sandbox:
        assert sandbox.run(job("1 + 1")).outputs["c0"] == TWO
        mark = f"bdhai-{os.getpid()}-none"
        outcome = sandbox.run(
            job(
                f"import subprocess, os\nsubprocess.Popen(['setsid', 'bash', '-c', 'exec -a {mark} sleep 300'])\n"
                "os.getcwd()",
                "open('a.txt', 'w').write('x')",
                "while True: pass",
                limits=Limits(wall_s=0.5),
            )
        )
        assert outcome.state == "timeout"
        folder = outcome.outputs["c0"][0]["data"]["text/plain"].strip("'")
        assert not Path(folder).exists()
        assert not [p for p in Path("/proc").glob("[0-9]*/cmdline") if mark.encode() in _read(p)]


def test_where_there_is_no_bubblewrap_it_says_how_to_install_it(monkeypatch) -> None:
    monkeypatch.setattr(module, "missing_sandbox", lambda: "chưa cài bubblewrap")
    with pytest.raises(SandboxMissing, match="sudo apt-get install bubblewrap"), Sandbox():
        pass


@needs_bubblewrap
def test_it_outlives_the_thread_that_started_it() -> None:
    sandbox = Sandbox(preload=SMALL)
    thread = threading.Thread(target=sandbox.__enter__)
    thread.start()
    thread.join()
    try:
        assert sandbox.run(job("1 + 1")).outputs["c0"] == TWO
    finally:
        sandbox.__exit__()


@needs_bubblewrap
def test_callers_from_several_threads_take_turns(sandbox) -> None:
    results: dict[int, str] = {}

    def work(number: int) -> None:
        results[number] = sandbox.run(job(f"{number} * 2")).outputs["c0"][0]["data"]["text/plain"]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: str(number * 2) for number in range(6)}


def _descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_descendants(child)]
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
