"""The warm process: imports the libraries once, then forks for every job that comes over its socket.

Started as ``python -m grader.sandbox.inside CONTROL MODE LIBRARIES``; CONTROL is the number of the socket, or ``none``
to get warm and end; MODE is ``nested`` (each job gets namespaces of its own, if this machine allows that) or ``plain``
(what surrounds this process is all there is); LIBRARIES are module names with commas between. It knows nothing of the
grader's, and keeps nothing of one job for the next.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import sys
from pathlib import Path

from grader.sandbox.inside import confine, linux


def main() -> None:
    """Get warm, say so, and serve until the socket closes."""
    descriptor, mode, libraries = sys.argv[1:4]
    # Matplotlib wants a folder that it may write to, and takes seconds to look through the fonts when it has no list.
    if prepared := os.environ.get("BDHAI_FONT_LISTS"):
        shutil.copytree(prepared, os.environ["MPLCONFIGDIR"], dirs_exist_ok=True)
    from grader.sandbox.inside.serving import Server
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
    server = Server(control, shell, nested)
    gc.collect()
    gc.freeze()  # so that no collection in a job touches, and thereby copies, what was here before
    linux.use_huge_pages()
    server.tell_ready()
    server.serve()


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


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever started it, who then closes the socket
    main()
