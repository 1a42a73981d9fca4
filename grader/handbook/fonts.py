"""The lesson page's own fonts, in the form that typst reads."""

from __future__ import annotations

from pathlib import Path

from fontTools.ttLib import TTFont

FAMILY = "Be Vietnam Pro"
_FOLDER = Path(__file__).resolve().parent.parent / "release" / "page" / "fonts"
_STYLES = {400: "Regular", 700: "Bold"}


def unpack_fonts(folder: Path) -> None:
    """Write both weights into a folder as TrueType files.

    typst reads no woff2, and passes over a font without a PostScript name, which the files for the web do without.
    """
    for weight, style in _STYLES.items():
        font = TTFont(_FOLDER / f"be-vietnam-pro-{weight}.woff2")
        font.flavor = None
        for id, text in ((4, f"{FAMILY} {style}"), (6, f"{FAMILY.replace(' ', '')}-{style}")):
            font["name"].setName(text, id, 3, 1, 0x409)
        font.save(folder / f"be-vietnam-pro-{weight}.ttf")
