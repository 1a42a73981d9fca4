"""Read what came out of the sandbox: every byte of it may come from someone who wants to break the reader."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import orjson

_DEEPEST = 60
_QUESTION = re.compile(r"[qp]\d{1,2}|today")


@dataclass
class Received:
    """What the lines of one run said, as far as they made sense.

    Attributes
    ----------
    end
        How the run says that it ended; empty when it never came to its end.
    broken
        What went wrong before the learner's code began.
    """

    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    end: str = ""
    broken: str = ""


def read_results(data: bytes, cells: Collection[str]) -> Received:
    """Take in the lines of a run.

    Parameters
    ----------
    data
        All that came through its pipe; the last line may be cut off.
    cells
        Ids of the cells that were to run; outputs of others are left out.
    """
    received = Received()
    for raw in data.split(b"\n"):
        line = _parse(raw)
        if line is None:
            continue
        if isinstance(line.get("cell"), str) and line["cell"] in cells and isinstance(line.get("outputs"), list):
            received.outputs[line["cell"]] = [kept for output in line["outputs"] if (kept := clean_output(output))]
        answers = line.get("answers")
        if isinstance(answers, dict):
            received.answers |= {
                id: value for id, value in answers.items() if _QUESTION.fullmatch(id) and isinstance(value, dict)
            }
        if isinstance(line.get("end"), str):
            received.end = line["end"]
        if isinstance(line.get("broken"), str):
            received.broken = line["broken"]
    return received


def clean_output(output: Any) -> dict[str, Any] | None:
    """Return an output with exactly the fields that nbformat 4 gives its kind, or None when it is not one."""
    if not isinstance(output, dict):
        return None
    match output.get("output_type"):
        case "stream":
            if output.get("name") in ("stdout", "stderr") and isinstance(output.get("text"), str):
                return {"output_type": "stream", "name": output["name"], "text": output["text"]}
        case "error":
            traceback = output.get("traceback")
            texts = (
                output.get("ename"),
                output.get("evalue"),
                *(traceback if isinstance(traceback, list) else (None,)),
            )
            if all(isinstance(text, str) for text in texts):
                return {"output_type": "error", "ename": texts[0], "evalue": texts[1], "traceback": list(texts[2:])}
        case "display_data" | "execute_result" as kind:
            data, metadata = output.get("data"), output.get("metadata")
            if not isinstance(data, dict) or not isinstance(metadata, dict):
                return None
            if not all(_fits(mime, value) for mime, value in data.items()):
                return None
            kept = {"output_type": kind, "data": data, "metadata": metadata}
            if kind == "execute_result":
                count = output.get("execution_count")
                kept["execution_count"] = count if type(count) is int and 0 <= count < 1_000_000 else None
            return kept
    return None


def _fits(mime: str, value: Any) -> bool:
    """Tell whether a value may stand under a MIME type: text, or anything where the type is JSON."""
    if mime.endswith(("/json", "+json")):
        return True
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(part, str) for part in value))


def _parse(raw: bytes) -> dict[str, Any] | None:
    if not raw.startswith(b"{") or (raw.count(b"[") + raw.count(b"{") > _DEEPEST and _depth(raw) > _DEEPEST):
        return None
    try:
        line = orjson.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]')


def _depth(raw: bytes) -> int:
    """How deep brackets are nested, those in strings left out."""
    depth = deepest = 0
    for token in _BRACKETS.findall(raw):
        if token in (b"[", b"{"):
            depth += 1
            if depth > deepest:
                deepest = depth
                if deepest > _DEEPEST:
                    break
        elif token in (b"]", b"}"):
            depth -= 1
    return deepest
