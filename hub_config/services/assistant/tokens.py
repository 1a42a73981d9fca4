"""How many tokens a text is, about: for what the provider does not count for us."""

from __future__ import annotations

from collections.abc import Iterable

# Vietnamese takes 3 to 4 bytes of UTF-8 a token in the vocabularies of current models; a message adds a few of its own.
_BYTES_A_TOKEN = 3.5
_PER_MESSAGE = 4


def tokens_of(text: str) -> int:
    """Estimate the tokens of a text."""
    return -(-int(len(text.encode("utf-8", "surrogatepass")) * 2) // int(_BYTES_A_TOKEN * 2))


def prompt_tokens_of(texts: Iterable[str]) -> int:
    """Estimate the tokens of a conversation."""
    return sum(tokens_of(text) + _PER_MESSAGE for text in texts)
