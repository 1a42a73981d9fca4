"""Law cards: what a lesson may say of a law, by which document, and until when that has to be checked again."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("law_cards.yml")


@dataclass(frozen=True, kw_only=True)
class LawCard:
    """One thing that a law says.

    Attributes
    ----------
    says
        In one plain sentence, Vietnamese.
    document
        Its name and number.
    checked, again
        When it was last compared with the document, and before when that has to be done again.
    source
        The section of ``facts.md`` it comes from.
    in_force, issued
        From when it holds; of a letter, which has no such day, when it was issued.
    until
        The last day on which it holds, if that is known.
    """

    id: str
    says: str
    document: str
    checked: date
    again: date
    source: str
    in_force: date | None = None
    issued: date | None = None
    until: date | None = None

    @property
    def markdown(self) -> str:
        """The card as a learner reads it."""
        since = f"hiệu lực từ {_day(self.in_force)}" if self.in_force else f"ngày {_day(self.issued)}"
        if self.until:
            since += f" đến hết {_day(self.until)}"
        return (
            f"**Thẻ luật.** {self.says}\n\n*Nguồn: {self.document}, {since}. "
            f"Đã kiểm {_day(self.checked)}, kiểm lại trước {_day(self.again)}.*"
        )

    def problem(self, today: date) -> str:
        """Say why the card must not be shown on a day; empty when it may."""
        if self.in_force and today < self.in_force:
            return f"thẻ luật “{self.id}” chưa có hiệu lực (từ {_day(self.in_force)})"
        if self.until and today > self.until:
            return f"thẻ luật “{self.id}” đã hết hiệu lực từ sau {_day(self.until)}"
        if today >= self.again:
            return f"thẻ luật “{self.id}” quá hạn kiểm lại ({_day(self.again)}); đối chiếu văn bản gốc rồi ghi ngày mới"
        return ""


@cache
def load_law_cards() -> dict[str, LawCard]:
    """Return all cards by id.

    Raises
    ------
    ValueError
        When a card lacks the day from which it holds, or its days are out of order.
    """
    data = yaml.safe_load(unicodedata.normalize("NFC", _FILE.read_text("utf-8")))
    cards = {id: LawCard(id=id, **card) for id, card in data.items()}
    for card in cards.values():
        if (card.in_force is None) == (card.issued is None):
            raise ValueError(f"{_FILE.name}: {card.id} cần một trong hai: in_force hoặc issued")
        if not card.checked < card.again:
            raise ValueError(f"{_FILE.name}: {card.id} có ngày kiểm lại không sau ngày kiểm")
    return cards


def law_card(id: str) -> LawCard:
    """Return a card.

    Raises
    ------
    ValueError
        When there is none of this id; the message lists those that there are.
    """
    cards = load_law_cards()
    if id not in cards:
        raise ValueError(f"Không có thẻ luật {id!r}. Có: {', '.join(sorted(cards))}.")
    return cards[id]


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
