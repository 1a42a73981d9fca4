"""The bubblewrap command that a server runs in: what it sees of this machine, and nothing else.

Everything is left out unless a line here puts it in, so a new file in the repo or the state folder starts out hidden.
"""

from __future__ import annotations

import functools
import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

_ETC = (
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
_UID = 1000


@dataclass
class Sandbox:
    """What one server sees besides the system and the Python environment.

    Attributes
    ----------
    user : str
        Name shown inside; owner of all files there.
    home : Path
        Folder on this machine that becomes ``/home/<user>``.
    scratch : Path
        Folder of this hub where the sandbox's own ``passwd`` and ``group`` are written.
    read_only, writable : list of (Path, str)
        Folder or file on this machine, and where it appears.
    empty : list of str
        Folders that exist inside, private and empty.
    trusted : bool
        Whether the Python packages that hold keys may be seen.
    """

    user: str
    home: Path
    scratch: Path
    read_only: list[tuple[Path, str]] = field(default_factory=list)
    writable: list[tuple[Path, str]] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    trusted: bool = False

    @property
    def home_inside(self) -> str:
        """The home folder as the server sees it."""
        return f"/home/{self.user}"

    def command(self, inner: list[str]) -> list[str]:
        """Return the whole command line that runs ``inner`` in this sandbox."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        passwd, group = self.scratch / "passwd", self.scratch / "group"
        # nbgrader takes the learner's name from the system's user name.
        passwd.write_text(f"{self.user}:x:{_UID}:{_UID}::{self.home_inside}:/bin/bash\n", encoding="utf-8")
        group.write_text(f"{self.user}:x:{_UID}:\n", encoding="utf-8")
        options = [
            *base_options(),
            *_etc_options(),
            *("--ro-bind", str(passwd), "/etc/passwd", "--ro-bind", str(group), "/etc/group"),
            *python_options(hide_keys=not self.trusted),
            *("--bind", str(self.home), self.home_inside),
        ]
        for path in self.empty:
            options += ["--dir", path]
        # Writable after read-only: a writable folder may lie in a read-only one, never the other way round.
        for source, target in self.read_only:
            options += ["--ro-bind", str(source), target]
        for source, target in self.writable:
            options += ["--bind", str(source), target]
        return [bwrap_path() or "bwrap", *options, "--chdir", self.home_inside, "--", *inner]


def bwrap_path() -> str | None:
    """Return where bubblewrap is installed, or None."""
    return shutil.which("bwrap")


def base_options() -> list[str]:
    """Namespaces, the read-only system, and private ``/proc``, ``/dev``, ``/tmp``; the network is kept."""
    options = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    options += ["--uid", str(_UID), "--gid", str(_UID), "--hostname", "hoc", "--cap-drop", "ALL"]
    # The hub's end is the server's end, even by kill -9; and no input can be pushed into the operator's terminal.
    options += ["--die-with-parent", "--new-session"]
    options += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        path = Path("/") / name
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            options += ["--ro-bind", str(path), str(path)]
    return [*options, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run"]


def _etc_options() -> list[str]:
    options = []
    for name in _ETC:
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
