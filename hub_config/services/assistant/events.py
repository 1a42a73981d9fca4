"""Server-sent events, as a provider sends them and as learners get them."""

from __future__ import annotations

from typing import Any

import orjson

from hub_config.services.assistant.errors import AssistantError

DONE = b"data: [DONE]\n\n"
END = b"\n\n"
"""Completes a last event that came whole but for the empty line after it."""
_LONGEST_EVENT = 1_000_000  # bytes


def event(data: dict[str, Any]) -> bytes:
    """Return one event that carries JSON."""
    return b"data: %b\n\n" % orjson.dumps(data)


class EventReader:
    """Cuts a stream of bytes into events, wherever its pieces begin and end."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the data of every event that is complete now.

        Raises
        ------
        AssistantError
            ``upstream_bad`` for an event without end.
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > _LONGEST_EVENT or sum(map(len, self._data)) > _LONGEST_EVENT:
            raise AssistantError("upstream_bad")
        complete = []
        for line in lines:
            line = line.removesuffix(b"\r")
            if line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" "))
            elif not line and self._data:
                complete.append(b"\n".join(self._data))
                self._data = []
        return complete
