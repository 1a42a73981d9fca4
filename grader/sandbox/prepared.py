"""What makes the warm process start fast: compiled modules and the list of fonts, made once by trusted code.

The Python environment is read-only in the sandbox and may hold no compiled modules at all (``PYTHONDONTWRITEBYTECODE``,
``pip install --no-compile``): importing pandas then costs seconds of compiling each time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from platformdirs import user_cache_path

from grader.sandbox.bubblewrap import UID
from grader.sandbox.jobs import WorkerDied

ROOT = Path(__file__).resolve().parents[2]
"""The folder that ``grader`` is imported from."""

_NUMBERS = "1"


def environment(prepared: Path, temporary: str = "/tmp") -> dict[str, str]:
    """The whole environment of a warm process."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": temporary,
        "LANG": "C.UTF-8",
        "TZ": os.environ.get("TZ", "Asia/Ho_Chi_Minh"),
        "MPLCONFIGDIR": f"{temporary}/matplotlib",
        "BDHAI_FONT_LISTS": str(prepared / "matplotlib"),
        # A process with several threads cannot be forked safely, and one job shall use one processor.
        "OPENBLAS_NUM_THREADS": _NUMBERS,
        "OMP_NUM_THREADS": _NUMBERS,
        "MKL_NUM_THREADS": _NUMBERS,
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(prepared / "bytecode"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def command(control: int | str, mode: str, libraries: Sequence[str]) -> list[str]:
    """The command line of a warm process (`grader.sandbox.inside.__main__`)."""
    return [sys.executable, "-P", "-m", "grader.sandbox.inside", str(control), mode, ",".join(libraries)]


def prepare(libraries: Sequence[str]) -> Path:
    """Return the folder of compiled modules and font lists for this environment; make it when it is not there.

    Only trusted code ever runs while it is written; in the sandbox it is read-only.

    Raises
    ------
    WorkerDied
        When the libraries cannot be imported.
    """
    folder = user_cache_path("bdhai") / f"warm-{_fingerprint(libraries)}"
    if (folder / "ready").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        making = Path(name)
        given: Mapping[str, str] = environment(making, name) | {"PYTHONPYCACHEPREFIX": str(making / "bytecode")}
        given = {
            key: value for key, value in given.items() if key not in ("PYTHONDONTWRITEBYTECODE", "BDHAI_FONT_LISTS")
        }
        run = subprocess.run(
            command("none", "plain", libraries), env=dict(given), capture_output=True, text=True, check=False, cwd=name
        )
        if run.returncode:
            raise WorkerDied(f"libraries cannot be imported:\n{run.stderr[-2000:]}")
        (making / "matplotlib").mkdir(exist_ok=True)
        (making / "passwd").write_text(
            f"hoc:x:{UID}:{UID}::/home/hoc:/bin/bash\nroot:x:0:0::/:/bin/false\n", encoding="utf-8"
        )
        (making / "group").write_text(f"hoc:x:{UID}:\nroot:x:0:\n", encoding="utf-8")
        making.chmod(0o755)  # in the sandbox a job is another user
        (making / "ready").touch()
        try:
            shutil.copytree(making, folder)
        except FileExistsError:  # another process was faster, and made the same
            _wait_until_ready(folder)
    return folder


def _wait_until_ready(folder: Path) -> None:
    import time

    for _ in range(100):
        if (folder / "ready").exists():
            return
        time.sleep(0.1)
    raise WorkerDied(f"{folder} is not complete: delete it and try again")


def _fingerprint(libraries: Sequence[str]) -> str:
    parts = ["2", sys.version, sys.prefix, str(ROOT), *libraries]
    for package in ("pandas", "numpy", "matplotlib", "ipython", "ipykernel"):
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
