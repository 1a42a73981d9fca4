"""What feedback may not repeat: a hidden test that failed stands in its own traceback, and code may print it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters import strip_ansi
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.source_notebook import hidden_part

_SHORTEST = 6
"""Lines of fewer characters ("1", "else:") stand everywhere."""
_GONE = "…"


class HideHiddenTests(NbGraderPreprocessor):
    """Takes hidden tests out of outputs. It stands before nbgrader's ``ClearHiddenTests``, which clears the sources.

    In a classic assignment hidden tests run in one process with the answers: whoever means to can still send them out
    in disguise. Lessons in answers mode do not have that weakness.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Clean the outputs of every cell."""
        hidden = sorted({line for cell in nb.cells for line in _hidden_lines(cell.source)}, key=len, reverse=True)
        if hidden:
            pattern = re.compile("|".join(r"\s+".join(map(re.escape, line.split())) for line in hidden))
            for cell in nb.cells:
                for output in cell.get("outputs", []):
                    _clean(output, pattern)
        return nb, resources


def _hidden_lines(source: str) -> list[str]:
    return [line for part in hidden_part(source).splitlines() if len(line := part.strip()) >= _SHORTEST]


def _clean(output: NotebookNode, hidden: re.Pattern[str]) -> None:
    if output.output_type == "error":
        output.evalue = hidden.sub(_GONE, strip_ansi(output.evalue))
        # Colours stand between the words of a traceback's lines.
        if hidden.search(strip_ansi("\n".join(output.traceback))):
            output.traceback = [f"{output.ename}: {output.evalue}"]
    elif output.output_type == "stream":
        output.text = _cleaned(output.text, hidden)
    else:
        for kind, content in output.data.items():
            if isinstance(content, str):
                output.data[kind] = _cleaned(content, hidden)


def _cleaned(text: str, hidden: re.Pattern[str]) -> Any:
    plain = strip_ansi(text)
    if hidden.search(plain):
        return hidden.sub(_GONE, plain)
    # In HTML a test may stand escaped, or cut up by tags.
    bare = unescape(re.sub(r"<[^>]+>", "", plain))
    return hidden.sub(_GONE, bare) if hidden.search(bare) else text
