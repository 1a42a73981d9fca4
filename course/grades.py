"""What an answer earns: pure functions from an answer and what is expected to points and reasons.

They hold no key. What is right comes from the hidden part of a lesson's test cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from course.answers import ChoiceValue, DictationValue, MarkValue, OrderValue, TextValue, Value
from course.comparing import Fix, damaged_spans, occurs

NOT_ANSWERED = "Câu này chưa có câu trả lời."
ITEM_IS_GONE = "Câu này đã được thay bằng câu khác. Bạn mở lại bài và làm câu mới nhé."
Reasons = Mapping[Any, str]
AnyValue = TypeVar("AnyValue", bound=BaseModel)


@dataclass(frozen=True)
class Grade:
    """Points for one question and the reasons a learner reads.

    Its ``repr`` is the bare number of points, because stock nbgrader takes partial credit from the text of a test
    cell's result.
    """

    question: str
    points: float
    max_points: float
    reasons: list[str] = field(default_factory=list)

    @property
    def sign(self) -> Literal["right", "partly", "wrong"]:
        """How the result is drawn: all, some or none of the points."""
        if self.points >= self.max_points:
            return "right"
        return "partly" if self.points > 0 else "wrong"

    def __repr__(self) -> str:
        return f"{self.points:g}"


@dataclass(frozen=True)
class Share:
    """The part of a question's points that was earned, from 0 to 1, and what was missed or wrongly added, by name."""

    share: float
    missed: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def make_grade(
    question: str, points: float, share: Share, *, because: str = "", wrong: Reasons | None = None, hint: str = ""
) -> Grade:
    """Turn a share into points with reasons: why it is right, or what to look at for each thing missed."""
    if share.share >= 1:
        reasons = [because] if because else []
    else:
        by_name = {str(name): reason for name, reason in (wrong or {}).items()}
        reasons = [by_name[str(name)] for name in share.missed if str(name) in by_name] + share.notes
        if not reasons and hint:
            reasons = [hint]
    return Grade(question, round(points * share.share, 2), points, list(dict.fromkeys(reasons)))


def unanswered(question: str, points: float) -> Grade:
    """Return the grade of a question without an answer."""
    return Grade(question, 0, points, [NOT_ANSWERED])


def grade_choice(value: Value, wanted: str) -> Share:
    """One option: all or nothing."""
    picked = _demand(value, ChoiceValue).picked
    return Share(1) if picked == [wanted] else Share(0, picked)


def grade_choices(value: Value, wanted: Iterable[str]) -> Share:
    """Several options: hits less false alarms, over those wanted."""
    return _hits_less_false_alarms(set(_demand(value, ChoiceValue).picked), set(wanted))


def grade_marks(value: Value, wanted: Iterable[int | str]) -> Share:
    """Marked pieces: hits less false alarms, over those wanted."""
    return _hits_less_false_alarms(set(_demand(value, MarkValue).marked), {str(piece) for piece in wanted})


def grade_order(value: Value, wanted: Sequence[str]) -> Share:
    """Order: pairs in the right order, so that chance earns nothing (twice the share of right pairs, less one)."""
    order = _demand(value, OrderValue).order
    if sorted(order) != sorted(wanted):
        return Share(0)
    place = {item: position for position, item in enumerate(order)}
    pairs = list(combinations(wanted, 2))
    right = sum(place[first] < place[second] for first, second in pairs)
    return Share(max(0.0, 2 * right / len(pairs) - 1))


def grade_parts(value: Value, parts: Mapping[str, Iterable[str]]) -> Share:
    """Parts of a request: those found in the text, over all."""
    text = _text_of(value)
    missing = [name for name, signs in parts.items() if not any(occurs(sign, text) for sign in signs)]
    return Share(1 - len(missing) / len(parts), missing, [])


def grade_fixes(value: Value, fixes: Iterable[Mapping[str, Any]], recorded: str | None) -> Share:
    """Correct a text: fixes made, less one for each run of words damaged elsewhere, over all fixes.

    Parameters
    ----------
    recorded
        The transcript the learner began from; ``None`` when it is not known, or for free dictation.
    """
    text = _text_of(value)
    wanted = [Fix.from_mapping(dict(fix)) for fix in fixes]
    missed = [fix for fix in wanted if not fix.made_in(text)]
    spoken = isinstance(value, DictationValue) and value.spoken
    damage = 0 if spoken or recorded is None else damaged_spans(recorded, text, wanted)
    notes = [fix.why for fix in missed if fix.why]
    if damage:
        notes.append("Có chỗ vốn đã đúng bị mất hoặc bị đổi. Chỉ sửa chỗ sai, chỗ đúng giữ nguyên.")
    return Share(max(0.0, (len(wanted) - len(missed) - damage) / len(wanted)), [], notes)


def _hits_less_false_alarms(given: set[str], wanted: set[str]) -> Share:
    missed, extra = wanted - given, given - wanted
    share = max(0.0, (len(given & wanted) - len(extra)) / len(wanted))
    return Share(share, sorted(missed | extra, key=lambda name: (len(name), name)))


def _demand(value: Value, kind: type[AnyValue]) -> AnyValue:
    if not isinstance(value, kind):
        raise TypeError(f"This question cannot be answered by a {value.kind}")
    return value


def _text_of(value: Value) -> str:
    return value.text if isinstance(value, DictationValue) else _demand(value, TextValue).text
