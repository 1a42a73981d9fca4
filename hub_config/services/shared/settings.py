"""Where a service stands on the hub, and where its data are."""

from __future__ import annotations

import os
from dataclasses import dataclass

from grader.database import BUSY_TIMEOUT_MS
from grader.workspace import Workspace


@dataclass(frozen=True)
class ServiceSettings:
    """The settings of one service.

    Parameters
    ----------
    prefix, hub_prefix
        Paths of the service and of the hub, for example ``/services/learn/`` and ``/hub/``.
    """

    workspace: Workspace
    database_url: str
    prefix: str
    hub_prefix: str = "/hub/"
    busy_timeout_ms: int = BUSY_TIMEOUT_MS

    @classmethod
    def from_environment(cls, name: str) -> ServiceSettings:
        """Return the settings of the environment that the hub gives to the service of this name."""
        workspace = Workspace.from_environment()
        return cls(
            workspace,
            os.environ.get("BDHAI_DATABASE_URL") or f"sqlite:///{workspace.state / 'learn.db'}",
            os.environ.get("JUPYTERHUB_SERVICE_PREFIX", f"/services/{name}/"),
            f"{os.environ.get('JUPYTERHUB_BASE_URL', '/').rstrip('/')}/hub/",
        )
