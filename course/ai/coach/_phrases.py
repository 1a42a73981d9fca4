"""Phrases such as ``dưới/tối_đa <số> chữ/câu`` compiled into one automaton, and found in a row of tokens.

The language of phrases is described for trainers in ``rules/README.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from course.ai.coach._reading import Token
from course.ai.syllables import key_of

_GAP = 3  # words that "…" may stand for, within one clause
_HOUR = re.compile(r"(?:[01]?\d|2[0-4])(?:[hg](?:[0-5]\d)?|:[0-5]\d)(?:p|phut)?")
_DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])[/-](?:0?[1-9]|1[0-2])(?:[/-](?:\d{4}|\d{2}))?")
_ITEM = re.compile(r"<[^>]*>\??|\S+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MEASURE = re.compile(r"\d+(?:[.,]\d+)*(?:k|kg|g|m|m2|km|ha|tr|cm|l|ml|t|đ|d|triệu|củ)")
_NUMBER_WORDS = frozenset(
    key_of(word)[0] for word in ["một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười", "vài", "dăm"]
)
# Typed without diacritics, these are more often another word (bà, nam, sau).
_NUMBER_WORDS_BARE = frozenset(["mot", "hai", "bon", "bay", "tam", "chin", "muoi", "vai"])


def _is_number(token: Token) -> bool:
    if _NUMBER.fullmatch(token.key):
        return True
    return token.bare in _NUMBER_WORDS_BARE if token.loose else token.key in _NUMBER_WORDS


def _is_name(token: Token) -> bool:
    return not token.sign and not token.opens and (token.shown[0].isupper() or token.shown[0].isdigit())


KINDS: Mapping[str, Callable[[Token], bool]] = {
    "số": _is_number,
    "tên": _is_name,
    "giờ": lambda token: bool(_HOUR.fullmatch(token.bare)),
    "ngày": lambda token: bool(_DAY.fullmatch(token.key)),
    "năm": lambda token: bool(_YEAR.fullmatch(token.key)),
    "đo": lambda token: bool(_MEASURE.fullmatch(token.key)),
    "từ": lambda token: not token.sign,
}
"""What a phrase may ask for: a number, a name (capital letter or figure), an hour, a day, a year, a measure, a word."""


class Span(NamedTuple):
    """Tokens ``first`` up to and without ``last`` said what ``label`` stands for."""

    label: str
    first: int
    last: int


@dataclass(slots=True, eq=False)
class _State:
    """What may come next: words (as written, or typed without diacritics), kinds of token, places in a clause."""

    exact: dict[str, list[_State]] = field(default_factory=dict)
    loose: dict[str, list[_State]] = field(default_factory=dict)
    kinds: dict[str, list[_State]] = field(default_factory=dict)
    unless: list[tuple[frozenset[str], _State]] = field(default_factory=list)
    free: list[_State] = field(default_factory=list)
    opening: list[_State] = field(default_factory=list)
    closing: list[_State] = field(default_factory=list)
    gap: list[_State] = field(default_factory=list)
    label: str | None = None


class Phrases:
    """Many labelled phrases in one automaton; they are found in one pass."""

    def __init__(self) -> None:
        self._start = _State()

    def add(self, label: str, phrases: Iterable[str], lists: Mapping[str, Sequence[str]]) -> None:
        """Add phrases that stand for a label.

        Parameters
        ----------
        label
            What `find` gives back for them.
        phrases
            In the language of ``rules/README.md``.
        lists
            Named lists of words that the phrases may use: ``{"người": ["bà con", "hội viên"]}`` for ``<người>``.

        Raises
        ------
        ValueError
            If a phrase names a list that is not there.
        """
        for phrase in phrases:
            state = self._start
            for item in _ITEM.findall(phrase):
                following = _State()
                if len(item) > 1 and item.endswith("?"):
                    state.free.append(following)
                    item = item.removesuffix("?")
                _link(state, item, following, lists)
                state = following
            state.label = label

    def find(self, tokens: Sequence[Token]) -> list[Span]:
        """Return every phrase that stands in the tokens, by where it begins; of one label at one place, the longest."""
        spans = []
        for first in range(len(tokens)):
            ends: dict[str, int] = {}
            _walk(self._start, tokens, first, ends)
            spans += [Span(label, first, last) for label, last in ends.items() if last > first]
        return spans


def _link(state: _State, item: str, following: _State, lists: Mapping[str, Sequence[str]]) -> None:
    places = {"^": state.opening, "$": state.closing, "…": state.gap}
    if item in places:
        places[item].append(following)
    elif item.startswith("<!"):
        state.unless.append((frozenset(key_of(word)[1] for word in _listed(item[2:-1], lists)), following))
    elif item.startswith("<") and item[1:-1] in KINDS:
        state.kinds.setdefault(item[1:-1], []).append(following)
    elif item.startswith("<"):
        for words in _listed(item[1:-1], lists):
            _link_words(state, words.split(), following)
    else:
        for option in item.split("/"):
            _link_words(state, option.split("_"), following)


def _listed(name: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
    if name not in lists:
        raise ValueError(f"Bộ quy tắc gợi ý nhắc tới danh sách <{name}> nhưng không có danh sách ấy.")
    return [str(words) for words in lists[name]]


def _link_words(state: _State, words: Sequence[str], following: _State) -> None:
    for left, word in enumerate(words, 1 - len(words)):
        strict = word.startswith("=")
        key, bare = key_of(word.removeprefix("="))
        target = following if left == 0 else _State()
        state.exact.setdefault(key, []).append(target)
        if not strict or key == bare:
            state.loose.setdefault(bare, []).append(target)
        state = target


def _walk(state: _State, tokens: Sequence[Token], at: int, ends: dict[str, int]) -> None:
    """Follow every way from a state at a token, and note in `ends` where each label ends, the furthest."""
    if state.label is not None and ends.get(state.label, 0) < at:
        ends[state.label] = at
    for following in state.free:
        _walk(following, tokens, at, ends)
    token = tokens[at] if at < len(tokens) else None
    if state.closing and (token is None or token.sign):
        for following in state.closing:
            _walk(following, tokens, at, ends)
    if token is None:
        return
    # A word typed without diacritics meets every word that is the same without them.
    known = state.loose.get(token.bare, []) if token.loose else []
    for following in known or state.exact.get(token.key, []):
        _walk(following, tokens, at + 1, ends)
    if token.sign:
        return
    if token.opens:
        for following in state.opening:
            _walk(following, tokens, at, ends)
    for kind, followings in state.kinds.items():
        if KINDS[kind](token):
            for following in followings:
                _walk(following, tokens, at + 1, ends)
    for words, following in state.unless:
        if token.bare not in words:
            _walk(following, tokens, at + 1, ends)
    for following in state.gap:
        for further in range(at, min(at + _GAP, len(tokens)) + 1):
            _walk(following, tokens, further, ends)
            if further == len(tokens) or tokens[further].sign:
                break
