"""How a lesson's texts are written: composed letters, spelling, what is out of date, long sentences, rare words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.lesson_texts import LessonText, lesson_texts
from grader.spelling import allowed_words, is_syllable, misspelt, words_of

PLACEHOLDER = "VIẾT:"
"""Begins what the writer of a new lesson (``grader.new_lesson``) has to replace."""
LONG_SENTENCE = 25
"""Words; above it a sentence is hard to follow on a phone."""

_SENTENCE = re.compile(r"[^.!?…:;\n]+[.!?…:;]?")
_OUT_OF_DATE = re.compile(
    r"cấp huyện|tỉnh Bắc Kạn|(?:UBND|Ủy ban nhân dân|Uỷ ban nhân dân|Công an) huyện", re.IGNORECASE
)
_PAST = re.compile(
    r"\b(?:cũ|trước đây|trước kia|không còn|bỏ|từng|đã hết|ngày trước|sáp nhập|nhập vào)\b", re.IGNORECASE
)


def text_problems(source: Path, lesson: str) -> dict[str | None, list[str]]:
    """Return what is wrong with a lesson's texts, by audience (``None``: the notebook's own), in Vietnamese."""
    problems: dict[str | None, list[str]] = {None: _not_composed(source)}
    allowed = allowed_words(lesson)
    for text in lesson_texts(source):
        told = problems.setdefault(text.audience, [])
        if PLACEHOLDER in text.text:
            told.append(f"{text.where}: chưa viết, còn chữ “{PLACEHOLDER}”.")
            continue
        if wrong := misspelt(text.text, allowed):
            told.append(f"{text.where}: xem lại chính tả “{', '.join(wrong)}”.")
        told += [f"{text.where}: “{words}” đã hết từ 01/07/2025." for words in _out_of_date(text.text, allowed)]
    return problems


def _not_composed(source: Path) -> list[str]:
    files = [source, *source.parent.glob(f"{source.name[:2]}-*.yml")]
    return [
        f"{path.name} có chữ ở dạng tách dấu (NFD); lưu lại ở dạng NFC."
        for path in files
        if not unicodedata.is_normalized("NFC", path.read_text("utf-8"))
    ]


def _out_of_date(text: str, allowed: frozenset[str]) -> list[str]:
    """Return names of what no longer is, where no word of the sentence says that it is past."""
    found = []
    for sentence in re.split(r"(?<=[.!?…])\s+|\n", text):
        if not _PAST.search(sentence):
            found += [match[0] for match in _OUT_OF_DATE.finditer(sentence) if match[0].lower() not in allowed]
    return found


@dataclass(frozen=True)
class Wording:
    """What a writer may want to make easier, of one lesson."""

    lesson: str
    longest: str
    """The longest sentence."""
    longest_words: int
    where: str
    long_sentences: int
    """How many sentences are longer than ``LONG_SENTENCE`` words."""
    foreign: list[tuple[str, int]]
    """Words that are not Vietnamese, with how often they stand there, most often first."""
    rare: list[str]
    """Syllables that no other lesson has, and this one once."""


def wording(sources: Mapping[str, Path]) -> list[Wording]:
    """Describe the wording of lessons, given all lessons of the course to know what is rare.

    Parameters
    ----------
    sources
        Source notebooks by lesson key.
    """
    texts = {lesson: lesson_texts(source) for lesson, source in sources.items()}
    counts = {lesson: _count(found) for lesson, found in texts.items()}
    total: Counter[str] = sum(counts.values(), Counter())
    return [_wording(lesson, found, counts[lesson], total) for lesson, found in texts.items()]


def _wording(lesson: str, texts: list[LessonText], counts: Counter[str], total: Counter[str]) -> Wording:
    sentences = [
        (len(words_of(one)), one.strip(), text.where) for text in texts for one in _SENTENCE.findall(text.text)
    ]
    longest = max(sentences, default=(0, "", ""), key=lambda sentence: sentence[0])
    foreign = Counter({word: count for word, count in counts.items() if not is_syllable(word)})
    return Wording(
        lesson,
        longest[1],
        longest[0],
        longest[2],
        sum(words > LONG_SENTENCE for words, _, _ in sentences),
        foreign.most_common(),
        sorted(word for word, count in counts.items() if is_syllable(word) and total[word] == 1),
    )


def _count(texts: Iterable[LessonText]) -> Counter[str]:
    return Counter(part.lower() for text in texts for word in words_of(text.text) for part in word.split("-"))
