"""Names of persons, by family names and by the words that stand before a name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from course.ai.shield._reading import Reading
from course.ai.shield._spot import Spot
from course.ai.shield._words import words

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LONGEST = 5  # words of a name
_DOUBT = 6


class _Token(NamedTuple):
    start: int
    end: int
    low: str  # small letters, with diacritics
    plain: str
    capital: bool
    shouted: bool  # all capitals


def find(reading: Reading) -> list[Spot]:
    """Return names, without the word of address before them."""
    return list(_Line(reading).names())


def beside(reading: Reading, spots: list[Spot]) -> Iterator[Spot]:
    """Return what stands as a name at the head of a line of a list: "1. Mẫu - 1966", "Mẫu, 0310…"."""
    for spot in spots:
        if spot.kind not in ("phone", "birth_date", "cccd", "bank_account"):
            continue
        start = max(0, spot.start - 60)
        match = _HEAD.search(reading.bare[start : spot.start])
        if match and (match.start() or not start):  # else the head of the line is further back
            yield Spot(start + match.start("name"), start + match.end("name"), "name", _DOUBT + 1)


_HEAD = re.compile(
    r"(?:^|\n|; )(?:- |\+ |\* |\d{1,3} ?[.)/:] ?)?(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]*){0,4})"
    r" ?[,;:\-/(|\t]{1,3} ?(?:(?:19|20)\d\d ?[,;|\t\-] ?)?(?:(?:sinh|nam|ngay|sn|dt|sdt|cccd)[ :.]{1,2}){0,2}$",
)


class _Line:
    """The words of a text, and which of them make names."""

    def __init__(self, reading: Reading) -> None:
        self._text = reading.clean
        self._tokens = [
            _Token(at, to, low, plain, word[0].isupper(), len(word) > 1 and word.isupper())
            for match in _WORD.finditer(reading.clean)
            for at, to, word in ((match.start(), match.end(), match[0]),)
            for low, plain in ((word.lower(), reading.plain[at:to]),)
        ]
        # Where nothing has diacritics, every list is read without them.
        self._is_bare = reading.clean.isascii()

    def names(self) -> Iterator[Spot]:
        at, last = 0, 0  # where to look, and how many words before it ended a name
        while at < len(self._tokens):
            length = self._name_at(at) or (self._joined(at) if at == last else 0)
            if length:
                yield Spot(self._tokens[at].start, self._tokens[at + length - 1].end, "name", _DOUBT)
                last = at + length + (self._joint(at + length) == "và")
            at += length or 1

    def _name_at(self, at: int) -> int:
        """Return how many words a name has that begins here; 0 if none does."""
        token = self._tokens[at]
        family = self._is(token, "families")
        if not token.capital:
            return self._small_name(at) if family else 0
        titled = self._is_titled(at)
        given = self._is(token, "givens")
        if not (family or given or titled or (at and self._label_before(at))):
            return 0
        if not family and self._is(token, "stops"):
            return 0
        run = self._run(at)
        if self._is_public(at, run) or self._is_of_a_place(at, titled):
            return 0
        if token.shouted and not all(self._tokens[at + step].shouted for step in range(run)):
            run = 1
        if given and not family and 1 < run < 4 and (self._is_listed(at, run) or self._label_before(at)):
            return run
        if family and run > 1:
            usual = self._tokens[at + 1].plain in words("middles").plain
            strong = self._is(token, "strong") and not (self._is_bare and token.plain in words("everyday").plain)
            if run > 2 and (usual or (strong and not token.shouted)):
                return run
            alone = run == 2 and strong
            if not token.shouted and (titled or self._label_before(at) or alone):
                return run
        if self._is(token, "offices") and run == 1:
            return 0
        if (
            run in (2, 3)
            and not token.shouted
            and not self._is(token, "titles")
            and all(self._is(one, "givens") for one in self._tokens[at : at + run])
        ):
            return run
        if token.shouted and run > 1 and not family:
            return run if self._label_before(at) == "form" else 0
        if (titled and not token.shouted) or self._label_before(at) == "form":
            return run
        return 0

    def _is_listed(self, at: int, run: int) -> bool:
        """Tell whether these words are one item of a list."""
        before = self._text[self._tokens[at].start - 2 : self._tokens[at].start] if at else ""
        end = self._tokens[at + run - 1].end
        return before in (": ", ", ", "; ") and (
            self._text[end : end + 1] in (",", ";", ".", "") or bool(self._joint(at + run))
        )

    def _joint(self, at: int) -> str:
        """Return the word here if it ties two names together."""
        return "và" if at < len(self._tokens) and self._tokens[at].low in ("và", "va", "với", "voi", "cùng") else ""

    def _joined(self, at: int) -> int:
        """Return the length of a name that is one because of the name before it: "Bảo Mẫu và Ngọc Mẫu"."""
        token, before = self._tokens[at], self._tokens[at - 1]
        if not token.capital or token.shouted:
            return 0
        run, between = self._run(at), self._text[before.end : token.start]
        if self._is_public(at, run) or self._is(token, "offices"):
            return 0
        if (between == " " and self._joint(at - 1)) or (between in (" - ", "-", " – ") and run == 1):
            return run
        return 0

    def _run(self, at: int) -> int:
        """Return how many capitalised words stand together from here on."""
        run = 1
        while at + run < len(self._tokens) and run < _LONGEST:
            token, last = self._tokens[at + run], self._tokens[at + run - 1]
            if run == 1 and token.low in ("văn", "thị") and self._is(self._tokens[at], "families"):
                following = self._tokens[at + 2] if at + 2 < len(self._tokens) else token
                if following.capital and self._together(at, 3):  # "Nguyễn thị Mẫu"
                    run = 2
                    continue
            if not token.capital or self._text[last.end : token.start] not in (" ", "  "):
                break
            if self._is(token, "stops") or (token.shouted and not self._tokens[at].shouted):
                break
            run += 1
        return run

    def _small_name(self, at: int) -> int:
        """Return the length of a name in small letters: "nguyen thi mau"."""
        token = self._tokens[at]
        if not self._is(token, "strong") and not self._label_before(at):
            return 0
        if at + 2 >= len(self._tokens) or not self._together(at, 3):
            return 0
        if self._tokens[at + 1].capital or self._tokens[at + 2].capital:
            return 0
        middle = self._tokens[at + 1].plain
        labelled = self._label_before(at) and self._is(token, "strong")
        cued = self._is_titled(at) or self._label_before(at)
        if self._is_bare and token.plain in words("everyday").plain and not cued:
            return 0
        if middle not in ("van", "thi") and not (labelled and middle in words("middles").plain):
            return 0
        if not self._is_bare and middle in ("van", "thi") and self._tokens[at + 1].low not in ("văn", "thị"):
            return 0
        longer = at + 3 < len(self._tokens) and self._tokens[at + 3].plain in words("givens").plain
        return 4 if longer and self._together(at, 4) else 3

    def _together(self, at: int, count: int) -> bool:
        tokens = self._tokens[at : at + count]
        return len(tokens) == count and all(
            self._text[one.end : two.start] == " " for one, two in itertools.pairwise(tokens)
        )

    def _is(self, token: _Token, name: str) -> bool:
        return token.plain in words(name).plain if self._is_bare else token.low in words(name).full

    def _is_titled(self, at: int) -> bool:
        """Tell whether a word of address stands right before."""
        if not at:
            return False
        title, token = self._tokens[at - 1], self._tokens[at]
        between = self._text[title.end : token.start]
        if between != " " and not (between in (". ", ".") and title.plain in _ABBREVIATIONS):
            return False
        if at > 1 and self._text[self._tokens[at - 2].end : title.start] in (" ", "/"):
            pair = f"{self._tokens[at - 2].low} {title.low}"
            plain = f"{self._tokens[at - 2].plain} {title.plain}"
            if self._is_bare and plain in words("untitled").plain:
                return False
            if pair in words("after").full or (self._is_bare and plain in words("after").plain):
                return True
            if self._tokens[at - 2].plain == "d" and title.plain == "c":
                return True
        if (self._is(title, "offices") and title.capital) or (self._is_bare and title.plain == "thang"):
            return False
        return (self._is(title, "titles") and not title.shouted) or title.plain in ("mr", "ms", "mrs")

    def _label_before(self, at: int) -> str:
        """Return "form" after a form's label, "self" after "tôi là", else nothing."""
        first = self._tokens[max(0, at - 4)].start if at else 0
        token = self._tokens[at]
        between = self._text[self._tokens[at - 1].end : token.start] if at else "\n"
        if len(between) > 3 or between.strip(" :-") or not between:
            return ""
        before = " ".join(one.plain for one in self._tokens[max(0, at - 4) : at])
        if "\n" in self._text[first : token.start]:
            before = before.rsplit("\n", 1)[-1]
        if _labels().search(before):
            return "form"
        return "self" if _SELF.search(before) else ""

    def _is_public(self, at: int, run: int) -> bool:
        """Tell whether this names a place, a public figure or a thing."""
        plains = [token.plain for token in self._tokens[at : at + 4]]
        titled = f"{self._tokens[at - 1].plain} {plains[0]}" if at else ""
        public = words("public").plain
        if self._is(self._tokens[at], "places") and {" ".join(plains[1:3]), " ".join(plains[1:4])} & public:
            return True
        if (
            (run == 1 and titled in public)
            or f"{titled} {' '.join(plains[1:2])}" in public
            or " ".join(plains[:4]) in public
            or " ".join(plains[:3]) in public
        ):
            return True
        return " ".join(plains[:2]) in public and not (run > 2 and self._is_titled(at))

    def _is_of_a_place(self, at: int, titled: bool) -> bool:
        """Tell whether the word before makes it the name of a road, a school, a firm."""
        if not at:
            return False
        before = self._tokens[at - 1]
        if self._text[before.end : self._tokens[at].start] != " " or (titled and before.low not in ("xóm", "thôn")):
            return False
        if titled:
            return not (at > 1 and self._tokens[at - 2].plain == "truong")
        if self._is_bare and before.plain in _UNSURE:
            return False
        return self._is(before, "places")


_ABBREVIATIONS = ("bs", "ts", "ths", "gs", "mr", "ms", "mrs", "dc", "c")
# Without diacritics these are also "hộ", "tờ", "bán", "đến", "cho"…
_UNSURE = ("ho", "to", "ban", "cho", "den", "hat", "quy", "hang", "doan", "hoa", "phan", "thi", "bai")
_SELF = re.compile(
    r"(?:^| )(?:(?:toi|em|minh|chau|con|ten|(?:bo|me|vo|chong|anh|chi|ong|ba|bac|thay|co|sep|trai|gai)"
    r"(?: em| toi| minh| chau)?) la|ten|chong toi|vo toi)$"
)


@cache
def _labels() -> re.Pattern[str]:
    return re.compile("(?:^| )(?:" + "|".join(words("labels").plain) + ")(?: la| ong| ba)?$")
