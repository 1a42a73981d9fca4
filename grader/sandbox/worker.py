"""One warm process, seen from outside: started in bubblewrap, given jobs, never trusted."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import course
from grader.sandbox import bubblewrap, inside, prepared
from grader.sandbox.bubblewrap import UID
from grader.sandbox.jobs import Job, WorkerDied

Mode = Literal["nested", "plain", "bare"]
"""``nested``: each job gets namespaces of its own. ``plain``: bubblewrap around the process, which then must
serve one job only. ``bare``: no sandbox."""

_START_S = 120.0
_GRACE_S = 10.0
"""How long the warm process may take beyond a job's own wall time before it counts as dead."""
_PLAIN_DISK_MB = 64
_CAPABILITIES = (
    # Within its own namespaces only: to make those of a job, give them to another user, watch and end what runs there.
    *("CAP_SYS_ADMIN", "CAP_SETPCAP", "CAP_SYS_RESOURCE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN"),
    *("CAP_KILL", "CAP_SYS_PTRACE"),
)
_JOB_UID = 1_879_000_000
"""Who a job is on this machine when the operator is root: nobody else, and bound by the kernel's limit of processes,
which root is not. Other operators cannot give their processes another user; for them that limit holds anyway."""
_HEADER = struct.Struct("!II")
_ETC = ("alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "timezone")


@dataclass(frozen=True)
class Ended:
    """What a job left behind.

    Attributes
    ----------
    data
        All that it wrote to its pipe.
    reason
        The limit that ended it, ``output`` among them; empty when it ended by itself.
    status
        Wait status of its first process.
    """

    data: bytes
    reason: str
    status: int
    seconds: float


def _open_folders(path: Path) -> list[str]:
    """Options that make a folder and those above it for all users; bubblewrap would make them for one only."""
    return [
        option
        for each in (*reversed(path.parents), path)
        if each.name
        for option in ("--perms", "0755", "--dir", str(each))
    ]


def _sandboxed(inner: list[str], environment: dict[str, str], folder: Path, nested: bool) -> list[str]:
    """Return the bubblewrap command around a warm process."""
    capabilities = _CAPABILITIES if nested else ()
    code = [Path(course.__file__).parent, Path(inside.__file__).parent]
    size = ("--size", str(_PLAIN_DISK_MB << 20))
    options = [
        *bubblewrap.base_options(uid=0, keep=capabilities),
        "--unshare-net",
        # Otherwise each job mounts its own. Before the rest: a Python environment may lie in /tmp.
        *(() if nested else (*size, "--tmpfs", "/tmp", *size, "--tmpfs", "/dev/shm")),
        *(option for place in ("/etc", sys.prefix, sys.base_prefix) for option in _open_folders(Path(place))),
        *bubblewrap.etc_options(_ETC),
        *("--ro-bind", str(folder / "passwd"), "/etc/passwd", "--ro-bind", str(folder / "group"), "/etc/group"),
        *bubblewrap.python_options(),
    ]
    for visible in (*code, folder):
        options += [*_open_folders(visible.parent), "--ro-bind", str(visible), str(visible)]
    options += [*_open_folders(Path("/box")), *_open_folders(Path("/home/hoc")), "--chdir", "/tmp"]
    # What is not a job's own must not be a place to leave something for the next job.
    for path in ("/run", "/dev", "/"):
        options += ["--remount-ro", path]
    options += ["--clearenv"]
    for name, value in environment.items():
        options += ["--setenv", name, value]
    return [bubblewrap.bwrap_path() or "bwrap", *options, "--", *inner]


def _start_and_stay(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process from a thread that lives as long as it does.

    bubblewrap's ``--die-with-parent`` means the thread that started it, and a caller's thread may end much sooner.
    """
    started: Future[subprocess.Popen[bytes]] = Future()

    def stay() -> None:
        try:
            process = subprocess.Popen(command, **options)
        except BaseException as error:
            started.set_exception(error)
        else:
            started.set_result(process)
            process.wait()

    threading.Thread(target=stay, name="sandbox", daemon=True).start()
    return started.result()


def _map_users(information: int, release: int) -> None:
    """Give the sandbox a second user, for jobs, and let it go on. Closes both descriptors."""
    with open(information, "rb") as informed, open(release, "wb") as released:
        try:
            process = int(json.loads(informed.read())["child-pid"])
            for name in ("uid_map", "gid_map"):
                Path(f"/proc/{process}/{name}").write_text(f"0 0 1\n{UID} {_JOB_UID} 1\n", encoding="ascii")
            released.write(b"1")
        except (ValueError, KeyError, OSError):
            return  # it did not start: the message that it is ready will not come, and its errors say why


class Worker:
    """A warm process and the socket to it.

    Raises
    ------
    WorkerDied
        When it does not come up.
    """

    def __init__(self, mode: Mode, preload: Sequence[str]) -> None:
        folder = prepared.prepare(preload)
        self.mode = mode
        self._scratch = tempfile.TemporaryDirectory(prefix="bdhai-sandbox-")
        self._control, theirs = socket.socketpair()
        command = prepared.command(theirs.fileno(), "nested" if mode == "nested" else "plain", preload)
        environment = prepared.environment(folder, self._scratch.name if mode == "bare" else "/tmp")
        if mode != "bare":
            command = _sandboxed(command, environment, folder, mode == "nested")
        self._errors = Path(self._scratch.name, "errors.txt").open("w+b")  # noqa: SIM115  (closed in `close`)
        with theirs:
            maps_users = mode == "nested" and os.geteuid() == 0
            block, release = os.pipe() if maps_users else (-1, -1)
            information, inform = os.pipe() if maps_users else (-1, -1)
            if maps_users:
                command[1:1] = ["--userns-block-fd", str(block), "--info-fd", str(inform)]
            self._process = _start_and_stay(
                command,
                env=environment if mode == "bare" else {},
                pass_fds=[number for number in (theirs.fileno(), block, inform) if number >= 0],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                cwd=self._scratch.name,
            )
        if maps_users:
            os.close(block)
            os.close(inform)
            _map_users(information, release)
        try:
            self.nested = bool(self._message(time.monotonic() + _START_S).get("nested"))
        except BaseException:
            self.close()
            raise

    @property
    def process_id(self) -> int:
        """The process that was started here: bubblewrap, or the warm process itself when there is no sandbox."""
        return self._process.pid

    def run(self, job: Job) -> Ended:
        """Run one job.

        Raises
        ------
        WorkerDied
            When the warm process does not answer; it is of no use from then on.
        """
        limit = (job.limits.output_kb << 10) + (64 << 10)  # what the lines need besides
        deadline = time.monotonic() + job.limits.wall_s + _GRACE_S
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=self._scratch.name)) if self._is_bare else ""
            ours, theirs = os.pipe()
            stack.callback(os.close, ours)
            try:
                self._send(job, folder, theirs, deadline)
            finally:
                os.close(theirs)
            os.set_blocking(ours, False)
            return self._collect(ours, limit, deadline)

    def close(self) -> None:
        """End the warm process and all that it started."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)  # it ends by itself when the socket closes, unless it hangs
        self._process.kill()
        self._process.wait()
        self._errors.close()
        self._scratch.cleanup()

    @property
    def _is_bare(self) -> bool:
        return self.mode == "bare"

    def _send(self, job: Job, folder: str, results: int, deadline: float) -> None:
        body = json.dumps(
            {
                "cells": [{"id": cell.id, "source": cell.source} for cell in job.cells],
                "files": {name: base64.b64encode(content).decode("ascii") for name, content in job.files.items()},
                "lesson": asdict(job.lesson) if job.lesson else None,
                "draw": job.draw,
                "environment": dict(job.environment),
                "folder": folder,
            }
        ).encode()
        limits = json.dumps(asdict(job.limits)).encode()
        try:
            self._control.settimeout(max(0.1, deadline - time.monotonic()))
            socket.send_fds(self._control, [_HEADER.pack(len(limits), len(body))], [results])
            self._control.sendall(limits + body)
        except OSError as error:
            raise self._died() from error

    def _collect(self, results: int, limit: int, deadline: float) -> Ended:
        """Read the pipe, within bounds, until the warm process says that the job has ended."""
        data = bytearray()
        full = False
        poll = select.poll()
        poll.register(results, select.POLLIN)
        poll.register(self._control, select.POLLIN)
        while True:
            left = deadline - time.monotonic()
            ready = dict(poll.poll(max(0.0, left) * 1000))
            if not ready:
                raise self._died()
            if results in ready and not full:
                done = _read_into(data, results, limit)
                if full := len(data) > limit:
                    with contextlib.suppress(OSError):  # it may just have died, which the next turn sees
                        self._control.sendall(b"K")
                if full or done:
                    poll.unregister(results)
            if self._control.fileno() in ready:
                message = self._message(deadline)
                break
        if not full:
            _read_into(data, results, limit)
            full = len(data) > limit
        reason = "output" if full else str(message.get("ended", ""))
        return Ended(bytes(data), reason, int(message.get("status", 0)), float(message.get("seconds", 0.0)))

    def _message(self, deadline: float) -> dict[str, Any]:
        line = b""
        try:
            while not line.endswith(b"\n"):
                self._control.settimeout(max(0.01, deadline - time.monotonic()))
                part = self._control.recv(4096)
                line += part
                if not part or len(line) > 4096:
                    raise self._died()
            message = json.loads(line)
        except (OSError, ValueError) as error:
            raise self._died() from error
        return message

    def _died(self) -> WorkerDied:
        self._errors.flush()
        tail = Path(self._errors.name).read_bytes()[-2000:].decode("utf-8", "replace").strip()
        return WorkerDied(f"the sandbox's warm process is gone{': ' if tail else ''}{tail}")


def _read_into(data: bytearray, descriptor: int, limit: int) -> bool:
    """Read what is there, up to just over the limit; tell whether the other end is closed."""
    while len(data) <= limit:
        try:
            part = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return False
        if not part:
            return True
        data += part
    return False
