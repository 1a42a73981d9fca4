"""Sending files and pages small and cacheable: compressed, hashed names for ever, pages checked by their ETag."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from functools import lru_cache
from pathlib import Path

import brotli
from fastapi import Request
from fastapi.responses import Response

from hub_config.services.shared.errors import ServiceError

_HASHED_NAME = re.compile(r"[\w-][\w.-]*\.[0-9a-f]{8,64}\.[a-z0-9]{1,8}")
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2", ".webmanifest": "text/plain"}
_COMPRESSED = {".woff2", ".png", ".jpg", ".jpeg", ".webp", ".mp3", ".ogg", ".m4a"}
_BESIDE = {"br": ".br", "gzip": ".gz"}


def static_response(request: Request, name: str, assets: dict[str, bytes], folder: Path) -> Response:
    """Send a file whose name holds its hash; a browser never asks for it again.

    Parameters
    ----------
    assets
        The service's own files, by hashed name.
    folder
        The release's static files, each with a ``.br`` and a ``.gz`` beside it.

    Raises
    ------
    ServiceError
        ``not_found``, also for any name that is not a hashed one, so that no path leads out of the folder.
    """
    if not _HASHED_NAME.fullmatch(name):
        raise ServiceError("not_found")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    suffix = Path(name).suffix
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name in assets:
        content, encoding = assets[name], None
        if suffix not in _COMPRESSED:
            encoding = _accepted(request)
            content = _compress(content, encoding, 11)
    else:
        content, encoding = _read_best(request, folder / name)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(content, 200, headers, kind)


def page_response(request: Request, content: bytes | Path) -> Response:
    """Send a page that the browser keeps but asks about each time; unchanged costs one short answer.

    Parameters
    ----------
    content
        The page itself, or its file; a ``.br`` or ``.gz`` beside the file is used.

    Raises
    ------
    ServiceError
        ``not_found`` when the file is not there.
    """
    if isinstance(content, Path):
        body, encoding = _read_best(request, content)
        if encoding is None:
            encoding = _accepted(request)
            body = _compress(body, encoding, 5)
    else:
        encoding = _accepted(request)
        body = _compress(content, encoding, 5)
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding", "ETag": etag}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    if etag in known:
        return Response(None, 304, headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, 200, headers, "text/html")


def _accepted(request: Request, offered: tuple[str, ...] = ("br", "gzip")) -> str | None:
    """Return the best encoding the browser takes, or ``None``."""
    wanted: dict[str, bool] = {}
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, quality = part.partition(";")
        wanted[name.strip()] = not re.fullmatch(r"\s*q=0(\.0*)?\s*", quality)
    return next((name for name in offered if wanted.get(name, wanted.get("*", False))), None)


def _read_best(request: Request, path: Path) -> tuple[bytes, str | None]:
    there = tuple(name for name, suffix in _BESIDE.items() if path.with_name(path.name + suffix).is_file())
    encoding = _accepted(request, there)
    try:
        return (path.with_name(path.name + _BESIDE[encoding]) if encoding else path).read_bytes(), encoding
    except (FileNotFoundError, IsADirectoryError):
        raise ServiceError("not_found") from None


@lru_cache(maxsize=64)
def _compress(content: bytes, encoding: str | None, quality: int) -> bytes:
    if encoding == "br":
        return brotli.compress(content, quality=quality)
    if encoding == "gzip":
        return gzip.compress(content, 6, mtime=0)
    return content
