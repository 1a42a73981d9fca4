"""Dates and numbers as Vietnamese people write them: dd/mm/yyyy, 1.234,5."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def number(value: float) -> str:
    """Write a number with at most two decimals: ``1234.5`` becomes ``1.234,5``."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def day(moment: datetime) -> str:
    """Write a day in Vietnam's time: ``24/11/2026``."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y")


def day_and_time(moment: datetime) -> str:
    """Write a moment in Vietnam's time: ``10:40 ngày 24/11/2026``."""
    return moment.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y")
