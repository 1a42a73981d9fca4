"""The process that holds warm processes: how bubblewrap is told to start it, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Literal

from grader.sandbox import bubblewrap, inside, prepared
from grader.sandbox.bubblewrap import UID

Mode = Literal["nested", "plain", "bare"]
"""``nested``: each job gets namespaces of its own. ``plain``: bubblewrap around the process, which then must
serve one job only. ``bare``: no sandbox."""

_PLAIN_DISK_MB = 64
_CAPABILITIES = (
    # Within its own namespaces only: to make those of a job, give them to another user, watch and end what runs there.
    *("CAP_SYS_ADMIN", "CAP_SETPCAP", "CAP_SYS_RESOURCE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN"),
    *("CAP_KILL", "CAP_SYS_PTRACE"),
)
_JOB_UID = 1_879_000_000
"""Who a job is on this machine when the operator is root: nobody else, and bound by the kernel's limit of processes,
which root is not. Other operators cannot give their processes another user; for them that limit holds anyway."""
_ETC = ("alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "timezone")


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
    code = [prepared.ROOT / "course", Path(inside.__file__).parent]
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


class WarmProcess:
    """The process that was started here, bubblewrap or the warm process itself, as long as one worker is in it."""

    def __init__(self, mode: Mode, preload: Sequence[str], theirs: socket.socket) -> None:
        folder = prepared.prepare(preload)
        self.scratch = tempfile.TemporaryDirectory(prefix="bdhai-sandbox-")
        self._workers = 1
        self._counting = threading.Lock()
        command = prepared.command(theirs.fileno(), "nested" if mode == "nested" else "plain", preload)
        environment = prepared.environment(folder, self.scratch.name if mode == "bare" else "/tmp")
        if mode != "bare":
            command = _sandboxed(command, environment, folder, mode == "nested")
        self._errors = Path(self.scratch.name, "errors.txt").open("w+b")  # noqa: SIM115  (closed in `release`)
        with theirs:
            maps_users = mode == "nested" and os.geteuid() == 0
            block, release = os.pipe() if maps_users else (-1, -1)
            information, inform = os.pipe() if maps_users else (-1, -1)
            if maps_users:
                command[1:1] = ["--userns-block-fd", str(block), "--info-fd", str(inform)]
            self.process = _start_and_stay(
                command,
                env=environment if mode == "bare" else {},
                pass_fds=[number for number in (theirs.fileno(), block, inform) if number >= 0],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                cwd=self.scratch.name,
            )
        if maps_users:
            os.close(block)
            os.close(inform)
            _map_users(information, release)

    def enter(self) -> None:
        """Count one more worker in it."""
        with self._counting:
            self._workers += 1

    def release(self, at_once: bool) -> None:
        """Count one worker less; the last one ends it. ``at_once``: end it in any case."""
        with self._counting:
            self._workers -= 1
            if self._workers and not at_once:
                return
        if not at_once:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1.0)  # it ends by itself when its socket closes, unless it hangs
        self.process.kill()
        self.process.wait()
        with self._counting:
            if not self._workers:
                self._errors.close()
                self.scratch.cleanup()

    def errors(self) -> str:
        """Return the end of what it wrote to stderr."""
        self._errors.flush()
        return Path(self._errors.name).read_bytes()[-2000:].decode("utf-8", "replace").strip()
