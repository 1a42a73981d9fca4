"""The settings of the assistant: which AI answers, how much each may use, what the privacy shield does.

They stand below ``assistant:`` in ``settings.yml``, or, as YAML or JSON, in the environment variable
``BDHAI_ASSISTANT``. The provider's key is not among them: see `read_key`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

KEY_VARIABLE = "BDHAI_ASSISTANT_KEY"
"""Environment variable with the provider's key, read where the hub (or the service alone) starts."""

Action = Literal["mask", "stop", "allow"]
Kind = Literal["cccd", "phone", "email", "bank_account", "tax_code", "birth_date", "plate", "name", "address"]
KINDS: tuple[Kind, ...] = (
    *("cccd", "phone", "email", "bank_account", "tax_code", "birth_date", "plate"),
    *("name", "address"),
)


class KeyRefused(Exception):
    """The key cannot be used as it lies; the message is one Vietnamese line for the operator, without the key."""


class AssistantSettings(BaseModel):
    """What an operator may choose about the assistant.

    Attributes
    ----------
    base_url : str, optional
        Address of an OpenAI-compatible provider, up to and with ``/v1``. Without it replies written beforehand answer.
    name : str
        Name shown to learners as the one who answers.
    models : tuple of str
        Models that learners may use; the first is the usual one. Needed with ``base_url``.
    embedding_model, transcription_model : str, optional
        The provider's models for ``/v1/embeddings`` (without it they are made on the hub) and for
        ``/v1/audio/transcriptions`` (without it there are none).
    key_file : Path, optional
        File with the provider's key, readable by its owner only; ``assistant-key.txt`` in the state folder by default.
    max_prompt_tokens, max_answer_tokens : int
        How long a conversation may be that is sent, and an answer.
    max_tokens_field : {"auto", "max_tokens", "max_completion_tokens"}
        By which name the provider takes the limit of an answer; ``auto`` knows OpenAI's own.
    stream_usage : bool
        Ask the provider to say at the end of a stream how many tokens it used; false for one that refuses the question.
    connect_seconds, silence_seconds, answer_seconds : float
        How long to wait for a connection, for the next word, and for a whole answer.
    tokens_a_day, requests_a_day, at_once : int
        What one learner may use in a day, and how many questions at the same time; 0 is no limit.
    class_tokens_a_month : int
        What one class may use in a month; 0 is no limit.
    shield : dict
        What happens with personal data, by kind: ``mask``, ``stop`` or ``allow``; kinds left out are masked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str | None = None
    name: str = Field(default="Trợ lý AI", min_length=1, max_length=80)
    models: tuple[str, ...] = ()
    embedding_model: str | None = None
    transcription_model: str | None = None
    key_file: Path | None = None
    max_prompt_tokens: int = Field(default=12_000, ge=100)
    max_answer_tokens: int = Field(default=2_000, ge=16)
    max_tokens_field: Literal["auto", "max_tokens", "max_completion_tokens"] = "auto"
    stream_usage: bool = True
    connect_seconds: float = Field(default=10, gt=0)
    silence_seconds: float = Field(default=60, gt=0)
    answer_seconds: float = Field(default=300, gt=0)
    tokens_a_day: int = Field(default=60_000, ge=0)
    requests_a_day: int = Field(default=200, ge=0)
    at_once: int = Field(default=2, ge=0)
    class_tokens_a_month: int = Field(default=10_000_000, ge=0)
    shield: dict[Kind, Action] = Field(default_factory=dict)

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise ValueError("not a plain http or https address")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _models_with_provider(self) -> AssistantSettings:
        if self.base_url and not self.models:
            raise ValueError("a provider needs models")
        return self

    @property
    def policy(self) -> dict[Kind, Action]:
        """What happens with every kind of personal data."""
        return {kind: self.shield.get(kind, "mask") for kind in KINDS}

    @property
    def tokens_field(self) -> str:
        """The name by which the provider takes the limit of an answer."""
        if self.max_tokens_field != "auto":
            return self.max_tokens_field
        own = urlsplit(self.base_url or "").hostname == "api.openai.com"
        return "max_completion_tokens" if own else "max_tokens"


def key_path(settings: AssistantSettings, state: Path) -> Path:
    """Return where the provider's key lies."""
    return settings.key_file.expanduser() if settings.key_file else state / "assistant-key.txt"


def handed_key_path(state: Path) -> Path:
    """Return where ``hub_config.start`` puts the key of its own environment for the service, while the hub runs."""
    return state / "hub" / "assistant-key"


def read_key(settings: AssistantSettings, state: Path, environ: Mapping[str, str] | None = None) -> str | None:
    """Read the provider's key: from the environment, from what the hub's start handed over, or from the key file.

    Returns
    -------
    str or None
        ``None`` where there is no key, as with a local server.

    Raises
    ------
    KeyRefused
        If the file can be read by others, cannot be read, or holds something that is no key.
    """
    environ = os.environ if environ is None else environ
    if key := environ.get(KEY_VARIABLE, "").strip():
        return _checked(key, KEY_VARIABLE)
    for file in (handed_key_path(state), key_path(settings, state)):
        try:
            mode = file.stat().st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise KeyRefused(f"Tệp khoá {file} người khác cũng đọc được. Hãy chạy: chmod 600 {file}")
            return _checked(file.read_text(encoding="utf-8").strip(), str(file))
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise KeyRefused(f"Không đọc được tệp khoá {file}.") from error
    if settings.key_file:
        raise KeyRefused(f"Không thấy tệp khoá {settings.key_file} (assistant.key_file).")
    return None


def hand_over_key(state: Path) -> None:
    """Move the key from this process's environment into a file of the hub's folder, readable by the owner only.

    JupyterHub writes a service's environment into its database, and everything that the hub starts would inherit it.
    """
    file = handed_key_path(state)
    take_back_key(state)
    if key := os.environ.pop(KEY_VARIABLE, "").strip():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(key)


def take_back_key(state: Path) -> None:
    """Remove what `hand_over_key` wrote."""
    handed_key_path(state).unlink(missing_ok=True)


def _checked(key: str, where: str) -> str:
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise KeyRefused(f"Khoá trong {where} không đúng dạng: cần đúng một dòng, không dấu cách.")
    return key
