"""Spelling by rule: a Vietnamese syllable is an onset, a rime and a tone, each of a closed set.

A rule finds what cannot be Vietnamese ("nghành", "thưc", "cuôc"), and needs no word list under another's licence. It
cannot find a wrong word that is a syllable too; people read for that. What is not Vietnamese but belongs in a lesson
stands in ``spelling_allowed.txt``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

ALLOWED_FILE = Path(__file__).with_name("spelling_allowed.txt")

_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_STOPPED_TONES = {"\u0301", "\u0323"}
"""Sharp and heavy: the only tones of a syllable that ends in c, ch, p or t."""
_ALL_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph q r s t th tr v x"
_ALL_RIMES = """
a ai ao au ay am an ang anh ap at ac ach ăm ăn ăng ăp ăt ăc âu ây âm ân âng âp ât âc
e eo em en eng ep et ec ê êu êm ên ênh êp êt êch
i ia iu im in inh ip it ich iêu iêm iên iêng iêp iêt iêc y yêu yêm yên yêng yêt
o oi om on ong oong op ot oc ooc oa oai oao oay oam oan oang oanh oap oat oac oach oăm oăn oăng oăt oăc
oe oeo oen oet ô ôi ôm ôn ông ôp ôt ôc ơ ơi ơm ơn ơp ơt
u ua ui um un ung up ut uc uê uêch uênh uy uya uyên uyêt uynh uych uyt uyu uân uâng uât uây uơ
uôi uôm uôn uông uôt uôc ư ưa ưi ưu ưm ưn ưng ưt ưc ươi ươu ươm ươn ương ươp ươt ươc
"""
_ONSETS = frozenset(_ALL_ONSETS.split()) | {""}
_RIMES = frozenset(_ALL_RIMES.split())
_AFTER_Q = frozenset(f"u{rime}" for rime in _RIMES if rime[0] in "aăâeêiyơ")
_AFTER_Q |= {"uôc", "uau", *(rime for rime in _RIMES if rime.startswith("uy"))}
_AFTER_GI = frozenset({"", "n", "êng", "êt", "êm", "êc", "êp", "ên", "êu"})
"""What is left of a rime in i- or iê- after gi: gì, gìn, giếng."""
_MARKED = "ăâêôơ"
_FRONT = ("i", "e", "ê", "y")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NO_WORDS = re.compile(
    r"https?://\S+|\S+@\S+|`[^`]*`|(?<![\w.])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?|#\w+|\b\w*\d\w*(?:[-/]\w+)*"
)
"""Web and mail addresses, code, tags, and what has a figure in it: numbers of documents, dates, measures."""


def is_syllable(word: str) -> bool:
    """Tell whether a word could be a Vietnamese syllable, in either style of placing the tone."""
    plain, tones, bearers = _without_tone(word.lower())
    marked = [letter for letter in plain if letter in _MARKED] or [letter for letter in plain if letter == "ư"]
    if len(tones) > 1 or (tones and marked and bearers != marked[-1:]):  # a vowel with a mark of its own has the tone
        return False
    for length in (3, 2, 1, 0):
        onset, rime = plain[:length], plain[length:]
        if len(onset) == length and onset in _ONSETS and _fits(onset, rime):
            stopped = rime.endswith(("c", "ch", "p", "t"))
            return not stopped or (bool(tones) and set(tones) <= _STOPPED_TONES)
    return False


def misspelt(text: str, allowed: frozenset[str] = frozenset()) -> list[str]:
    """Return the words of a text that cannot be Vietnamese and are not allowed, in order, each once.

    Abbreviations in capitals, and what stands in an address or in code, are no words here.
    """
    found: dict[str, None] = {}
    for word in words_of(text):
        for part in word.split("-"):
            if part.lower() in allowed or part.isupper() or is_syllable(part):
                continue
            found.setdefault(part)
    return list(found)


def words_of(text: str) -> list[str]:
    """Return the words of a text without addresses, code and figures."""
    return _WORD.findall(_NO_WORDS.sub(" ", unicodedata.normalize("NFC", text)))


@cache
def allowed_words(lesson: str = "") -> frozenset[str]:
    """Return what is allowed everywhere, and in one lesson: words and phrases in small letters.

    A line of the file is a word or a phrase; what follows a line ``[level1/07]`` is allowed in that lesson only.
    """
    allowed, section = set(), ""
    for line in unicodedata.normalize("NFC", ALLOWED_FILE.read_text("utf-8")).splitlines():
        entry = line.partition("#")[0].strip().lower()
        if entry.startswith("["):
            section = entry.strip("[]")
        elif entry and section in ("", lesson):
            allowed.add(entry)
    return frozenset(allowed)


def _fits(onset: str, rime: str) -> bool:
    if onset == "q":
        return rime in _AFTER_Q
    if onset == "gi":
        return rime in _AFTER_GI or (rime in _RIMES and not rime.startswith(("i", "y")))
    if rime not in _RIMES:
        return False
    if onset in ("k", "gh", "ngh"):
        return rime.startswith(_FRONT)
    if onset in ("c", "g", "ng"):
        return not rime.startswith(_FRONT)
    return True


def _without_tone(word: str) -> tuple[str, list[str], list[str]]:
    """Return a word without tones, its tones, and the letters that bore them."""
    tones, bearers, plain = [], [], ""
    for letter in unicodedata.normalize("NFC", word):
        signs = unicodedata.normalize("NFD", letter)
        bare = unicodedata.normalize("NFC", "".join(sign for sign in signs if sign not in _TONES))
        if found := [sign for sign in signs if sign in _TONES]:
            tones += found
            bearers.append(bare)
        plain += bare
    return plain, tones, bearers
