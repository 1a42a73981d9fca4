"""How Vietnamese texts are compared: what counts as the same words, and what was damaged.

"hoà" and "hòa" are the same word in two spellings, and a text may come composed (NFC) or decomposed (NFD): neither may
cost a learner a point.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from course.markup import nfc

# The tone mark of an open syllable may stand on either vowel: hoà/hòa, khoẻ/khỏe, thuý/thúy.
_TONE_PAIRS = {
    old: new
    for olds, news in (
        ("oà oá oả oã oạ", "òa óa ỏa õa ọa"),
        ("oè oé oẻ oẽ oẹ", "òe óe ỏe õe ọe"),
        ("uỳ uý uỷ uỹ uỵ", "ùy úy ủy ũy ụy"),
    )
    for old, new in zip(olds.split(), news.split(), strict=True)
}
_TONE = re.compile(rf"({'|'.join(_TONE_PAIRS)})(?!\w)", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:[.,:/-]\w+)*")


def normalised(text: str) -> str:
    """Bring a text to one spelling: NFC, one tone style, single spaces, one kind of dash and quotation mark."""
    text = nfc(text).replace("–", "-").replace("—", "-").replace("“", '"').replace("”", '"').replace("’", "'")
    text = re.sub(r"\s+", " ", text).strip()
    return _TONE.sub(_new_tone, text)


def _new_tone(match: re.Match[str]) -> str:
    old = match[0]
    new = _TONE_PAIRS[old.lower()]
    return "".join(n.upper() if o.isupper() else n for o, n in zip(old, new, strict=True))


def words(text: str) -> list[str]:
    """Split into words in lower case; numbers such as ``1.500.000`` and ``05/03/2026`` stay whole."""
    return _WORD.findall(normalised(text).casefold())


def occurs(wanted: str, text: str, *, case_sensitive: bool = False) -> bool:
    """Tell whether a phrase, or a pattern when it begins with ``re:``, stands in a text as whole words.

    ``15`` does not stand in ``15.000``, nor ``an`` in ``ban``.
    """
    return _pattern(wanted, case_sensitive).search(normalised(text)) is not None


def without(phrase: str, text: str, *, case_sensitive: bool = False) -> str:
    """Return a normalised text with every occurrence of a phrase taken out."""
    return _pattern(phrase, case_sensitive).sub(" ", normalised(text))


@lru_cache(maxsize=4096)  # a key's phrases meet every learner's text
def _pattern(wanted: str, case_sensitive: bool) -> re.Pattern[str]:
    flags = re.UNICODE if case_sensitive else re.IGNORECASE
    if wanted.startswith("re:"):
        return re.compile(nfc(wanted[3:]), flags)
    phrase = re.escape(normalised(wanted)).replace(r"\ ", r"\s+")
    return re.compile(rf"(?<!\w)(?<!\d[.,]){phrase}(?!\w|[.,]\d)", flags)


@dataclass(frozen=True)
class Fix:
    """One mistake that a text holds and what it should be."""

    want: tuple[str, ...]
    """Spellings that are right, any of them."""
    instead_of: str | None
    """What stands there wrongly, or ``None``."""
    why: str

    @classmethod
    def from_mapping(cls, fix: dict) -> Fix:
        """Read ``{"want": text or list, "not": text, "why": text}``."""
        want = fix["want"]
        return cls((want,) if isinstance(want, str) else tuple(want), fix.get("not"), fix.get("why", ""))

    def made_in(self, text: str) -> bool:
        """Tell whether the text has the right spelling and no longer the wrong one."""
        exact = self.instead_of is not None and any(
            normalised(want).casefold() == normalised(self.instead_of).casefold() for want in self.want
        )
        if not any(occurs(want, text, case_sensitive=exact) for want in self.want):
            return False
        if self.instead_of is None:
            return True
        rest = text
        for want in self.want:  # "20 kg chè" is right although it contains the wrong "20 kg"
            rest = without(want, rest, case_sensitive=exact)
        return not occurs(self.instead_of, rest, case_sensitive=exact)


def damaged_spans(recorded: str, corrected: str, fixes: Sequence[Fix]) -> int:
    """Count the runs of words that a correction lost or changed where nothing was wrong.

    Parameters
    ----------
    recorded
        The text as it was given, with its mistakes.
    corrected
        What the learner made of it.
    fixes
        The mistakes; words that belong to one may change.
    """
    before, free = _words_with_freedom(recorded, fixes)
    after = words(corrected)
    damage = 0
    for change, start, end, start_after, end_after in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        touched_right_words = not all(free[start:end])
        added_much = change == "insert" and end_after - start_after > 4 and not _beside_freedom(free, start)
        if (
            change in ("delete", "replace")
            and touched_right_words
            and not _same_letters(before[start:end], after[start_after:end_after])
        ) or added_much:
            damage += 1
    return damage


def _words_with_freedom(recorded: str, fixes: Sequence[Fix]) -> tuple[list[str], list[bool]]:
    """Return the words of a text and, for each, whether it belongs to a mistake and so may change."""
    text = normalised(recorded)
    spans = [
        match.span()
        for fix in fixes
        if fix.instead_of
        for match in _pattern(fix.instead_of, case_sensitive=False).finditer(text)
    ]
    found = list(_WORD.finditer(text))
    free = [any(start < word.end() and word.start() < end for start, end in spans) for word in found]
    return [word[0].casefold() for word in found], free


def _beside_freedom(free: list[bool], position: int) -> bool:
    return any(free[max(0, position - 1) : position + 1])


def _same_letters(before: list[str], after: list[str]) -> bool:
    """Tell whether words were only joined or split ("thứ hai, 5" for "thứ hai 5"), which harms nothing."""
    return "".join(before) == "".join(after)
