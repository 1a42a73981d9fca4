"""One warm process, seen from outside: started in bubblewrap, given jobs, never trusted."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import select
import socket
import struct
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from grader.sandbox.jobs import Job, WorkerDied, job_parts
from grader.sandbox.warm_process import Mode, WarmProcess

_START_S = 120.0
_GRACE_S = 10.0
"""How long the warm process may take beyond a job's own wall time before it counts as dead."""
_HEADER = struct.Struct("!I")


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


class Worker:
    """A warm process and the socket to it.

    Parameters
    ----------
    beside
        Another worker, ``nested``, to share the sandbox with: this one's process is forked from that one's, which takes
        no time. It ends with that one.

    Raises
    ------
    WorkerDied
        When it does not come up.
    """

    def __init__(self, mode: Mode, preload: Sequence[str], beside: Worker | None = None) -> None:
        self.mode = mode
        self._lost = False
        self._control, theirs = socket.socketpair()
        if beside is None:
            self._around = WarmProcess(mode, preload, theirs)
        else:
            self._around = beside._around
            self._around.enter()
            with theirs:
                beside._ask_for_another(theirs)
        try:
            self.nested = bool(self._message(time.monotonic() + _START_S).get("nested"))
        except BaseException:
            self.close()
            raise

    @property
    def process_id(self) -> int:
        """The process that was started here: bubblewrap, or the warm process itself when there is no sandbox."""
        return self._around.process.pid

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
            folder = (
                stack.enter_context(tempfile.TemporaryDirectory(dir=self._around.scratch.name)) if self._is_bare else ""
            )
            ours, theirs = os.pipe()
            stack.callback(os.close, ours)
            try:
                self._send(job, folder, theirs, deadline)
            finally:
                os.close(theirs)
            os.set_blocking(ours, False)
            return self._collect(ours, limit, deadline)

    def close(self) -> None:
        """End the warm process and all that it started. Was it lost, all in the same sandbox ends with it."""
        self._control.close()
        self._around.release(self._lost)

    @property
    def _is_bare(self) -> bool:
        return self.mode == "bare"

    def _send(self, job: Job, folder: str, results: int, deadline: float) -> None:
        shared, own = job_parts(job, folder)
        template = hashlib.sha256(shared).hexdigest() if job.shared else ""
        body = json.dumps({"limits": asdict(job.limits), "template": template}).encode()
        with contextlib.ExitStack() as stack:
            parts = [_in_memory(part, stack) for part in (shared, own)]
            try:
                self._control.settimeout(max(0.1, deadline - time.monotonic()))
                socket.send_fds(self._control, [_HEADER.pack(len(body)) + body], [results, *parts])
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
        self._lost = True
        tail = self._around.errors()
        return WorkerDied(f"the sandbox's warm process is gone{': ' if tail else ''}{tail}")

    def _ask_for_another(self, theirs: socket.socket) -> None:
        """Let the warm process fork another that serves this socket."""
        body = json.dumps({"another": True}).encode()
        try:
            self._control.settimeout(_START_S)
            socket.send_fds(self._control, [_HEADER.pack(len(body)) + body], [theirs.fileno()])
        except OSError as error:
            raise self._died() from error


def _in_memory(content: bytes, stack: contextlib.ExitStack) -> int:
    """Return the descriptor of a file in memory with this content, open as long as the stack."""
    descriptor = os.memfd_create("job")
    stack.callback(os.close, descriptor)
    while content:
        content = content[os.write(descriptor, content) :]
    return descriptor


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
