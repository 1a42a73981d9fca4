"""What a request has, and what could be added to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course.ai.coach._phrases import Span
from course.ai.coach._reading import Token, read
from course.ai.coach._rules import COMMON, PARTS, rules

_HEAD, _TAIL = 3_000, 1_000  # characters; a pasted document stands in the middle of what is asked


@dataclass(frozen=True)
class Found:
    """Words that show a part: the words as typed, and where they stand in the text that was given."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Advice:
    """What a request has and lacks; nothing about how good it is.

    Attributes
    ----------
    kind
        The kind of request, such as ``"hop"`` (notices, invitations); ``"chung"`` where it cannot be known.
    kind_title
        The same for learners: "Thông báo, lời mời".
    present
        By part that the request has: the words that show it, in the order they stand.
    matters
        The parts worth having in this kind of request, or those that were asked about.
    missing
        By part that matters and is not there: one line in Vietnamese about what could be added.
    """

    kind: str
    kind_title: str
    present: dict[str, tuple[Found, ...]]
    matters: tuple[str, ...]
    missing: dict[str, str]

    @property
    def complete(self) -> bool:
        """Whether no part that matters is missing."""
        return not self.missing

    @property
    def summary(self) -> str:
        """One line in Vietnamese, plain text: what there is and what could be added."""
        titles = rules().titles
        has = ", ".join(titles[part].lower() for part in self.matters if part in self.present)
        lacks = ", ".join(titles[part].lower() for part in self.missing)
        if not lacks:
            return "Yêu cầu đã đủ ý."
        return f"Đã có: {has}. Có thể thêm: {lacks}." if has else f"Có thể thêm: {lacks}."

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON values, each part with its title, in the order of `PARTS`."""
        titles = rules().titles
        return {
            "kind": self.kind,
            "kind_title": self.kind_title,
            "complete": self.complete,
            "summary": self.summary,
            "parts": [
                {
                    "part": part,
                    "title": titles[part],
                    "matters": part in self.matters,
                    "found": [vars(found) for found in self.present.get(part, ())],
                    "add": self.missing.get(part),
                }
                for part in PARTS
            ],
        }


def part_titles() -> dict[str, str]:
    """Return what each part is called for learners: ``{"vai": "Vai", "viec": "Việc", …}``."""
    return dict(rules().titles)


def coach(text: str, parts: Sequence[str] | None = None) -> Advice:
    """Say which parts a request has, and what could be added.

    Parameters
    ----------
    text
        A request to AI as a learner typed it: with or without diacritics, in NFC or NFD. Of a long one the
        first 3,000 and the last 1,000 characters are read: what is pasted in between is not the request.
    parts
        The parts to ask for (of `PARTS`); by default those that matter for this kind of request.

    Raises
    ------
    ValueError
        If `parts` names something else.
    """
    if parts is not None and (strange := set(parts) - set(PARTS)):
        raise ValueError(f"Không có phần nào tên là {', '.join(sorted(strange))}. Các phần là: {', '.join(PARTS)}.")
    known = rules()
    tokens = read(text, known.short, 0, _HEAD)
    if len(text) > _HEAD:
        tokens += read(text, known.short, max(_HEAD, len(text) - _TAIL), len(text))
    spans = known.phrases.find(tokens)
    present = {part: found for part in PARTS if (found := _found(part, spans, tokens, text))}
    kind = _kind(spans)
    matters = tuple(part for part in PARTS if part in (known.kinds[kind].matters if parts is None else parts))
    missing = {part: known.kinds[kind].add.get(part, known.add[part]) for part in matters if part not in present}
    return Advice(kind, known.kinds[kind].title, present, matters, missing)


def _found(part: str, spans: Sequence[Span], tokens: Sequence[Token], text: str) -> tuple[Found, ...]:
    """Return the words that show a part: without those that only look like it, each place once, the longest."""
    refused = [span for span in spans if span.label == f"not {part}"]
    kept: list[Span] = []
    for span in sorted((span for span in spans if span.label == part), key=lambda span: (span.first, -span.last)):
        if any(other.first < span.last and span.first < other.last for other in refused):
            continue
        if not kept or span.first >= kept[-1].last:
            kept.append(span)
    ends = [(tokens[span.first].start, tokens[span.last - 1].end) for span in kept]
    return tuple(Found(text[start:end], start, end) for start, end in ends)


def _kind(spans: Sequence[Span]) -> str:
    order = list(rules().kinds)
    telling = [(span.first, order.index(name)) for span in spans if (name := span.label.removeprefix("kind ")) in order]
    return order[min(telling)[1]] if telling else COMMON
