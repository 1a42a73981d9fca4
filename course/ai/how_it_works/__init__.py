"""See how a language model works: a small real model, run on this machine, says which piece of text it expects next.

It shows next-word probabilities, what temperature does to them, and how a model makes things up. It is never used to
help with a task. It is an extra: without it everything here says so in Vietnamese, and how to install it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from course.ai.how_it_works._file import INSTALL, Broken, NotInstalled, installed
from course.ai.how_it_works._model import LanguageModel, NextPiece, Terms, TermsNotAccepted, TooLong, model
from course.ai.how_it_works._terms import accept_terms, terms, terms_accepted

if TYPE_CHECKING:
    from course.ai.how_it_works.widget import NextWord

__all__ = [
    "INSTALL",
    "Broken",
    "LanguageModel",
    "NextPiece",
    "NotInstalled",
    "Terms",
    "TermsNotAccepted",
    "TooLong",
    "accept_terms",
    "installed",
    "model",
    "next_word",
    "terms",
    "terms_accepted",
]


def next_word(text: str = "Sáng nay mẹ em đi chợ mua") -> NextWord:
    """Return the widget that shows what the model expects after a text."""
    from course.ai.how_it_works.widget import NextWord

    return NextWord(text=text)
