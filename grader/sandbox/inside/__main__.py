"""The warm process: imports the libraries once, then forks for every job that comes over its socket.

Started as ``python -m grader.sandbox.inside CONTROL MODE LIBRARIES``; CONTROL is the number of the socket, or ``none``
to get warm and end; MODE is ``nested`` (each job gets namespaces of its own, if this machine allows that) or ``plain``
(what surrounds this process is all there is); LIBRARIES are module names with commas between. It knows nothing of the
grader's, and keeps nothing of one job for the next.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

from grader.sandbox.inside import confine, linux, watch

_HEADER = struct.Struct("!II")


def main() -> None:
    """Get warm, say so, and serve until the socket closes."""
    descriptor, mode, libraries = sys.argv[1:4]
    # Matplotlib wants a folder that it may write to, and takes seconds to look through the fonts when it has no list.
    if prepared := os.environ.get("BDHAI_FONT_LISTS"):
        shutil.copytree(prepared, os.environ["MPLCONFIGDIR"], dirs_exist_ok=True)
    from grader.sandbox.inside.run_job import run_job
    from grader.sandbox.inside.shell import make_shell
    from grader.sandbox.inside.warm import warm_up

    warm_up([name for name in libraries.split(",") if name])
    shell = make_shell()
    if descriptor == "none":
        return
    control = socket.socket(fileno=int(descriptor))
    nested = mode == "nested" and _can_nest()
    if not nested:
        linux.become_subreaper()
        linux.forbid_tracing()
    own = os.open("/proc/self/ns/pid", os.O_RDONLY) if nested else -1
    user = confine.job_user() if nested else os.getuid()
    gc.collect()
    gc.freeze()  # so that no collection in a job touches, and thereby copies, what was here before
    _send(control, {"ready": True, "nested": nested})
    while True:
        header, descriptors, _, _ = socket.recv_fds(control, _HEADER.size, 1)
        if not header:
            os._exit(0)  # nothing here needs tidying up, and whoever closed the socket is waiting
        header += _receive(control, _HEADER.size - len(header))
        limits_size, body_size = _HEADER.unpack(header)
        limits = json.loads(_receive(control, limits_size))
        body = _receive(control, body_size)
        started = time.monotonic()
        if nested:
            linux.unshare(linux.CLONE_NEWPID)
        child = os.fork()
        if child == 0:
            try:
                # The learner's code starts in there, and never comes back.
                run_job(body, limits, descriptors[0], shell, nested, user)
            except BaseException:
                os.write(descriptors[0], json.dumps({"broken": _describe()}).encode() + b"\n")
            finally:
                os._exit(70)
        if nested:
            linux.setns(own, linux.CLONE_NEWPID)
        os.close(descriptors[0])
        del body
        reason, status = watch.watch(child, limits, control.fileno(), 0.02 if mode == "nested" else 0.1)
        if not nested:
            watch.end_all()
        if reason == "stopped" and not control.recv(1):
            os._exit(0)
        _send(control, {"ended": reason, "status": status, "seconds": round(time.monotonic() - started, 6)})


def _can_nest() -> bool:
    """Try what each job will need, once. Ubuntu's profile for bubblewrap, for one, forbids it."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    try:
        # No namespaces of a job's own making: they are the part of the kernel with most holes.
        Path("/proc/sys/user/max_user_namespaces").write_text("0", encoding="ascii")
        linux.unshare(linux.CLONE_NEWPID)
    except OSError:
        os.close(own)
        return False
    child = os.fork()
    if child == 0:
        try:
            confine.own_namespaces(1, confine.job_user())
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    linux.setns(own, linux.CLONE_NEWPID)
    os.close(own)
    return status == 0


def _describe() -> str:
    import traceback

    return traceback.format_exc()[-2000:]


def _send(control: socket.socket, message: dict[str, Any]) -> None:
    control.sendall(json.dumps(message).encode() + b"\n")


def _receive(control: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = control.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise SystemExit(0)
        parts += part
    return bytes(parts)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever started it, who then closes the socket
    main()
