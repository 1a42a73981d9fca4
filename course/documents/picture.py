"""Pictures by their measures: only the head of the file is read, no point of it is unpacked."""

from __future__ import annotations

import re
from io import BytesIO

from course.documents.model import Picture
from course.documents.opening import NotOpened
from course.documents.page import read_elements
from course.documents.plain import decode

MAX_SIDE = 20_000
MAX_POINTS = 100_000_000
_FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp"}


def read(content: bytes, ending: str) -> Picture:
    """Read a picture's format and measures."""
    if ending == ".svg":
        return _drawing(content)
    from PIL import Image

    wanted = _FORMATS[ending]
    try:
        with Image.open(BytesIO(content), formats=[wanted.upper()]) as image:
            width, height = image.size
    except Image.DecompressionBombError as error:
        raise NotOpened("là hình quá lớn nên không mở. Hãy thu nhỏ hình") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise NotOpened(f"mang đuôi {ending} nhưng bên trong không phải hình loại đó. Hãy lưu lại hình") from error
    if max(width, height) > MAX_SIDE or width * height > MAX_POINTS:
        raise NotOpened(f"là hình quá lớn ({width} × {height} điểm) nên không mở. Hãy thu nhỏ hình")
    return Picture.model_validate({"format": wanted, "width": width, "height": height})


def _drawing(content: bytes) -> Picture:
    text, _ = decode(content)
    elements, words = read_elements(text)
    root = next((element for element in elements if element.tag == "svg"), None)
    if root is None:
        raise NotOpened("mang đuôi .svg nhưng bên trong không phải hình SVG. Hãy lưu lại hình")
    box = re.findall(r"-?\d+(?:\.\d+)?", root.attributes.get("viewbox", ""))
    width, height = (
        _length(root.attributes.get(name, "")) or (float(box[place]) if len(box) == 4 else 0.0)
        for name, place in (("width", 2), ("height", 3))
    )
    return Picture(format="svg", width=width, height=height, words=words)


def _length(given: str) -> float:
    """Read ``640``, ``640px`` or ``460.8pt``; 0 for a share of the page."""
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)\s*(px|pt|mm|cm|in)?", given.strip())
    per = {None: 1, "px": 1, "pt": 96 / 72, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}
    return round(float(match[1]) * per[match[2]], 2) if match else 0.0
