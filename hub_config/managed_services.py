"""The services that the hub starts and watches: learn, classes, the assistant, and the culler of idle servers."""

from __future__ import annotations

import shutil
import sys
from typing import Any

from hub_config.settings import REPO, Settings, free_port


def bound_to_parent(command: list[str], signal: str = "TERM") -> list[str]:
    """Return ``command`` such that it ends when the process that started it ends, even by ``kill -9``.

    Uses ``setpriv`` of util-linux, which every Debian has; without it the command is returned as it is.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal, "--", *command] if setpriv else command


def hub_services(settings: Settings) -> list[dict[str, Any]]:
    """Return the services in the shape of ``JupyterHub.services``."""
    ports = {"learn": settings.learn_port, "classes": settings.classes_port, "assistant": settings.assistant_port}
    services: list[dict[str, Any]] = [_web_service(name, port or free_port(), settings) for name, port in ports.items()]
    services.append(
        {
            "name": "idle-culler",
            "command": bound_to_parent(
                [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={settings.idle_minutes * 60}"]
            ),
            "display": False,
        }
    )
    return services


def _web_service(name: str, port: int, settings: Settings) -> dict[str, Any]:
    uvicorn = [sys.executable, "-m", "uvicorn", f"hub_config.services.{name}.app:app"]
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--timeout-graceful-shutdown", "3"]
    return {
        "name": name,
        "url": f"http://127.0.0.1:{port}",
        "command": bound_to_parent([*uvicorn, *options]),
        "cwd": str(REPO),
        "environment": {
            "BDHAI_STATE": str(settings.state),
            "BDHAI_PUBLIC_URL": settings.local_url,
            "BDHAI_COUNTS": settings.counts,
            "BDHAI_FREE_TRIES": str(settings.free_tries),
            "BDHAI_PAUSE_MINUTES": str(settings.pause_minutes),
            # Without the provider's key: JupyterHub keeps a service's environment in its database.
            **({"BDHAI_ASSISTANT": settings.assistant.model_dump_json()} if name == "assistant" else {}),
        },
        # A small machine that starts everything at once is slow; JupyterHub's 30 seconds would end the whole hub.
        "timeout": 150,
        # Part of the hub: asking people to grant it access would only puzzle them.
        "display": False,
    }
