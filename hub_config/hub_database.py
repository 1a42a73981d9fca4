"""What the hub must forget between two starts; JupyterHub's own loading only ever adds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import bindparam, create_engine, inspect, text


def forget_left_members(database: Path, groups: Mapping[str, Mapping[str, list[str]]]) -> int:
    """Take people out of the class groups of which the roster no longer has them.

    Parameters
    ----------
    database : Path
        JupyterHub's SQLite file; nothing happens when there is none yet.
    groups : mapping
        The groups as the roster has them now (``hub_config.classes.hub_groups``).

    Returns
    -------
    int
        How many memberships ended.
    """
    if not database.exists():
        return 0
    engine = create_engine(f"sqlite:///{database}")
    left = 0
    try:
        if not inspect(engine).has_table("user_group_map"):
            return 0
        with engine.begin() as connection:
            members = connection.execute(
                text(
                    "select g.name, u.name, g.id, u.id from user_group_map m "
                    "join groups g on g.id = m.group_id join users u on u.id = m.user_id"
                )
            ).all()
            end = text("delete from user_group_map where group_id = :group and user_id = :user").bindparams(
                bindparam("group"), bindparam("user")
            )
            for group, user, group_id, user_id in members:
                if user not in groups.get(group, {}).get("users", []):
                    connection.execute(end, {"group": group_id, "user": user_id})
                    left += 1
    finally:
        engine.dispose()
    return left
