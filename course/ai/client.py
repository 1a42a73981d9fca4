"""The way to the assistant, for lessons and for learners' own code: the ``openai`` package's client, ready to use.

>>> from course.ai.client import MODEL, assistant
>>> reply = assistant().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Chào bạn"}])
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openai import OpenAI

MODEL = "tro-ly"
"""The name of whichever model is the usual one here; every assistant service knows it."""

URL_VARIABLE = "BDHAI_ASSISTANT_URL"
"""Environment variable with the address of the assistant service, up to and with ``/v1``."""

TOKEN_VARIABLE = "BDHAI_ASSISTANT_TOKEN"
"""Environment variable with the token of a self-learner's own service; on a hub the server's hub token is used."""

_SECONDS = 330.0  # a little more than the service itself waits for an answer


class NoAssistant(RuntimeError):
    """There is no assistant at this place; the message says in Vietnamese what can be done."""


def has_assistant() -> bool:
    """Tell whether `assistant` would find one."""
    return _service() is not None or bool(os.environ.get("OPENAI_API_KEY"))


def assistant(*, own_key: bool = False, **options: Any) -> OpenAI:
    """Return a client of the assistant.

    The assistant service comes first: it shields personal data and answers without a key too. One's own
    ``OPENAI_API_KEY`` (with ``OPENAI_BASE_URL``, if set) is used where there is no service, or when asked for.

    Parameters
    ----------
    own_key
        Go to the provider with one's own key, past the service. Nothing is masked then.
    **options
        For ``openai.OpenAI``, for example ``timeout``.

    Raises
    ------
    NoAssistant
        If there is neither a service nor a key.
    """
    from openai import DefaultHttpxClient, OpenAI

    service = None if own_key else _service()
    options = {"timeout": _SECONDS, "max_retries": 1, **options}
    if service:
        url, token = service
        # The service is reached directly, whatever proxy this machine uses for the internet.
        return OpenAI(base_url=url, api_key=token, http_client=DefaultHttpxClient(trust_env=False), **options)
    if os.environ.get("OPENAI_API_KEY"):
        return OpenAI(**options)
    raise NoAssistant(
        "Ở đây chưa có trợ lý AI. Trên máy mình, hãy mở bài bằng lệnh: bdhai learn. "
        "Hoặc đặt khoá của bạn vào biến OPENAI_API_KEY."
    )


def model(*, own_key: bool = False) -> str:
    """Return the name of the model to ask for: `MODEL` with a service, else the one that ``OPENAI_MODEL`` names.

    Raises
    ------
    NoAssistant
        If one's own key is used and no model is named.
    """
    if _service() and not own_key:
        return MODEL
    if name := os.environ.get("OPENAI_MODEL"):
        return name
    raise NoAssistant("Bạn dùng khoá của mình: hãy đặt tên mô hình AI vào biến OPENAI_MODEL.")


def _service() -> tuple[str, str] | None:
    """Return address and token of the service of this place."""
    url = os.environ.get(URL_VARIABLE)
    token = os.environ.get(TOKEN_VARIABLE) or os.environ.get("JUPYTERHUB_API_TOKEN")
    return (url, token) if url and token else None
