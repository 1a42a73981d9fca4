"""Classes: who learns, who trains, and the hub groups and class server that follow from it.

The roster is ``classes.yml`` in the state folder; the demo class is written there at first start::

    demo:
      title: Lớp mẫu
      learners: [hocvien]
      trainers: [giangvien]
      writers: true          # trainers may edit the lessons in level1/ … and release them
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from hub_config.settings import SettingsError

CLASS_SERVER_PREFIX = "lop-"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_USER = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DEMO = """\
# Các lớp học. Sau khi sửa tệp này, hãy dừng và chạy lại `make hub`.
demo:
  title: Lớp mẫu
  learners: [hocvien]
  trainers: [giangvien]
  writers: true
"""


class ClassRoom(BaseModel):
    """One class (lớp): an nbgrader course with its own gradebook, inbox and trainers.

    Attributes
    ----------
    name : str
        Short name, also nbgrader's ``course_id``: lower-case letters, digits, hyphens.
    title : str
        Name to show.
    learners, trainers : tuple of str
        User names.
    writers : bool
        Whether the class's trainers may change the lessons, which all classes share.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str = ""
    learners: tuple[str, ...] = ()
    trainers: tuple[str, ...] = ()
    writers: bool = False

    @property
    def server_user(self) -> str:
        """The account that the class's shared server runs as; nobody can log in with it."""
        return f"{CLASS_SERVER_PREFIX}{self.name}"

    @property
    def learner_group(self) -> str:
        """JupyterHub group of the learners, named as nbgrader expects it."""
        return f"nbgrader-{self.name}"

    @property
    def trainer_group(self) -> str:
        """JupyterHub group of the trainers, named as nbgrader expects it."""
        return f"formgrade-{self.name}"


def is_class_server(user: str) -> bool:
    """Tell whether ``user`` is the account of a class server."""
    return user.startswith(CLASS_SERVER_PREFIX)


def ensure_demo_class(file: Path) -> None:
    """Write the roster with the demo class when there is none yet."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(_DEMO, encoding="utf-8")


def load_classes(file: Path) -> list[ClassRoom]:
    """Read the roster.

    Raises
    ------
    SettingsError
        If the file cannot be read or a class or user has a name that cannot be used.
    """
    try:
        loaded = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        rooms = [ClassRoom(name=str(name), **(entry or {})) for name, entry in loaded.items()]
    except (OSError, yaml.YAMLError, ValidationError, AttributeError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise SettingsError(f"Không đọc được danh sách lớp {file}: {reason}") from error
    for room in rooms:
        if not _NAME.fullmatch(room.name):
            raise SettingsError(f"Tên lớp “{room.name}” chưa dùng được: chỉ dùng chữ thường không dấu, số và gạch nối.")
        for user in (*room.learners, *room.trainers):
            # User names become folder names and JupyterHub names; a class server's name would open its doors.
            if not _USER.fullmatch(user) or is_class_server(user):
                raise SettingsError(f"Tên “{user}” trong lớp {room.name} chưa dùng được làm tên đăng nhập.")
    return rooms


def classes_of_learner(rooms: Iterable[ClassRoom], user: str) -> list[ClassRoom]:
    """Return the classes in which ``user`` learns."""
    return [room for room in rooms if user in room.learners]


def class_of_server(rooms: Iterable[ClassRoom], user: str) -> ClassRoom | None:
    """Return the class whose server runs as ``user``, if any."""
    return next((room for room in rooms if room.server_user == user), None)


def hub_groups(rooms: Iterable[ClassRoom]) -> dict[str, dict[str, list[str]]]:
    """Return the groups in the shape of ``JupyterHub.load_groups``."""
    groups: dict[str, dict[str, list[str]]] = {}
    for room in rooms:
        groups[room.learner_group] = {"users": list(room.learners)}
        groups[room.trainer_group] = {"users": list(room.trainers)}
        # The class server's account is in a group of its own only so that JupyterHub makes the user.
        groups[f"server-{room.name}"] = {"users": [room.server_user]}
    return groups
