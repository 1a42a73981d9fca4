"""Pages from Jinja templates, with a service's own styles and scripts under hashed names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub_config.services.shared import dates

_HERE = Path(__file__).parent
_FONTS = ("be-vietnam-pro-400.woff2", "be-vietnam-pro-700.woff2")


class Renderer:
    """Templates and assets of one service.

    Parameters
    ----------
    folder
        The service's folder, with ``templates/`` and ``assets/``; those shared by all services stand behind it.
    prefix
        The service's path on the hub, for example ``/services/learn/``.
    hub_prefix
        The hub's own path, for example ``/hub/``.
    released_static
        Where the release keeps its static files. A font that is there goes by the release's name, so that a browser
        which has seen a lesson page need not fetch it again.
    """

    def __init__(self, folder: Path, prefix: str, hub_prefix: str, released_static: Path):
        self.prefix = prefix
        self.assets: dict[str, bytes] = {}
        self._names: dict[str, str] = {}
        self._load_assets([_HERE / "assets", folder / "assets"], released_static)
        self._templates = Environment(
            loader=FileSystemLoader([folder / "templates", _HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        base_url = hub_prefix.removesuffix("hub/")
        self._templates.globals.update(asset=self.asset, prefix=prefix, hub_prefix=hub_prefix, base_url=base_url)
        self._templates.filters.update(number=dates.number, day=dates.day, day_and_time=dates.day_and_time)

    def render(self, template: str, **values: Any) -> bytes:
        """Fill in a template; every value is escaped."""
        return self._templates.get_template(template).render(**values).encode()

    def asset(self, name: str) -> str:
        """Return the address of an asset, for example ``/services/learn/static/path.3f2a9c1b.css``."""
        return f"{self.prefix}static/{self._names[name]}"

    def _load_assets(self, folders: Sequence[Path], released_static: Path) -> None:
        fonts = Path(__file__).parents[3] / "grader" / "release" / "page" / "fonts"
        for name in _FONTS:
            stem, extension = name.rsplit(".", 1)
            released = sorted(released_static.glob(f"{stem}.*.{extension}"))
            if released:
                self._names[name] = released[0].name
            elif (fonts / name).exists():
                self._add_asset(name, (fonts / name).read_bytes())
        for folder in folders:
            for path in sorted(folder.glob("*.css")) + sorted(folder.glob("*.js")):
                content = re.sub(r'url\("([^":]+)"\)', self._hashed_url, path.read_text("utf-8"))
                self._add_asset(path.name, content.encode())

    def _add_asset(self, name: str, content: bytes) -> None:
        stem, extension = name.rsplit(".", 1)
        self._names[name] = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{extension}"
        self.assets[self._names[name]] = content

    def _hashed_url(self, match: re.Match[str]) -> str:
        return f'url("{self._names.get(match[1], match[1])}")'
