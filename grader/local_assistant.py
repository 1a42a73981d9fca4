"""The assistant beside a self-learner's JupyterLab: started with it, ended with it."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec

from course.ai.client import TOKEN_VARIABLE, URL_VARIABLE

_PATH = "/services/assistant/v1"
_GRACE = 5  # seconds


@contextlib.contextmanager
def local_assistant(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run the assistant service for one learner until the end of the block.

    Parameters
    ----------
    environment
        What the service sees; it names the state folder.

    Yields
    ------
    dict of str to str
        The variables by which lessons find it; empty where the packages that it needs are not installed.
    """
    if any(find_spec(package) is None for package in ("fastapi", "uvicorn", "sqlalchemy", "jupyterhub")):
        yield {}
        return
    token = secrets.token_urlsafe(32)
    # The socket listens before the service runs: no lesson finds a closed door, no other program takes the port.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        command = [sys.executable, "-m", "hub_config.services.assistant", "--local", f"--fd={listening.fileno()}"]
        service = subprocess.Popen(
            command,
            env=os.environ | dict(environment) | {TOKEN_VARIABLE: token},
            pass_fds=[listening.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # Ctrl-C is for JupyterLab, which asks back; the service ends after it.
            start_new_session=True,
        )
    try:
        yield {URL_VARIABLE: f"http://127.0.0.1:{port}{_PATH}", TOKEN_VARIABLE: token}
    finally:
        service.terminate()
        try:
            service.wait(_GRACE)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()
