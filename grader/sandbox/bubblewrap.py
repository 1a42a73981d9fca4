"""What every bubblewrap command of this project begins with: the system, the Python environment, and nothing else.

Everything is left out unless a line here puts it in, so a new file in the repo or the state folder starts out hidden.
"""

from __future__ import annotations

import functools
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ETC = (
    # What programs need to resolve names, load libraries, show times and draw text. No shadow, no keys.
    "alternatives",
    "ca-certificates.conf",
    "fonts",
    "host.conf",
    "hosts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "resolv.conf",
    "ssl",
    "timezone",
)
UID = 1000


def bwrap_path() -> str | None:
    """Return where bubblewrap is installed, or None."""
    return shutil.which("bwrap")


def base_options(uid: int = UID, keep: Sequence[str] = ()) -> list[str]:
    """Namespaces, the read-only system, and private ``/proc``, ``/dev``, ``/tmp``; the network is kept.

    Parameters
    ----------
    uid
        Number of the user inside.
    keep
        Capabilities, within these namespaces only, that the program inside starts with.
    """
    options = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    options += ["--uid", str(uid), "--gid", str(uid), "--hostname", "hoc", "--cap-drop", "ALL"]
    for capability in keep:
        options += ["--cap-add", capability]
    # The parent's end is the end of all inside, even by kill -9; no input can be pushed into the operator's terminal.
    options += ["--die-with-parent", "--new-session"]
    options += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        path = Path("/") / name
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            options += ["--ro-bind", str(path), str(path)]
    return [*options, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run"]


def etc_options(names: Sequence[str] = ETC) -> list[str]:
    """The system's settings that programs need, read-only."""
    options = []
    for name in names:
        path = Path("/etc") / name
        if path.exists():
            # resolv.conf and localtime are often links to places that are not mounted: bind what they point at.
            options += ["--ro-bind", str(path.resolve()), str(path)]
    return options


def python_options(hide_keys: bool = True) -> list[str]:
    """The Python environment, read-only at its own place; ``hide_keys`` covers the packages that hold keys."""
    places = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]}
    options = []
    for place in sorted(places):
        if not place.is_relative_to("/usr"):
            options += ["--ro-bind", str(place), str(place)]
    for package in ("grader", "hub_config") if hide_keys else ():
        spec = importlib.util.find_spec(package)
        folder = Path(spec.origin).parent if spec and spec.origin else None
        # In an editable install they lie in the repo, which is not mounted; in a wheel install they must be covered.
        if folder and any(folder.is_relative_to(place) for place in places):
            options += ["--tmpfs", str(folder)]
    return options


@functools.cache
def missing_sandbox() -> str:
    """Return why no sandbox can be started here, in one Vietnamese line; empty when it can.

    Really starts one: bubblewrap may be installed and user namespaces forbidden all the same.
    """
    program = bwrap_path()
    if not program:
        return "chưa cài bubblewrap (mở bằng: sudo apt-get install bubblewrap)"
    try:
        run = subprocess.run(
            [program, *base_options(), "--", "/bin/true"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"không chạy được bubblewrap: {error}"
    if run.returncode:
        return f"máy này không cho bubblewrap làm việc: {run.stderr.strip().splitlines()[-1:] or run.returncode}"
    return ""
