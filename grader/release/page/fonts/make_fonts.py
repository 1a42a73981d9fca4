"""Make the two woff2 files beside this script again from the npm package ``@fontsource/be-vietnam-pro`` (OFL-1.1).

    npm pack @fontsource/be-vietnam-pro@5.3.0 && tar xzf fontsource-be-vietnam-pro-5.3.0.tgz
    python grader/release/page/fonts/make_fonts.py package

The package holds each weight in three overlapping pieces (latin, latin-ext, vietnamese). One file a weight saves two
requests on a slow line, and the pieces that no Vietnamese text needs are left out. Needs ``fonttools`` and ``brotli``.
"""

import sys
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent
WEIGHTS = (400, 700)
PIECES = ("latin", "vietnamese")

LATIN = [*range(0x20, 0x7F), *map(ord, "\xa0§«°±²³·»¼½¾×÷àáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝçñöüÇÑÖÜ")]
VIETNAMESE = [*map(ord, "ĂăĐđĨĩŨũƠơƯư₫"), *range(0x1EA0, 0x1EFA)]
# Learners' text may come decomposed (NFD) from a phone's keyboard.
COMBINING = [0x300, 0x301, 0x303, 0x309, 0x323]
PUNCTUATION = [*map(ord, "–—‘’“”•…‹›€™−")]
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]


def make_font(package: Path, weight: int, target: Path) -> None:
    """Write one weight as a woff2 file that covers Vietnamese and basic Latin."""
    with tempfile.TemporaryDirectory() as folder:
        pieces = []
        for piece in PIECES:
            font = TTFont(package / "files" / f"be-vietnam-pro-{piece}-{weight}-normal.woff2")
            font.flavor = None
            pieces.append(str(Path(folder) / f"{piece}.ttf"))
            font.save(pieces[-1])
        merged = Merger().merge(pieces)
    options = subset.Options(layout_features=FEATURES, flavor="woff2", hinting=False, name_IDs=[0, 1, 2, 13, 14])
    options.recalc_timestamp = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[*LATIN, *VIETNAMESE, *COMBINING, *PUNCTUATION])
    subsetter.subset(merged)
    subset.save_font(merged, str(target), options)


if __name__ == "__main__":
    for weight in WEIGHTS:
        target = FOLDER / f"be-vietnam-pro-{weight}.woff2"
        make_font(Path(sys.argv[1]), weight, target)
        print(target.name, target.stat().st_size, "bytes")
