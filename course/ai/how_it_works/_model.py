"""A small language model, run in this process by llama.cpp."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

from course.ai.how_it_works._file import model_file, package
from course.ai.how_it_works._terms import Terms, TermsNotAccepted, terms_accepted

__all__ = ["LanguageModel", "NextPiece", "Terms", "TermsNotAccepted", "TooLong", "model"]

CONTEXT = 512
"""Pieces of text that the model sees at once."""
LONGEST = 500
"""Letters of a text to go on from."""
NOTHING_CUT = {"top_k": 0, "top_p": 1.0, "min_p": 0.0, "samplers": ["temperature"]}
"""Temperature alone: no piece is left out, so that the probabilities shown are the model's."""


class TooLong(Exception):
    """The text is empty or too long. The message is Vietnamese."""


@dataclass(frozen=True)
class NextPiece:
    """A piece of text that may come next.

    Attributes
    ----------
    text
        A word, a part of one, or a mark; it carries the blank before it.
    probability
        Between 0 and 1, of all pieces the model knows, after temperature.
    """

    text: str
    probability: float


class LanguageModel:
    """The model, loaded. It runs one request at a time.

    Raises
    ------
    NotInstalled, Broken
        As `model_file` says.
    """

    def __init__(self) -> None:
        path = model_file()
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = CONTEXT
        params.n_parallel = 1
        params.warmup = False
        params.verbosity = -1
        # One core is enough for so small a model, and leaves the others to the rest of a class.
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        # llama.cpp's server listens, on loopback: with a key that nobody has, since other users may be on this machine.
        params.api_keys = [secrets.token_urlsafe(32)]
        self._server = xllamacpp.Server(params)
        self._one = threading.Lock()

    def next_pieces(self, text: str, *, count: int = 8, temperature: float = 1.0) -> list[NextPiece]:
        """Return what may come after a text, the likeliest first.

        Parameters
        ----------
        text
            At most `LONGEST` letters.
        count
            How many pieces, 1 to 50.
        temperature
            Below 1 the likely become likelier, above 1 the unlikely do; 0.05 to 5.

        Raises
        ------
        TooLong
            When the text is empty or too long.
        """
        answer = self._complete(
            text,
            n_predict=1,
            n_probs=min(max(count, 1), 50),
            post_sampling_probs=True,
            temperature=min(max(temperature, 0.05), 5.0),
            seed=1,
        )
        [first] = answer["logprobs"]["content"]
        pieces = [NextPiece(one["token"], float(one["prob"])) for one in first["top_probs"]]
        return sorted(pieces, key=lambda one: one.probability, reverse=True)

    def go_on(self, text: str, *, pieces: int = 25, temperature: float = 0.8, seed: int = 1) -> str:
        """Return how the model goes on: fluent, and free to be false.

        Parameters
        ----------
        text
            At most `LONGEST` letters.
        pieces
            How many pieces to write, 1 to 60.
        temperature
            As in `next_pieces`.
        seed
            Another one rolls the dice anew.
        """
        answer = self._complete(
            text,
            n_predict=min(max(pieces, 1), 60),
            temperature=min(max(temperature, 0.05), 5.0),
            seed=seed,
        )
        return str(answer["text"])

    def _complete(self, text: str, **options: Any) -> dict[str, Any]:
        if not text.strip():
            raise TooLong("Hãy viết vài chữ để mô hình đoán tiếp.")
        if len(text) > LONGEST:
            raise TooLong(f"Câu này dài quá. Hãy viết dưới {LONGEST} chữ cái.")
        with self._one:
            answer = self._server.handle_completions({"prompt": text, "cache_prompt": True, **NOTHING_CUT, **options})
        if "error" in answer:
            raise TooLong("Câu này dài quá đối với mô hình nhỏ. Hãy viết ngắn lại.")
        return answer["choices"][0]


def model() -> LanguageModel:
    """Return the model, loaded at the first call (a few seconds, about 400 MB of memory).

    Raises
    ------
    NotInstalled
        When the extra is not installed.
    TermsNotAccepted
        When the learner has not accepted the terms yet.
    Broken
        When the file is not what it should be.
    """
    package()
    if not terms_accepted():
        raise TermsNotAccepted
    return _loaded()


@cache
def _loaded() -> LanguageModel:
    return LanguageModel()
