"""JupyterHub roles: who may do what, as named scopes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub_config.classes import ClassRoom

KIT_SERVICES = ("learn", "classes", "assistant")
"""The kit's own services that people use from a browser."""

_SEES_CLASSES = ("learn", "classes")


def hub_roles(rooms: Iterable[ClassRoom]) -> list[dict[str, Any]]:
    """Return the roles in the shape of ``JupyterHub.load_roles``."""
    services = [f"access:services!service={name}" for name in KIT_SERVICES]
    roles: list[dict[str, Any]] = [
        # "user" and "server" are JupyterHub's own roles; naming them here replaces their scopes.
        {"name": "user", "description": "People who log in", "scopes": ["self", *services]},
        {
            "name": "server",
            "description": "A learner's server: its own activity, the learner's answers, the assistant",
            "scopes": [
                *("users:activity!user", "access:servers!server"),
                *("access:services!service=learn", "access:services!service=assistant"),
            ],
        },
        {
            "name": "kit-services",
            "description": "The kit's services see who is in which class",
            "scopes": ["list:users", "read:users:name", "read:users:groups", "list:groups", "read:groups"],
            "services": list(_SEES_CLASSES),
        },
        {
            "name": "idle-culler",
            "description": "Stops servers that nobody uses",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["idle-culler"],
        },
    ]
    for room in rooms:
        user = room.server_user
        roles.append(
            {
                "name": f"trainer-{room.name}",
                "description": f"Start, stop and open the server of class {room.name}",
                "scopes": [
                    f"read:users:name!user={user}",
                    f"servers!user={user}",
                    f"access:servers!user={user}",
                ],
                "groups": [room.trainer_group],
            }
        )
    return roles


def clients_without_confirmation(rooms: Iterable[ClassRoom]) -> set[str]:
    """Return the OAuth clients that people open without being asked: the kit's services, and the classes' servers.

    JupyterHub asks whoever opens somebody else's server. A class's server is nobody else's: the kit runs it, and a role
    says which trainers may open it.
    """
    return {f"service-{name}" for name in KIT_SERVICES} | {f"jupyterhub-user-{room.server_user}" for room in rooms}
