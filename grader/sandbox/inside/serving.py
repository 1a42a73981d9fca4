"""Serving jobs: fork a process for each, watch it, say how it ended."""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import time
import traceback
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from grader.sandbox.inside import confine, linux, watch
from grader.sandbox.inside.job_parts import read_own, read_shared
from grader.sandbox.inside.notebook import Notebook
from grader.sandbox.inside.run_job import run_job
from grader.sandbox.inside.shell import CellShell
from grader.sandbox.inside.template import begin

_HEADER = struct.Struct("!I")
MOST_TEMPLATES = 12


class Request(NamedTuple):
    """A job as it comes over a socket: its limits and three descriptors."""

    limits: Mapping[str, Any]
    template: str
    """The hash of the shared part when a process may be kept in which its cells have been run; or empty."""
    results: int
    shared: int
    own: int

    def close(self) -> None:
        """Close the descriptors."""
        for descriptor in (self.results, self.shared, self.own):
            os.close(descriptor)


class Server:
    """Serves jobs from one socket.

    Parameters
    ----------
    control
        The socket to the grader: jobs come over it, how they ended goes back.
    nested
        Whether each job gets namespaces of its own.
    """

    def __init__(self, control: socket.socket, shell: CellShell, nested: bool) -> None:
        self._control = control
        self._shell = shell
        self._nested = nested
        self._user = confine.job_user() if nested else os.getuid()
        self._namespace = os.open("/proc/self/ns/pid", os.O_RDONLY) if nested else -1
        self._templates: OrderedDict[str, socket.socket] = OrderedDict()
        self._unfit: set[str] = set()

    def serve(self) -> NoReturn:
        """Serve until the socket closes."""
        while True:
            request = _receive(self._control)
            if isinstance(request, socket.socket):
                self._fork_another(request)
                continue
            template = self._template(request) if request.template and self._nested else None
            if template is None:
                self.run(request, None)
            else:
                _pass_on(template, request)
            request.close()

    def tell(self, message: Mapping[str, Any]) -> None:
        """Tell the grader something."""
        self._control.sendall(json.dumps(message).encode() + b"\n")

    def tell_ready(self) -> None:
        """Tell the grader that jobs can come."""
        self.tell({"ready": True, "nested": self._nested})

    def _fork_another(self, control: socket.socket) -> None:
        """Fork a server for another socket: a second worker without a second start."""
        if os.fork() == 0:
            self._control.close()
            self._control = control
            self._leave_templates()
            self.tell_ready()
            return
        control.close()

    def _leave_templates(self) -> None:
        for jobs in self._templates.values():
            jobs.close()
        self._templates.clear()

    def run(self, request: Request, begun: Notebook | None) -> None:
        """Run one job to its end, and tell the grader."""
        started = time.monotonic()
        if self._nested:
            linux.unshare(linux.CLONE_NEWPID)
        child = os.fork()
        if child == 0:
            try:
                # The learner's code starts in there, and never comes back.
                self._run_in_child(request, begun)
            except BaseException:
                broken = json.dumps({"broken": traceback.format_exc()[-2000:]}).encode()
                os.write(request.results, broken + b"\n")
            finally:
                os._exit(70)
        if self._nested:
            linux.setns(self._namespace, linux.CLONE_NEWPID)
        every = 0.02 if self._nested else 0.1
        reason, status = watch.watch(child, request.limits, self._control.fileno(), every, not self._nested)
        if not self._nested:
            watch.end_all()
        if reason == "stopped" and not self._control.recv(1):
            os._exit(0)
        seconds = round(time.monotonic() - started, 6)
        self.tell({"ended": reason, "status": status, "seconds": seconds})

    def _run_in_child(self, request: Request, begun: Notebook | None) -> None:
        shared = begun.shared if begun else read_shared(request.shared)
        own = read_own(request.own)
        run_job(shared, own, request.limits, request.results, self._shell, self._nested, self._user, begun)

    def _template(self, request: Request) -> socket.socket | None:
        """Return the socket to the process in which the shared cells have been run, or start it."""
        if request.template in self._unfit:
            return None
        known = self._templates.pop(request.template, None) or self._begin(request)
        if known is None:
            self._unfit.add(request.template)  # each job runs all its cells by itself
            return None
        self._templates[request.template] = known
        if len(self._templates) > MOST_TEMPLATES:
            self._templates.popitem(last=False)[1].close()  # which ends it
        return known

    def _begin(self, request: Request) -> socket.socket | None:
        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            try:
                ours.close()
                self._leave_templates()
                self._serve_from(theirs, request)
            except BaseException:
                traceback.print_exc()  # into the errors of this warm process, which the grader shows when it dies
            finally:
                os._exit(1)
        theirs.close()
        ready, _, _ = select.select([ours], [], [], float(request.limits["wall_s"]) / 2)
        if ready and ours.recv(1):
            return ours
        ours.close()
        return None

    def _serve_from(self, jobs: socket.socket, request: Request) -> NoReturn:
        """Be the process in which the shared cells have been run: one job's process after the other comes from here."""
        notebook = begin(self._shell, request.limits, read_shared(request.shared))
        request.close()
        jobs.sendall(b".")
        while True:
            job = _receive(jobs)
            assert isinstance(job, Request)
            self.run(job, notebook)
            job.close()
            jobs.sendall(b".")


def _receive(jobs: socket.socket) -> Request | socket.socket:
    """Wait for a job, or a socket that another process is to serve; end this process when the socket closes."""
    header, descriptors, _, _ = socket.recv_fds(jobs, _HEADER.size, 3)
    if not header:
        os._exit(0)  # nothing here needs tidying up, and whoever closed the socket is waiting
    header += _receive_bytes(jobs, _HEADER.size - len(header))
    given = json.loads(_receive_bytes(jobs, *_HEADER.unpack(header)))
    if given.get("another"):
        return socket.socket(fileno=descriptors[0])
    return Request(given["limits"], given["template"], *descriptors)


def _receive_bytes(jobs: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = jobs.recv(size - len(parts))
        if not part:
            os._exit(0)
        parts += part
    return bytes(parts)


def _pass_on(template: socket.socket, request: Request) -> None:
    """Let another process run the job; it tells the grader itself how the job ended."""
    body = json.dumps({"limits": request.limits, "template": ""}).encode()
    try:
        socket.send_fds(template, [_HEADER.pack(len(body)) + body], [request.results, request.shared, request.own])
        done = template.recv(1)
    except OSError:
        done = b""
    if not done:
        os._exit(1)  # it died in the middle of a job: the grader sees this end, and tries again with a new process
