"""Every setting of the hub with its default, in one place.

A value comes, in this order, from an environment variable (``BDHAI_PORT`` for ``port``), from the YAML file
``settings.yml`` in the state folder (or the one that ``BDHAI_SETTINGS`` names), or from the default below.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from hub_config.assistant_settings import AssistantSettings

REPO = Path(__file__).resolve().parents[1]
"""The folder that holds ``course/``, ``level1/`` … and this package."""


class SettingsError(Exception):
    """A setting that cannot be used; the message is one Vietnamese line for the operator."""


class Settings(BaseModel):
    """What an operator may choose.

    Attributes
    ----------
    state : Path
        The folder of all generated data (``.bdhai``).
    bind : str
        Address the hub listens on. Anything but loopback asks for a sandbox and for passwords of one's own.
    port : int
        Port of the one public address.
    hub_port, proxy_api_port, learn_port, classes_port, assistant_port : int
        Loopback ports of the inner parts; 0 takes a free one at each start.
    sandbox : {"auto", "required", "off"}
        Whether learners' servers run in bubblewrap. ``auto`` falls back to plain processes on loopback, with a warning.
    release : {"auto", "never"}
        Whether a start runs ``bdhai release`` when a lesson is newer than the release.
    idle_minutes : int
        A learner's server that nobody has used for so long is stopped.
    login_tries, login_pause_seconds : int
        After so many wrong passwords the same name is refused for so many seconds.
    start_timeout : int
        Seconds a learner's server may take to answer.
    counts : {"best", "last"}
        Which of a learner's attempts at a lesson counts.
    free_tries, pause_minutes : int
        After so many tries at a lesson without full marks, each further one waits so many minutes; 0 never waits.
    assistant : AssistantSettings
        Which AI answers learners, how much each may use, and what the privacy shield does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Path = REPO / ".bdhai"
    bind: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    hub_port: int = Field(default=0, ge=0, le=65535)
    proxy_api_port: int = Field(default=0, ge=0, le=65535)
    learn_port: int = Field(default=0, ge=0, le=65535)
    classes_port: int = Field(default=0, ge=0, le=65535)
    assistant_port: int = Field(default=0, ge=0, le=65535)
    sandbox: Literal["auto", "required", "off"] = "auto"
    release: Literal["auto", "never"] = "auto"
    idle_minutes: int = Field(default=30, ge=1)
    login_tries: int = Field(default=5, ge=1)
    login_pause_seconds: int = Field(default=60, ge=1)
    start_timeout: int = Field(default=90, ge=5)
    counts: Literal["best", "last"] = "best"
    free_tries: int = Field(default=3, ge=1)
    pause_minutes: int = Field(default=10, ge=0)
    assistant: AssistantSettings = AssistantSettings()

    @field_validator("assistant", mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        """Take YAML or JSON from the environment variable."""
        try:
            return yaml.safe_load(value) if isinstance(value, str) else value
        except yaml.YAMLError:
            raise ValueError("not YAML") from None

    @field_validator("state")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @property
    def on_loopback(self) -> bool:
        """True when only this machine can reach the hub."""
        return is_loopback(self.bind)

    @property
    def local_url(self) -> str:
        """The hub's address as seen from this machine, with a slash at its end."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(self.bind, self.bind)
        return f"http://{host}:{self.port}/"

    @property
    def hub_dir(self) -> Path:
        """JupyterHub's own database, secret, logs and process files."""
        return self.state / "hub"

    @property
    def accounts_file(self) -> Path:
        """Names and password hashes."""
        return self.state / "accounts.json"

    @property
    def demo_passwords_file(self) -> Path:
        """The demo accounts' passwords in clear, for the owner of this machine."""
        return self.state / "demo-passwords.txt"

    @property
    def classes_file(self) -> Path:
        """The classes and who is in them."""
        return self.state / "classes.yml"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Parameters
    ----------
    environ : mapping, optional
        Environment to read instead of the process's own.

    Raises
    ------
    SettingsError
        If the file cannot be read, a name is unknown or a value does not fit.
    """
    environ = os.environ if environ is None else environ
    from_env = {
        name: environ[f"BDHAI_{name.upper()}"] for name in Settings.model_fields if environ.get(f"BDHAI_{name.upper()}")
    }
    state = Path(from_env.get("state", Settings.model_fields["state"].default))
    file = Path(environ.get("BDHAI_SETTINGS") or state / "settings.yml")
    values: dict[str, object] = {}
    if file.exists():
        try:
            loaded = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError) as error:
            raise SettingsError(f"Không đọc được tệp cài đặt {file}: {error}".replace("\n", " ")) from error
        if not isinstance(loaded, dict):
            raise SettingsError(f"Tệp cài đặt {file} phải gồm các dòng dạng “tên: giá trị”.")
        values.update(loaded)
    elif environ.get("BDHAI_SETTINGS"):
        raise SettingsError(f"Không thấy tệp cài đặt {file} (BDHAI_SETTINGS).")
    values.update(from_env)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, item["loc"])) for item in error.errors(include_input=False))
        # Without the cause, which quotes the values: a key may have been put where it does not belong.
        raise SettingsError(f"Cài đặt chưa đúng: {wrong}. Xem hub_config/settings.py để biết giá trị hợp lệ.") from None


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a host of this name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen on ``host:port`` now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def venv_program(name: str) -> str:
    """Return the path of a program that is installed beside this Python."""
    return str(Path(sys.executable).with_name(name))
