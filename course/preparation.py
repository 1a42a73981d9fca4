"""How a lesson is built when no learner is there: for release, for judging, for running code in the sandbox."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from course.answers import AnswerRecord


@dataclass(frozen=True)
class Preparation:
    """See ``preparing``."""

    audience: str
    folder: Path
    record: AnswerRecord | None = None
    headless: bool = False
    data: Path | None = None


_preparation: ContextVar[Preparation | None] = ContextVar("preparation", default=None)


@contextlib.contextmanager
def preparing(
    audience: str,
    folder: Path,
    record: AnswerRecord | None = None,
    *,
    headless: bool = False,
    data: Path | None = None,
) -> Iterator[None]:
    """Within this block lessons are made for an audience, from a folder, and keep nothing.

    Parameters
    ----------
    folder
        Where the notebook lies.
    record
        The answers such lessons see; none by default.
    headless
        Make no widgets and read no texts: for the sandbox, where only what code hands over matters, and time does.
    data
        The folder below which ``data/…`` lies; the notebook's own by default.
    """
    token = _preparation.set(Preparation(audience, folder, record, headless, data))
    try:
        yield
    finally:
        _preparation.reset(token)


def current_preparation() -> Preparation | None:
    """Return how lessons are being prepared, ``None`` when a learner is there."""
    return _preparation.get()
