"""A request as a row of tokens: with or without diacritics, NFC or NFD, tones old or new style, Telex left-overs."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from course.ai.syllables import key_of

# A number keeps its dots, slashes and colons: 1.200.000, 12/9, 7:30. Combining marks belong to the word before them.
_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)+\w*|[\w\u0300-\u036f]+|\n|[.,;:?!()\"“”…=+]")
_CLAUSE_ENDS = frozenset('\n.,;:?!()"“”…=+')
_VOWELS = "aeiouy"
# One syllable written without diacritics; what does not fit may be Telex that no keyboard turned into letters.
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|th|tr|ch|gh|gi|kh|ph|qu|[bcdghklmnpqrstvx])?"
    r"(?:uye|uya|uyu|oai|oay|oeo|ieu|yeu|uoi|uou|uay|uan|oa|oe|ai|ao|au|ay|eo|eu|ia|ie|iu|oi|oo|ua|ue|ui|uo|uu|uy|ye|[aeiouy])"
    r"(?:ch|ng|nh|[cmnpt])?"
)
_SHARE_OF_MARKED = 0.4  # running Vietnamese has marks on about three words of four; careless typing on almost none


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign.

    Attributes
    ----------
    key
        The word in small letters with its tone at the end: ``hoa_s`` for "hoá" and "hóa".
    bare
        The word without any diacritics.
    shown
        The word as it was typed, in NFC.
    start, end
        Where it stands in the text that was given.
    loose
        Whether a word typed without diacritics may stand for one that has them.
    opens
        Whether it is the first word of a clause.
    sign
        Whether it is punctuation, which ends a clause.
    """

    key: str
    bare: str
    shown: str
    start: int
    end: int
    loose: bool = False
    opens: bool = False
    sign: bool = False


@lru_cache(maxsize=8192)
def _from_telex(word: str) -> str | None:
    """Return the key of a word left in Telex ("vieets" → "viết"), or `None` where it is not one."""
    if len(word) < 3 or _SYLLABLE.fullmatch(word):
        return None
    tone, letters = "", word
    first = next((at for at, letter in enumerate(word) if letter in _VOWELS), len(word))
    for at in range(len(word) - 1, first, -1):
        if word[at] in "sfrxj":
            tone, letters = word[at], word[:at] + word[at + 1 :]
            break
    letters = letters.replace("uow", "ươ").replace("uwow", "ươ")
    for typed, meant in ("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("aw", "ă"), ("ow", "ơ"), ("uw", "ư"):
        letters = letters.replace(typed, meant)
    _, bare = key_of(letters)
    if not _SYLLABLE.fullmatch(bare):
        return None
    return f"{letters}_{tone}" if tone else letters


def read(text: str, short: dict[str, tuple[str, ...]], first: int, last: int) -> list[Token]:
    """Split a text into tokens.

    Parameters
    ----------
    text
        A request as it was typed, in any Unicode normal form.
    short
        Short forms and the words they stand for: ``{"nvh": ("nhà", "văn", "hóa")}``. Each word gets a token of its own
        that covers the whole short form.
    first, last
        The stretch to read.
    """
    found = [(at[0], at.start(), at.end()) for at in _TOKEN.finditer(text, first, last)]
    words = [word for word, _, _ in found if word[0].isalpha()]
    marked = sum(not word.isascii() for word in words)
    careful = marked > _SHARE_OF_MARKED * len(words)
    tokens: list[Token] = []
    opens = True
    for word, start, end in found:
        if word in _CLAUSE_ENDS:
            tokens.append(Token(word, word, word, start, end, sign=True))
            opens = True
            continue
        shown = unicodedata.normalize("NFC", word)
        for part in short.get(shown.lower(), (shown,)):
            key, bare = key_of(part)
            telex = _from_telex(key) if key == bare and part is shown else None
            loose = not careful and part is shown and key == bare and not telex
            tokens.append(Token(telex or key, bare, shown, start, end, loose, opens))
            opens = False
    return tokens
