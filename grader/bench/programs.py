"""The programs that are measured, each started on a folder of its own and always ended: a hub, and Voilà."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

LEARNER = "hocvien"
_READY = "Đã sẵn sàng"


class BenchError(Exception):
    """What stops a measurement; the message is a Vietnamese line that says what to do."""


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(**own: str) -> dict[str, str]:
    """Return the environment without what the operator's own hub or Jupyter was told."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BDHAI_", "JUPYTER"))}
    return clean | own


@contextlib.contextmanager
def _running(command: list[str], output: Path, environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen]:
    """Run a program, and end it and all its children, politely first."""
    with output.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            family = psutil.Process(process.pid).children(recursive=True)
            process.terminate()
            try:
                process.wait(90)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for child in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
            psutil.wait_procs(family, timeout=5)


class Hub:
    """A running hub with the demo class.

    Parameters
    ----------
    state : Path
        Its state folder.
    url : str
        Its address, without a slash at the end.
    process : subprocess.Popen
        The program that ``make hub`` runs.
    """

    def __init__(self, state: Path, url: str, process: subprocess.Popen):
        self.state = state
        self.url = url
        self.process = process

    def password(self) -> str:
        """Return the demo learner's password."""
        lines = (self.state / "demo-passwords.txt").read_text("utf-8").splitlines()
        return dict(line.split() for line in lines)[LEARNER]

    def memory_mb(self) -> float:
        """Return the proportional set size (PSS) of the hub's whole process tree, in MB of 10⁶ bytes.

        PSS shares a page that several processes map among them, so the sum counts it once.

        Raises
        ------
        psutil.AccessDenied
            Where the system does not let one see it.
        """
        total = 0
        root = psutil.Process(self.process.pid)
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += process.memory_full_info().pss
        return round(total / 1e6, 1)

    @contextlib.contextmanager
    def api(self) -> Iterator[httpx.Client]:
        """Give a client with a fresh token of the demo learner."""
        with httpx.Client(base_url=self.url, follow_redirects=True, timeout=120, trust_env=False) as browser:
            browser.get("/hub/login")
            form = {"username": LEARNER, "password": self.password(), "_xsrf": _xsrf(browser)}
            browser.post("/hub/login", data=form).raise_for_status()
            answer = browser.post(
                f"/hub/api/users/{LEARNER}/tokens", json={"note": "bench"}, headers={"X-XSRFToken": _xsrf(browser)}
            )
            token = answer.raise_for_status().json()["token"]
        with httpx.Client(
            base_url=self.url, headers={"Authorization": f"token {token}"}, timeout=120, trust_env=False
        ) as client:
            yield client

    def spawn(self, client: httpx.Client, within: float = 180) -> float:
        """Start the learner's Jupyter server; return the seconds until it answers."""
        start = time.perf_counter()
        client.post(f"/hub/api/users/{LEARNER}/server").raise_for_status()
        while time.perf_counter() - start < within:
            answer = client.get(f"/user/{LEARNER}/api/status")
            if answer.status_code == 200 and "kernels" in answer.text:
                return round(time.perf_counter() - start, 2)
            time.sleep(0.1)
        raise BenchError(f"Máy chủ Jupyter của {LEARNER} chưa chạy được. Chi tiết ở {self.state / 'hub' / 'hub.log'}")


def _xsrf(client: httpx.Client) -> str:
    return next((one.value or "" for one in client.cookies.jar if one.name == "_xsrf" and one.path == "/hub/"), "")


@contextlib.contextmanager
def running_hub(folder: Path, lessons: Path, within: float = 600) -> Iterator[Hub]:
    """Run a hub with its state in ``folder``.

    The hub is run as a program, as people run it; the grader knows nothing of its inside.

    Parameters
    ----------
    folder : Path
        An empty folder.
    lessons : Path
        The repository.
    within : float
        Seconds until it must be ready; the first release takes about a minute.

    Raises
    ------
    BenchError
        If it did not start.
    """
    state, output, port = folder / "state", folder / "hub.txt", free_port()
    command = [sys.executable, "-m", "hub_config.start"]
    environment = _environment(BDHAI_STATE=str(state), BDHAI_PORT=str(port))
    with _running(command, output, environment, lessons) as process:
        deadline = time.monotonic() + within
        while _READY not in output.read_text("utf-8", errors="replace"):
            if process.poll() is not None or time.monotonic() > deadline:
                said = output.read_text("utf-8", errors="replace").strip().splitlines()[-1:]
                raise BenchError(f"Lớp học thử chưa chạy được: {' '.join(said)} Hãy chạy thử: make hub")
            time.sleep(0.2)
        yield Hub(state, f"http://127.0.0.1:{port}", process)


@contextlib.contextmanager
def running_voila(folder: Path, notebooks: Path, within: float = 120) -> Iterator[str]:
    """Run Voilà on a folder of notebooks; gives its address, without a slash at the end.

    Raises
    ------
    BenchError
        If it did not start.
    """
    output, port = folder / "voila.txt", free_port()
    command = [sys.executable, "-m", "voila", str(notebooks), "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    environment = _environment(JUPYTER_CONFIG_DIR=str(folder / "jupyter"), IPYTHONDIR=str(folder / "ipython"))
    with _running(command, output, environment, folder) as process:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + within
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(url, timeout=20, trust_env=False).status_code == 200:
                    break
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"Voilà chưa chạy được. Chi tiết: {output.read_text('utf-8')[-300:].strip()}")
            time.sleep(0.2)
        yield url
