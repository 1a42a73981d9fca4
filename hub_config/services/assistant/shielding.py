"""The privacy shield around a whole request: nothing personal leaves that the operator does not allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hub_config.assistant_settings import Action, Kind
from hub_config.services.assistant.errors import AssistantError

# Names and numbers that tie a conversation together; a learner writes nothing there.
_NOT_TEXT = {"role", "type", "id", "tool_call_id"}
# Stands between the texts of one conversation, so that the shield sees all at once and gives a value one placeholder.
_BETWEEN = "\n\x1e\n"


@dataclass(frozen=True)
class Masked:
    """A request without the personal data that the policy keeps back.

    Attributes
    ----------
    value : Any
        The JSON that may leave.
    masks : dict
        Placeholder to what it stands for.
    shown : list of dict
        ``kind``, ``label`` and ``placeholder`` of each, for the learner; without what it stands for.
    """

    value: Any
    masks: dict[str, str] = field(default_factory=dict)
    shown: list[dict[str, str]] = field(default_factory=list)


def mask(value: Any, policy: Mapping[Kind, Action]) -> Masked:
    """Mask every text in a JSON value.

    Raises
    ------
    AssistantError
        ``personal_data`` when there is something that the policy stops; it names kinds, never values.
    """
    from course.ai.shield import LABELS, shield

    texts: list[str] = []

    def note(text: str) -> str:
        texts.append(text.replace("\x1e", " "))
        return text

    _walk(value, note)
    if not texts:
        return Masked(value)
    result = shield(_BETWEEN.join(texts), policy)
    if result.stopped:
        kinds = list(dict.fromkeys(finding.kind for finding in result.stopped))
        named = ", ".join(LABELS[kind] for kind in kinds)
        message = f"Câu này có {named} nên chưa gửi đi. Hãy bỏ phần đó, hoặc viết chung chung, rồi gửi lại."
        raise AssistantError("personal_data", message, param="messages", extra={"kinds": kinds})
    if not result.masks:
        return Masked(value)
    parts = iter(result.text.split(_BETWEEN))
    masked = _walk(value, lambda _text: next(parts))
    if next(parts, None) is not None:
        raise RuntimeError("the shield changed what stands between texts")
    # By what stands in front of the count: two kinds may have found the same words in two places.
    by_label = {label.upper(): kind for kind, label in LABELS.items()}
    shown = []
    for placeholder in result.masks:
        kind = by_label[placeholder[1:].rpartition(" ")[0]]
        shown.append({"kind": kind, "label": LABELS[kind], "placeholder": placeholder})
    return Masked(masked, dict(result.masks), shown)


def unmask(value: Any, masks: Mapping[str, str]) -> Any:
    """Put back, in every text of a JSON value, what placeholders stand for."""
    if not masks:
        return value
    from course.ai.shield import unmask as put_back

    return _walk(value, partial(_put_back, put_back, masks))


def _put_back(put_back: Callable[[str, dict[str, str]], str], masks: Mapping[str, str], text: str) -> str:
    return put_back(text, dict(masks))


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with every text changed, in a fixed order."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_walk(item, change) for item in value]
    if isinstance(value, dict):
        return {key: item if key in _NOT_TEXT else _walk(item, change) for key, item in value.items()}
    return value
