"""Learners' and classes' servers as local processes, each in a sandbox that shows only what it needs."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import psutil
from jupyterhub.spawner import SimpleLocalProcessSpawner
from traitlets import Bool, Instance

from hub_config import nbgrader_setup
from hub_config.classes import ClassRoom, class_of_server, classes_of_learner, is_class_server, load_classes
from hub_config.jupyter_setup import jupyter_config_dir
from hub_config.managed_services import bound_to_parent
from hub_config.sandbox import Sandbox
from hub_config.settings import Settings, venv_program

_CONFIG_INSIDE = "/srv/bdhai/jupyter"
_EXCHANGE_INSIDE = "/srv/bdhai/exchange"
# Run as the server's first step: nbgrader fetches what is missing ("course level" pairs up to "--"), then the server
# takes the shell's place. A fetch that fails must not keep the learner from the server, so it is only logged.
_FETCH_AND_START = """
while [ "$1" != -- ]; do
  nbgrader fetch_assignment "$2" --course "$1" --ExchangeFetchAssignment.replace_missing_files=True \
    || echo "nbgrader could not fetch $2 of $1" >&2
  shift 2
done
shift
exec "$@"
"""


class SandboxSpawner(SimpleLocalProcessSpawner):
    """Runs a single-user server in bubblewrap, or as a plain process where ``sandboxed`` is false."""

    kit = Instance(Settings, help="The hub's settings.").tag(config=True)
    sandboxed = Bool(True, help="Run in bubblewrap.").tag(config=True)

    _kit_environment: dict[str, str]

    def load_state(self, state: dict[str, Any]) -> None:
        """Forget the process of an earlier hub: it ended with that hub, and its number may be another's by now."""
        super().load_state(state)
        self.pid = 0

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Set what a log-in would set, and nothing of the operator's."""
        env.update(USER=self.user.name, LOGNAME=self.user.name, SHELL="/bin/bash", LANG="C.UTF-8")
        env.update(PATH=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", VIRTUAL_ENV=sys.prefix)
        env["BDHAI_LEARN_URL"] = f"{self.kit.local_url}services/learn/"
        env["BDHAI_ASSISTANT_URL"] = f"{self.kit.local_url}services/assistant/v1"
        env.update(self._kit_environment)
        return env

    async def start(self) -> tuple[str, int]:
        """Prepare folders, wrap the command and start it."""
        rooms = await asyncio.to_thread(load_classes, self.kit.classes_file)
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        room = class_of_server(rooms, self.user.name)
        if room is None and is_class_server(self.user.name):
            raise RuntimeError(f"No class has the server {self.user.name}")
        sandbox = Sandbox(self.user.name, self._home, self.kit.hub_dir / "sandbox" / self.user.name)
        sandbox.empty += ["/srv/bdhai", _EXCHANGE_INSIDE]
        sandbox.trusted = room is not None
        config = jupyter_config_dir(self.kit, "class" if room else "learner")
        sandbox.read_only.append((config, _CONFIG_INSIDE))
        fetch = self._add_class(sandbox, room) if room else self._add_learner(sandbox, rooms)
        home = sandbox.home_inside if self.sandboxed else str(self._home)
        config_seen = _CONFIG_INSIDE if self.sandboxed else str(config)
        self._kit_environment |= {
            "HOME": home,
            "JUPYTER_CONFIG_PATH": config_seen,
            "BDHAI_LAB_SETTINGS": f"{config_seen}/lab",
            # Short, because the paths of kernels' sockets have a limit of 107 bytes.
            "JUPYTER_RUNTIME_DIR": "/tmp/jupyter" if self.sandboxed else str(self._home / ".jupyter-run"),
        }
        command = ["/bin/sh", "-c", _FETCH_AND_START, "bdhai", *fetch, "--", venv_program("jupyterhub-singleuser")]
        self.cmd = sandbox.command(command) if self.sandboxed else bound_to_parent(command)
        # The hub's own folder must not become the place where a plain process starts.
        self.popen_kwargs = {"cwd": str(self._home), "stdin": asyncio.subprocess.DEVNULL}
        return await super().start()

    def make_preexec_fn(self, name: str) -> Any:
        """Change nothing before the program starts: the sandbox does all of it."""

    def _add_learner(self, sandbox: Sandbox, rooms: list[ClassRoom]) -> list[str]:
        """Add what a learner's server sees; return the levels to fetch."""
        learned = classes_of_learner(rooms, self.user.name)
        mounts = nbgrader_setup.learner_mounts(self.kit, learned, self.user.name, _EXCHANGE_INSIDE)
        sandbox.read_only += mounts.read_only
        sandbox.writable += mounts.writable
        exchange = _EXCHANGE_INSIDE if self.sandboxed else str(self.kit.state / "exchange")
        self._kit_environment = {"BDHAI_EXCHANGE": exchange}
        self.default_url = "/lab"
        self.notebook_dir = sandbox.home_inside if self.sandboxed else str(self._home)
        return [part for pair in nbgrader_setup.missing_assignments(self.kit, learned, self._home) for part in pair]

    def _add_class(self, sandbox: Sandbox, room: ClassRoom) -> list[str]:
        """Add what a class server sees; it fetches nothing."""
        nbgrader_setup.prepare_class(self.kit, room)
        mounts = nbgrader_setup.class_server_mounts(self.kit, room, sandbox.home_inside)
        sandbox.read_only += mounts.read_only
        sandbox.writable += mounts.writable
        course = str(nbgrader_setup.course_dir(self.kit, room))
        root = f"{sandbox.home_inside}/{nbgrader_setup.COURSE_FOLDER}" if self.sandboxed else course
        self._kit_environment = mounts.environment | {
            "BDHAI_COURSE_ROOT": root,
            "BDHAI_EXCHANGE": str(self.kit.state / "exchange"),
        }
        self.default_url = "/formgrader"
        # formgrader works only on a course inside the server's folder.
        self.notebook_dir = sandbox.home_inside if self.sandboxed else course
        return []

    async def _signal(self, sig: int) -> bool:
        """Send a polite signal to the server itself: bubblewrap would die of it and take the server down hard."""
        if sig in (signal.SIGINT, signal.SIGTERM) and self.sandboxed:
            try:
                # bubblewrap → first process of the sandbox → the server
                inner = [server for first in psutil.Process(self.pid).children() for server in first.children()]
                for process in inner:
                    os.kill(process.pid, sig)
            except (psutil.NoSuchProcess, ProcessLookupError):
                inner = []
            if inner:
                return True
        return await super()._signal(sig)

    @property
    def _home(self) -> Path:
        return self.kit.state / "homes" / self.user.name
