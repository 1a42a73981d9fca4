"""How well the privacy shield finds personal data, and how long it takes; on sentences kept apart from its rules."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from statistics import median
from typing import Any, NamedTuple, cast

import yaml

from course.ai.shield import KINDS, Finding, Kind, find
from grader.bench.coach import without_diacritics

_SPAN = re.compile(r"\{(\w+):([^{}]*)\}")


class Span(NamedTuple):
    """A labelled stretch of a message."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Message:
    """A message, whose it is, and where a person sees personal data in it."""

    who: str
    text: str
    spans: tuple[Span, ...]


@dataclass
class Score:
    """What was labelled and found of one kind."""

    labelled: int = 0
    hit: int = 0
    found: int = 0
    false: int = 0

    @property
    def recall(self) -> float:
        """Share of the labelled spans that were found whole; 1.0 where there were none."""
        return round(self.hit / self.labelled, 3) if self.labelled else 1.0


def labelled(name: str = "held_out") -> list[Message]:
    """Read a labelled set: ``held_out`` or ``development``.

    Raises
    ------
    ValueError
        For a label that is no kind.
    """
    groups = yaml.safe_load((files("grader.bench") / "data" / "shield" / f"{name}.yml").read_text("utf-8"))
    return [message(line, who) for who, lines in groups.items() for line in lines.splitlines() if line.strip()]


def message(line: str, who: str = "") -> Message:
    """Read one labelled line."""
    line = line.strip().replace(r"\n", "\n").replace(r"\t", "\t")
    text, spans, at = "", [], 0
    for match in _SPAN.finditer(line):
        if match[1] not in KINDS:
            raise ValueError(f"no such kind: {match[0]}")
        text += line[at : match.start()]
        spans.append(Span(cast(Kind, match[1]), len(text), len(text) + len(match[2])))
        text += match[2]
        at = match.end()
    return Message(who, text + line[at:], tuple(spans))


def measure() -> dict[str, Any]:
    """Measure the shield on the held-out set.

    Returns
    -------
    dict
        ``shield_recall`` by kind (share of the labelled spans of which every letter and digit lies in findings of that
        kind), ``shield_false_alarms`` by kind (how many findings were of another kind than the label, lay where nothing
        is labelled, or reached more than two words beyond it), ``shield_found`` and ``shield_spans`` (how many findings
        and labels there were), ``shield_leaked`` by kind (share of the labels of which something was left that no
        finding of any kind covers), recall and false alarms ``…_without_diacritics`` (every message stripped of them),
        ``shield_messages``, ``shield_traps`` (messages without anything personal), ``shield_trap_alarms`` (how many of
        those were flagged) and ``shield_us_per_message`` (microseconds, median over the messages of the best of five).
    """
    messages = labelled()
    typed, leaks = scores(messages)
    bare, _ = scores(messages, without_diacritics)
    traps = [one for one in messages if not one.spans]
    return {
        "shield_messages": len(messages),
        "shield_traps": len(traps),
        "shield_trap_alarms": sum(bool(find(one.text)) for one in traps),
        "shield_spans": {kind: score.labelled for kind, score in typed.items()},
        "shield_found": {kind: score.found for kind, score in typed.items()},
        "shield_recall": {kind: score.recall for kind, score in typed.items()},
        "shield_false_alarms": {kind: score.false for kind, score in typed.items()},
        "shield_leaked": {kind: round(leaks[kind] / max(1, score.labelled), 3) for kind, score in typed.items()},
        "shield_recall_without_diacritics": {kind: score.recall for kind, score in bare.items()},
        "shield_false_alarms_without_diacritics": {kind: score.false for kind, score in bare.items()},
        "shield_us_per_message": round(median(_microseconds(one.text) for one in messages), 1),
    }


def scores(
    messages: Iterable[Message],
    changed: Callable[[str], str] = str,
    finder: Callable[[str], list[Finding]] = find,
) -> tuple[dict[Kind, Score], dict[Kind, int]]:
    """Return the scores by kind, and how many labelled spans leaked by kind.

    ``changed`` must keep the length of a text.
    """
    table = {kind: Score() for kind in KINDS}
    leaks = dict.fromkeys(KINDS, 0)
    for one in messages:
        findings = finder(changed(one.text))
        for span in one.spans:
            table[span.kind].labelled += 1
            table[span.kind].hit += covered(one.text, span, [it for it in findings if it.kind == span.kind])
            leaks[span.kind] += not covered(one.text, span, findings)
        for finding in findings:
            table[finding.kind].found += 1
            table[finding.kind].false += is_false(one, finding)
    return table, leaks


def covered(text: str, span: Span, findings: Iterable[Finding]) -> bool:
    """Tell whether every letter and digit of a span lies in a finding; a word of address before a name need not."""
    start = span.start
    if span.kind == "name":
        title = _TITLE.match(text, start, span.end)
        start = title.end() if title else start
    hidden = {place for finding in findings for place in range(finding.start, finding.end)}
    return all(place in hidden for place in range(start, span.end) if text[place].isalnum())


def is_false(one: Message, finding: Finding) -> bool:
    """Tell whether a finding is not what was labelled there."""
    spans = [span for span in one.spans if span.start < finding.end and finding.start < span.end]
    if not any(span.kind == finding.kind for span in spans):
        return True
    inside = {place for span in spans for place in range(span.start, span.end)}
    beyond = "".join(one.text[place] if place not in inside else " " for place in range(finding.start, finding.end))
    return len(beyond.split()) > 2


_TITLE = re.compile(
    r"(?:anh|chị|chi|ông|bà|cô|chú|bác|em|cháu|thầy|cụ|bạn|mẹ|đồng chí|đ/c|ms|K['’])\s(?=.)", re.IGNORECASE
)


def _microseconds(text: str) -> float:
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        find(text)
        best = min(best, time.perf_counter() - start)
    return best * 1e6
