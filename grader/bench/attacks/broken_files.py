"""Damage by notebooks that no editor would write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from grader.bench.attacks.attack import Attack, gains
from grader.bench.attacks.notebooks import as_text, filled
from grader.bench.attacks.ours import Ours
from grader.submitted_notebook import BadNotebook, without_outputs

_LARGE = 600_000  # characters


def _notebooks(ours: Ours, texts: Mapping[str, str]) -> str:
    """Hand in notebooks that no editor would write; each has to come to an end, with words for it.

    The service looks at them first; what it refuses is also put behind its back, unless it is too large to be worth it.
    """
    found = []
    for name, text in texts.items():
        try:
            text = without_outputs(text)
        except BadNotebook as refusal:
            if not str(refusal):
                found.append(f"{name}: refused without a word")
            if len(text) > _LARGE:
                continue
        try:
            tried = ours.hand_in(text)
        except UnicodeEncodeError:
            continue  # cannot even be written
        if tried.state not in ("graded", "refused", "set_aside") or tried.points:
            found.append(f"{name}: {tried.state}, {tried.points:g} points")
    return "; ".join(found)


def _classic_notebooks(ours: Ours, contents: Mapping[str, bytes]) -> str:
    found = []
    for name, content in contents.items():
        tried = ours.hand_in_files({"ps1.ipynb": content})
        if tried.state not in ("graded", "refused") or tried.points or (tried.state == "refused" and not tried.told):
            found.append(f"{name}: {tried.state}, {tried.points:g} points, told {tried.told!r}")
    return "; ".join(found)


def _with(ours: Ours, **cell: Any) -> str:
    notebook = filled(ours.blank, {})
    for one in notebook["cells"]:
        if one["metadata"].get("nbgrader", {}).get("solution"):
            one |= cell
    return json.dumps(notebook)


def _broken_json(ours: Ours) -> str:
    texts = {
        "no JSON": "{",
        "empty": "",
        "a list": "[]",
        "null": "null",
        "no cells": '{"nbformat": 4}',
        "cells a number": '{"cells": 5, "nbformat": 4}',
        "cells of null": '{"cells": [null, 3, "x"], "nbformat": 4}',
        "source a number": _with(ours, source=5),
        "source a mapping": _with(ours, source={"a": 1}),
        "source a list of lists": _with(ours, source=[["x"]]),
        "metadata null": _with(ours, metadata=None),
        "nbgrader a list": _with(ours, metadata={"nbgrader": []}),
        "grade_id a list": _with(ours, metadata={"nbgrader": {"grade_id": ["q1"], "solution": True}}),
        "grade_id a mapping": _with(ours, metadata={"nbgrader": {"grade_id": {"a": 1}}}),
        "id a mapping": _with(ours, id={"a": 1}, metadata={}),
        "cell_type null": _with(ours, cell_type=None),
        "half a character": _with(ours, source="x = '\ud800'"),
        "a null byte": _with(ours, source="x = '\0'"),
        "numbers that are none": '{"cells": NaN, "nbformat": Infinity}',
        "twenty thousand cells": json.dumps({"cells": [{"cell_type": "code", "source": "1", "metadata": {}}] * 20_000}),
        "a number of 10,000 digits": '{"cells": ' + "9" * 10_000 + "}",
    }
    classic = {name: text.encode("utf-8", "surrogatepass") for name, text in texts.items()}
    del classic["twenty thousand cells"]
    return gains(_notebooks(ours, texts), _classic_notebooks(ours, classic))


def _encodings(ours: Ours) -> str:
    text = as_text(filled(ours.blank, {"q1-code": "# xã Tân Cương"}))
    classic = as_text(filled(ours.classic_blank, {"tong": "# xã Tân Cương"}))
    wrong = {
        "UTF-16": classic.encode("utf-16"),
        "Latin": classic.replace("xã Tân Cương", "x\xe9").encode("latin-1", "replace"),
        "bytes": bytes(range(256)),
        "BOM": b"\xef\xbb\xbf" + classic.encode(),
        "half characters": classic.replace("Tân", "\ud800").encode("utf-8", "surrogatepass"),
    }
    return gains(_notebooks(ours, {"BOM": "\ufeff" + text}), _classic_notebooks(ours, wrong))


def _huge_cells(ours: Ours) -> str:
    huge = "x = '" + "y" * 3_000_000 + "'"
    texts = {
        "3 MB of text": as_text(filled(ours.blank, {"q1-code": huge})),
        "100,000 lines": as_text(filled(ours.blank, {"q1-code": "x = 1\n" * 100_000})),
    }
    return _notebooks(ours, texts)


def _deep(ours: Ours) -> str:
    deep_source = "x = " + "(" * 5_000 + ")" * 5_000
    texts = {
        "deep JSON": "[" * 200_000,
        "deep JSON, closed": '{"a":' * 100_000 + "1" + "}" * 100_000,
        "deep Python": as_text(filled(ours.blank, {"q1-code": deep_source})),
        "deep arithmetic": as_text(filled(ours.blank, {"q1-code": "x = " + "-" * 90_000 + "1"})),
        "deep answer": as_text(
            filled(ours.blank, {"q1-code": "x = []\nfor _ in range(100_000): x = [x]\nlesson.answer('q1', x)"})
        ),
    }
    return gains(_notebooks(ours, texts), _classic_notebooks(ours, {"deep JSON": b"[" * 200_000}))


CASES = [
    Attack("broken-json", "damage", "broken JSON", "hands in notebooks that are none, in twenty ways", _broken_json),
    Attack("wrong-encodings", "damage", "wrong encodings", "hands in UTF-16, Latin-1 and random bytes", _encodings),
    Attack("huge-cells", "damage", "huge cells", "hands in cells of megabytes", _huge_cells),
    Attack("deep-nesting", "damage", "deep nesting", "nests JSON, Python and an answer too deep to read", _deep),
]
