"""Vietnamese words as people type them: with diacritics, without, in capitals, with the tone on the other vowel."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_MARKS = re.compile("[\u0300-\u036f]")
# hoá and hóa are the same word, typed by two habits; NFC does not unify them. "quý" and "toán" have one spelling only.
_TONED = re.compile(r"(?<!q)(?:o[áàảãạéèẻẽẹ]|u[ýỳỷỹỵ])(?![a-zà-ỹ])", re.IGNORECASE)
_SHORT = {
    "tb": "thông báo",
    "bc": "báo cáo",
    "hs": "học sinh",
    "ph": "phụ huynh",
    "nvh": "nhà văn hóa",
    "ubnd": "ủy ban",
    "sp": "sản phẩm",
    "ntn": "như thế nào",
}
_LETTERS = re.compile(r"\\.|\[[^]]*\]|[a-zđà-ỹ]+")


def bare(text: str) -> str:
    """Take all diacritics off; the length stays the same where the text is in NFC."""
    return _MARKS.sub("", unicodedata.normalize("NFD", text)).replace("đ", "d").replace("Đ", "D")


def clean(text: str) -> str:
    """Return a text in NFC with single blanks and single line ends."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFC", text))).strip()


def read_as(text: str) -> str:
    """Return a clean text in small letters with one habit of placing tones (``hóa``). Its length stays the same."""
    lower = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return _TONED.sub(lambda found: _first_vowel(found[0]), lower)


def _first_vowel(pair: str) -> str:
    """Move the tone of ``oá`` to the first vowel: ``óa``."""
    vowel = unicodedata.normalize("NFD", pair[1])
    return unicodedata.normalize("NFC", pair[0] + vowel[1]) + vowel[0]


def spelled_out(text: str) -> str:
    """Write out common short forms ("tb", "nvh") in a clean text."""
    return _SHORTENED.sub(lambda found: _SHORT[found[0].lower()], text)


_SHORTENED = re.compile(r"(?<!\w)(?:" + "|".join(_SHORT) + r")(?!\w)", re.IGNORECASE)


def typed_with_marks(plain: str) -> bool:
    """Say whether a text was typed with diacritics: about four words in five carry one in Vietnamese."""
    words = _WORDS.findall(plain)
    return 2 * sum(bare(word) != word for word in words) >= len(words)


_WORDS = re.compile(r"[^\W\d_]+")


@cache
def pattern(source: str, *, exact: bool = False) -> re.Pattern[str]:
    """Compile a pattern whose words are met as they stand or with no diacritics at all.

    ``họp`` meets "họp" and "hop" but not "hợp": a word that carries diacritics means what it says.

    Parameters
    ----------
    source
        A regular expression in small letters (so no ``\\W``), for texts from `read_as`. A class in brackets stays as
        it is: ``b[à]n`` is met only with its diacritics.
    exact
        Meet the words only as they stand: in a text typed with diacritics, "quy" is not "quỹ".
    """
    source = read_as(source)
    either = source if exact else _LETTERS.sub(lambda found: _either(found[0]), source)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")


def _either(word: str) -> str:
    return word if word[0] in "\\[" or bare(word) == word else f"(?:{word}|{bare(word)})"
