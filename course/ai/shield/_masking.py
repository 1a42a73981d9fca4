"""Placeholders instead of personal data, and the way back, also for an answer that comes in pieces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from course.ai.shield._find import Finding, find
from course.ai.shield._kinds import ACTIONS, KINDS, PLACEHOLDERS, Action, Kind


@dataclass(frozen=True)
class Shielded:
    """A text that may leave, as far as the rules see.

    Attributes
    ----------
    text : str
        The text with placeholders. What the policy stops is masked in it too, but it is not meant to be sent.
    findings : list of Finding
        All that was found, also what the policy allows.
    masks : dict
        Placeholder to what it stands for, with those that were ``known`` before.
    stopped : list of Finding
        What the policy stops. When it is not empty, nothing should leave.
    """

    text: str
    findings: list[Finding] = field(default_factory=list)
    masks: dict[str, str] = field(default_factory=dict)
    stopped: list[Finding] = field(default_factory=list)


def shield(
    text: str,
    policy: Mapping[Kind, Action] | None = None,
    known: Mapping[str, str] | Iterable[tuple[str, str]] = (),
) -> Shielded:
    """Mask what is personal in a text.

    A value gets one placeholder wherever it stands. The same number in another spelling gets the same count with a
    letter (``[SỐ ĐIỆN THOẠI 1B]``), so that putting back gives exactly what was typed. A placeholder that the text
    itself contains is never used for anything else.

    Parameters
    ----------
    text
        What is to be sent.
    policy
        What to do by kind: "mask", "stop" or "allow"; a kind that is not named is masked.
    known
        Placeholders given earlier in the conversation (``Shielded.masks``); their values keep them.

    Raises
    ------
    ValueError
        For an unknown kind or action in the policy.
    """
    policy = policy or {}
    for kind, action in policy.items():
        if kind not in KINDS or action not in ACTIONS:
            raise ValueError(f"no such policy: {kind!r}: {action!r}")
    findings = find(text)
    names = _Names(text, dict(known))
    pieces, at = [], 0
    stopped = []
    for finding in findings:
        action = policy.get(finding.kind, "mask")
        if action == "allow":
            continue
        if action == "stop":
            stopped.append(finding)
        pieces += [text[at : finding.start], names.of(finding)]
        at = finding.end
    return Shielded("".join([*pieces, text[at:]]), findings, names.masks, stopped)


def unmask(text: str, masks: Mapping[str, str]) -> str:
    """Put back what placeholders stand for; once, so a value that looks like a placeholder stays as it is."""
    if not masks:
        return text
    return re.sub(r"\[[^\[\]]{1,60}\]", lambda found: masks.get(found[0], found[0]), text)


class Unmasker:
    """Puts back what placeholders stand for in a text that comes in pieces.

    A placeholder may be cut anywhere: what could still become one is held back until it is decided.
    All pieces together are what `unmask` makes of the whole.

    Parameters
    ----------
    masks
        Placeholder to what it stands for.
    """

    def __init__(self, masks: Mapping[str, str]) -> None:
        self._masks = dict(masks)
        self._beginnings = {name[:length] for name in self._masks for length in range(1, len(name))}
        self._held = ""

    def feed(self, chunk: str) -> str:
        """Return what can be shown now."""
        text = self._held + chunk
        opened = text.rfind("[")
        cut = opened if opened >= 0 and text[opened:] in self._beginnings else len(text)
        self._held = text[cut:]
        return unmask(text[:cut], self._masks)

    def end(self) -> str:
        """Return what was still held back."""
        rest, self._held = self._held, ""
        return rest


class _Names:
    """The placeholders of one conversation."""

    def __init__(self, text: str, known: dict[str, str]) -> None:
        self.masks = known
        self._typed = set(re.findall(r"\[[^\[\]]{1,60}\]", text))
        self._of = {(kind, value): name for name, value in known.items() if (kind := _kind_of(name))}
        self._counts: dict[Kind, int] = {}
        self._families: dict[tuple[Kind, str], list[str]] = {}
        for (kind, value), name in self._of.items():
            self._families.setdefault((kind, _core(kind, value)), []).append(name)

    def of(self, finding: Finding) -> str:
        """Return the placeholder of a finding, a new one if its value has none."""
        key = (finding.kind, finding.text)
        if key not in self._of:
            family = self._families.setdefault((finding.kind, _core(*key)), [])
            name = self._variant(family) if family else self._next(finding.kind)
            family.append(name)
            self._of[key] = name
            self.masks[name] = finding.text
        return self._of[key]

    def _next(self, kind: Kind) -> str:
        while True:
            self._counts[kind] = count = self._counts.get(kind, 0) + 1
            if self._free(name := f"[{PLACEHOLDERS[kind]} {count}]"):
                return name

    def _variant(self, family: list[str]) -> str:
        """Return the name of a further spelling: 1B to 1Z, then 1B2 and so on."""
        count = len(family)
        while True:
            letter, turn = chr(ord("A") + count % 26), count // 26
            if count % 26 and self._free(name := f"{family[0][:-1]}{letter}{turn or ''}]"):
                return name
            count += 1

    def _free(self, name: str) -> bool:
        return name not in self.masks and name not in self._typed


def _kind_of(name: str) -> Kind | None:
    return next((kind for kind, label in PLACEHOLDERS.items() if name.startswith(f"[{label} ")), None)


def _core(kind: Kind, value: str) -> str:
    """Return what two spellings of one value have in common."""
    value = unicodedata.normalize("NFKC", value[:500])
    if kind in ("cccd", "phone", "bank_account", "tax_code"):
        digits = "".join(sign for sign in value if sign.isdigit())
        return re.sub(r"^(?:00)?840?(?=\d{9})", "0", digits) if kind == "phone" and digits else digits or value
    return " ".join(value.casefold().split())
