"""The lesson pages' shared files: style, script, widgets and fonts, named by their content and compressed once."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import brotli

from course.widgets import WIDGET_NAMES, base_style, bundle_source, own_style
from grader.release.execute import ReleaseError

_PAGE = Path(__file__).with_name("page")
_HOST = (
    "api.js",
    "vault.js",
    "model.js",
    "store.js",
    "steps.js",
    "overview.js",
    "pools.js",
    "questions.js",
    "submitter.js",
    "assistant.js",
    "results.js",
    "text-size.js",
    "page.js",
)
"""The host's modules in the order in which each finds what it imports."""
_FONTS = ("be-vietnam-pro-400.woff2", "be-vietnam-pro-700.woff2")
_NOT_ON_PAGE = ("start",)
_COMPRESSIBLE = {".css", ".js", ".html"}

_IMPORT = re.compile(r"^import .* from \"\./[\w-]+\.js\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const) )", re.MULTILINE)
_DOC_COMMENT = re.compile(r"^[ \t]*/\*\*(?:(?!\*/)[\s\S])*\*/[ \t]*\n", re.MULTILINE)
_CSS_COMMENT = re.compile(r"/\*[\s\S]*?\*/\n?")


@dataclass(frozen=True)
class StaticFiles:
    """Hashed names of the shared files, for example ``page.3f9c01d2ab.css``."""

    style: str
    script: str
    widgets: str
    fonts: tuple[str, ...]


def build_static(folder: Path) -> StaticFiles:
    """Write the shared files, each with a ``.br`` and a ``.gz`` beside it (fonts are compressed already).

    Parameters
    ----------
    folder
        ``release/static``. Files of earlier releases stay, for pages that are still open.

    Returns
    -------
    StaticFiles
        Names to link to. The same sources give the same names and bytes.
    """
    fonts = {name: _write(folder, name, (_PAGE / "fonts" / name).read_bytes()) for name in _FONTS}
    style = page_style()
    for name, hashed in fonts.items():
        style = style.replace(f'url("fonts/{name}")', f'url("{hashed}")')
    if "fonts/" in style:
        raise ReleaseError("page.css dùng một phông chữ không có trong thư mục fonts.")
    widgets = bundle_source([name for name in WIDGET_NAMES if name not in _NOT_ON_PAGE])
    return StaticFiles(
        style=_write(folder, "page.css", style.encode()),
        script=_write(folder, "page.js", page_script().encode()),
        widgets=_write(folder, "widgets.js", widgets.encode()),
        fonts=tuple(fonts.values()),
    )


def page_style() -> str:
    """Return the page's style: its own, then what all widgets share, then each widget's."""
    parts = [(_PAGE / "page.css").read_text("utf-8"), base_style()]
    parts += [own_style(name) for name in WIDGET_NAMES if name not in _NOT_ON_PAGE]
    return _CSS_COMMENT.sub("", "\n".join(parts))


def page_script() -> str:
    """Join the host's modules into one: a single request on a slow line, and still no build tool.

    Each module imports only by ``import { a, b } from "./name.js"`` on one line, and no two share a top-level name (the
    browser test would not start otherwise).
    """
    parts = []
    for name in _HOST:
        source = (_PAGE / "host" / name).read_text("utf-8")
        source = _EXPORT.sub("", _IMPORT.sub("", _DOC_COMMENT.sub("", source)))
        if left := re.search(r"^(import|export)\b.*", source, re.MULTILINE):
            raise ReleaseError(f"{name}: dòng “{left[0]}” không ghép được vào page.js.")
        parts.append(source)
    return "\n".join(parts)


def write_page(path: Path, html: str) -> None:
    """Write a lesson page with its ``.br`` and ``.gz`` beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_with_compressed(path, html.encode())


def _write(folder: Path, name: str, data: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    hashed = f"{stem}.{hashlib.sha256(data).hexdigest()[:10]}.{suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    _write_with_compressed(folder / hashed, data)
    return hashed


def _write_with_compressed(path: Path, data: bytes) -> None:
    files = {path: data}
    if path.suffix in _COMPRESSIBLE:
        files[path.with_name(path.name + ".br")] = brotli.compress(data, quality=11)
        files[path.with_name(path.name + ".gz")] = gzip.compress(data, 9, mtime=0)
    for target, content in files.items():
        if target.exists() and target.read_bytes() == content:
            continue
        # The service may be reading: a file is there whole or not at all.
        part = target.with_name(target.name + ".part")
        part.write_bytes(content)
        part.replace(target)
