"""A lesson's pictures: small hand-drawn SVGs, ``pictures/NN-name.svg``, or ``NN-name.<audience>.svg`` for one audience.

A picture is drawn by the lesson's author and trusted like the notebook; what it may hold is checked before a release
(``grader.picture_checks``). Its words for those who do not see it stand beside the call that shows it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

FOLDER = "pictures"

Pictures = Callable[[str], str]
"""Gives a picture's SVG by its name, in an audience's own version where it has one."""


def picture_file(folder: Path, number: str, name: str, audience: str) -> Path | None:
    """Return the file of a picture of lesson ``number`` (``07``), an audience's own first; ``None`` without one."""
    for file in (f"{number}-{name}.{audience}.svg", f"{number}-{name}.svg"):
        if (path := folder / FOLDER / file).is_file():
            return path
    return None


def picture_reader(folder: Path, number: str, audience: str) -> Pictures:
    """Return what reads a lesson's pictures.

    A picture whose file is not there, as beside a notebook copied alone, is empty: its words are shown instead.
    The release refuses such a lesson.
    """

    def read(name: str) -> str:
        path = picture_file(folder, number, name, audience)
        return unicodedata.normalize("NFC", path.read_text("utf-8")).strip() if path else ""

    return read
