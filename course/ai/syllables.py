"""Vietnamese syllables as keys that can be compared: one habit of placing tones, with and without diacritics."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TONES = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}
_MARKS = re.compile("[\u0300-\u036f]")


@lru_cache(maxsize=8192)
def key_of(word: str) -> tuple[str, str]:
    """Return a key that is the same for every way to type a word, and the word without diacritics.

    Parameters
    ----------
    word
        One syllable or number, in any case and Unicode normal form.

    Returns
    -------
    tuple of str
        The word in small letters with its tone at the end (``hoa_s`` for "hoá" and "hóa": NFC does not unify them), and
        the word in small letters without any diacritics (``hoa``).
    """
    tone = ""
    letters = []
    for sign in unicodedata.normalize("NFD", word.lower()):
        if sign in _TONES:
            tone = _TONES[sign]
        else:
            letters.append(sign)
    toneless = unicodedata.normalize("NFC", "".join(letters))
    bare = without_diacritics(toneless)
    return (f"{toneless}_{tone}" if tone else toneless), bare


def without_diacritics(text: str) -> str:
    """Return a text as it is typed without any diacritics ("Đại Từ" → "Dai Tu")."""
    return _MARKS.sub("", unicodedata.normalize("NFD", text)).replace("đ", "d").replace("Đ", "D")
