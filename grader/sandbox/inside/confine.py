"""From a forked process to one that a learner's code may run in: own namespaces, own folders, limits, no privileges."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.sandbox.inside import linux

HOME = "/home/hoc"
_BOX = "/box"
_SECOND_USER = 1000
RESULTS = 3
"""The descriptor that a job writes its results to, and the only one above stderr that it has."""


def job_user() -> int:
    """The user that jobs run as: one of their own where this sandbox has a second user, otherwise this one."""
    return _SECOND_USER if len(Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()) > 1 else os.getuid()


def become(user: int) -> None:
    """Be that user from here on, with no way back, and less urgent than who watches."""
    os.nice(5)
    linux.renounce_privileges()  # while it still may
    if user != os.getuid():
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def own_namespaces(disk_mb: int, user: int) -> None:
    """Give this process, the first of a new process namespace, private folders and its own view of ``/proc``."""
    own_folders(disk_mb, user)
    # Only the processes: no /proc/sys, which the machine's administrator may write to even without capabilities.
    flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("proc", "/proc", "proc", flags, "subset=pid")


def own_folders(disk_mb: int, user: int) -> None:
    """Give this process private folders.

    Home, ``/tmp`` and ``/dev/shm`` share one file system in memory, so one limit holds for all of them.
    """
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWIPC)
    options = f"size={disk_mb}m,nr_inodes=20000,mode=0755"
    linux.mount("tmpfs", _BOX, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)
    for name, target, mode in (("home", HOME, 0o755), ("tmp", "/tmp", 0o1777), ("shm", "/dev/shm", 0o1777)):
        folder = f"{_BOX}/{name}"
        os.mkdir(folder)  # noqa: PTH102  (pathlib costs more here than the system call)
        os.chmod(folder, mode)  # noqa: PTH101
        if user != os.getuid():
            os.chown(folder, user, user)
        for place in _mounted_below(target):
            inside = folder + place.removeprefix(target)
            os.makedirs(inside, exist_ok=True)  # noqa: PTH103
            linux.mount(place, inside, "none", linux.MS_BIND | linux.MS_REC)
        linux.mount(folder, target, "none", linux.MS_BIND | linux.MS_REC)
    linux.unmount(_BOX)


def _mounted_below(folder: str) -> list[str]:
    """Return what the sandbox itself put below a folder, read-only: a Python environment may lie in ``/tmp``.

    A private ``/tmp`` over it would take the libraries away.
    """
    points = [line.split(" ")[4] for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()]
    below = sorted({point for point in points if point.startswith(f"{folder}/")})
    return [point for point in below if not any(point.startswith(f"{other}/") for other in below if other != point)]


def limit(limits: Mapping[str, Any]) -> None:
    """Set the limits that the kernel keeps for each process; what they do together is watched from outside."""
    cpu = int(limits["cpu_s"]) + 2
    memory = (int(limits["memory_mb"]) + 256) << 20  # the libraries that are already there count too
    for kind, value in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_NPROC, int(limits["processes"]) + 4),
        (resource.RLIMIT_FSIZE, int(limits["disk_mb"]) << 20),
        (resource.RLIMIT_NOFILE, int(limits["open_files"])),
        (resource.RLIMIT_CORE, 0),
    ):
        ceiling = resource.getrlimit(kind)[1]
        if ceiling != resource.RLIM_INFINITY:
            value = min(value, ceiling)
        resource.setrlimit(kind, (value, value))
    # A file that grows too large is an error to the program that writes it, not its end.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def only_own_descriptors(results: int) -> dict[str, int]:
    """Close what the warm process had open, keeping the pipe for results.

    Returns
    -------
    dict of str to int
        As `own_streams` does.
    """
    kept = fcntl.fcntl(results, fcntl.F_DUPFD_CLOEXEC, 16)  # out of the way of the numbers set here
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    streams = own_streams()
    os.dup2(kept, RESULTS, inheritable=False)
    os.closerange(RESULTS + 1, 1 << 16)
    return streams


def own_streams() -> dict[str, int]:
    """Put files in memory behind stdout and stderr, to read there what subprocesses wrote.

    Returns
    -------
    dict of str to int
        Descriptors by the names of the streams.
    """
    streams = {"stdout": 1, "stderr": 2}
    for name, number in streams.items():
        os.dup2(fcntl.fcntl(os.memfd_create(name), fcntl.F_DUPFD_CLOEXEC, 16), number)
    return streams


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Lay out what came with the job.

    Raises
    ------
    ValueError
        When a name leads out of the folder.
    """
    for name, content in files.items():
        path = Path(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"unsafe file name {name!r}")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def environment(given: Mapping[str, str], home: str) -> None:
    """Replace the warm process's environment by a learner's."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "OPENBLAS_NUM_THREADS") if name in os.environ}
    os.environ.clear()
    os.environ.update(kept, HOME=home, USER="hoc", LOGNAME="hoc", TMPDIR="/tmp")
    # As in a notebook kernel (ipykernel.zmqshell.init_environment): plain pagers, colours.
    os.environ.update(
        TERM="xterm-color", CLICOLOR="1", FORCE_COLOR="1", CLICOLOR_FORCE="1", PAGER="cat", GIT_PAGER="cat"
    )
    os.environ.update(given)
    sys.dont_write_bytecode = True
