"""A lesson's texts by audience, from the sidecar ``NN-slug.yml`` that lies beside its notebook."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import yaml

from course.curriculum import load_curriculum

# The C parser where PyYAML was built with it: ten times as fast, and every lesson is read at every start.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Texts = dict[str, dict[str, Any]]
"""``{audience: {name: text, or a mapping of arguments}}``"""


class TextsError(Exception):
    """A sidecar cannot be used. The message is Vietnamese, for the lesson's writer."""


def read_texts(folder: Path, number: str) -> Texts:
    """Read the sidecar of lesson ``number`` (``01``) in a folder; a lesson without one has no variants.

    Raises
    ------
    TextsError
        When there are two, when it is not valid YAML, or when it names an audience that the curriculum does not have.
    """
    found = sorted(folder.glob(f"{number}-*.yml"))
    if not found:
        return {}
    if len(found) > 1:
        raise TextsError(f"Có hơn một tệp lời cho bài {number}: {', '.join(path.name for path in found)}.")
    [path] = found
    try:
        texts = yaml.load(unicodedata.normalize("NFC", path.read_text("utf-8")), Loader=_LOADER) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TextsError(f"{path.name} không đọc được: {error}") from error
    unknown = set(texts) - set(load_curriculum().audiences)
    if unknown:
        raise TextsError(f"{path.name} có nhóm lạ: {', '.join(sorted(unknown))}.")
    return texts


def by_audience(value: Any, audience: str) -> Any:
    """Pick an audience's own value where a value is given as a mapping from audience, otherwise return it as it is.

    Raises
    ------
    KeyError
        When the mapping is by audience but leaves this one out.
    """
    if isinstance(value, dict) and value and set(value) <= set(load_curriculum().audiences):
        return value[audience]
    return value
