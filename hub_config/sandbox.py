"""The bubblewrap command that a server runs in: what it sees of this machine, and nothing else.

Everything is left out unless a line here puts it in, so a new file in the repo or the state folder starts out hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from grader.sandbox.bubblewrap import UID, base_options, bwrap_path, etc_options, missing_sandbox, python_options

__all__ = ["Sandbox", "missing_sandbox"]


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
        passwd.write_text(f"{self.user}:x:{UID}:{UID}::{self.home_inside}:/bin/bash\n", encoding="utf-8")
        group.write_text(f"{self.user}:x:{UID}:\n", encoding="utf-8")
        options = [
            *base_options(),
            *etc_options(),
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
