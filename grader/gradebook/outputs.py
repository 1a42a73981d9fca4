"""Outputs of cells as formgrader and the feedback may show them: of a learner's, only what cannot be taken for HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader.preprocessors import LimitOutput

from grader.judge import Verdict

Output = dict[str, Any]

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
_limit = LimitOutput()


def text_result(text: str, count: int | None) -> Output:
    """Return a cell's value as plain text."""
    return {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}, "execution_count": count}


def verdict_outputs(verdict: Verdict, count: int) -> list[Output]:
    """Return what a test cell printed, and its points as nbgrader reads them."""
    if verdict.error is not None:
        lines = verdict.error.splitlines()
        return [{"output_type": "error", "ename": "TestError", "evalue": lines[-1], "traceback": lines}]
    printed = "".join(f"{reason}\n" for reason in verdict.reasons)
    outputs: list[Output] = [{"output_type": "stream", "name": "stdout", "text": printed}] if printed else []
    return [*outputs, text_result(f"{verdict.points:g}", count)]


def verdict_score(verdict: Verdict) -> float:
    """Return the score that nbgrader reads from these outputs."""
    return 0.0 if verdict.error is not None else float(f"{verdict.points:g}")


def safe_outputs(outputs: Iterable[Any], count: int) -> list[Output]:
    """Return a learner's outputs, cut down to text, errors and PNG pictures, and to nbgrader's limits of length.

    HTML, scripts, SVG and LaTeX run in a trainer's browser; text is escaped when it is shown, a picture is data.
    What is not an output at all is left out.
    """
    kept = [safe for output in outputs if isinstance(output, dict) and (safe := _safe(output, count))]
    if not kept:
        return []
    cell = from_dict({"cell_type": "code", "outputs": kept})
    _limit.preprocess_cell(cell, {}, 0)
    return _plain(cell.outputs)


def _safe(output: dict[str, Any], count: int) -> Output | None:
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return {"output_type": "stream", "name": name, "text": clean_text(output.get("text"))}
        case "error":
            trace = output.get("traceback")
            return {
                "output_type": "error",
                "ename": clean_text(output.get("ename")),
                "evalue": clean_text(output.get("evalue")),
                "traceback": [clean_text(line) for line in trace] if isinstance(trace, list) else [],
            }
        case "execute_result" | "display_data" as kind:
            given = output.get("data")
            data = _safe_data(given) if isinstance(given, dict) else {}
            if not data:
                return None
            shown = {"output_type": kind, "data": data, "metadata": {}}
            return shown | ({"execution_count": count} if kind == "execute_result" else {})
    return None


def _safe_data(given: dict[Any, Any]) -> dict[str, str]:
    data = {}
    if "text/plain" in given:
        data["text/plain"] = clean_text(given["text/plain"])
    # Checked, since nbconvert puts it into an attribute as it is.
    if (picture := given.get("image/png")) and _BASE64.fullmatch(joined := clean_text(picture)):
        data["image/png"] = joined
    return data


def clean_text(value: Any) -> str:
    """Return nbformat's text, which may be a list of lines, as one string that UTF-8 can hold."""
    text = "".join(part for part in value if isinstance(part, str)) if isinstance(value, list) else value
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else ""


def _plain(outputs: Iterable[NotebookNode]) -> list[Output]:
    return [
        {name: dict(value) if isinstance(value, NotebookNode) else value for name, value in output.items()}
        for output in outputs
    ]
