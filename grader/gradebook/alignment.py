"""A learner's own notebook, aligned to the source as nbgrader does: theirs to change are the solution cells only."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat import from_dict
from nbgrader.utils import compute_checksum

from course.answers import AnswerRecord
from grader.gradebook.assignment import GradebookNotebook
from grader.gradebook.outputs import Output, clean_text, safe_outputs
from grader.gradebook.template import Cell, LessonTemplate, TemplateCell, without_markers
from grader.judge import Verdict

NO_RESPONSE = "No response."
"""nbgrader's words for a solution cell that was left as released."""
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass
class LearnerCell:
    """A cell as a learner handed it in; all of it is the learner's word."""

    id: str
    cell_type: str
    source: str
    grade_id: str | None


@dataclass(frozen=True)
class Aligned:
    """A learner's notebook fit to be shown, and how the learner's own cells count.

    Attributes
    ----------
    responses
        By solution cell that is there: whether it differs from what was released.
    """

    cells: list[Cell]
    responses: dict[str, bool] = field(default_factory=dict)


def read_cells(text: str) -> list[LearnerCell]:
    """Read a notebook that may be broken in any way; a cell that is none is left out."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        return []
    given = notebook.get("cells") if isinstance(notebook, dict) else None
    cells = given if isinstance(given, list) else []
    return [_read_cell(cell, number) for number, cell in enumerate(cells) if isinstance(cell, dict)]


def _read_cell(cell: dict[str, Any], number: int) -> LearnerCell:
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    kind = cell.get("cell_type")
    return LearnerCell(
        id=clean_text(cell.get("id")) or f"them-{number}",  # as produce calls a cell without an id
        cell_type=kind if kind in ("code", "markdown") else "raw",
        source=clean_text(cell.get("source")),
        grade_id=grade_id if isinstance(grade_id, str) else None,
    )


def align(
    template: LessonTemplate,
    released: GradebookNotebook,
    learner: Sequence[LearnerCell],
    record: AnswerRecord,
    verdicts: Mapping[str, Verdict],
    outputs: Mapping[str, Sequence[Output]],
) -> Aligned:
    """Put a learner's solution cells and further cells between the source's locked cells.

    Locked cells are the source's, hidden tests included, whatever became of them; one that was deleted stands after
    the cell before it, so that its points can be seen. Of a cell that is there twice the last counts, as in nbgrader.
    A solution cell that was deleted stays away.
    """
    placed = _place(template, learner)
    trusted = template.markdown | {one.source for one in released.sources.values() if one.cell_type == "markdown"}
    builder = _Builder(released, record, verdicts, outputs, trusted)
    for theirs, ours in placed:
        builder.add(theirs, ours)
    return Aligned(builder.cells, builder.responses)


Placed = tuple[LearnerCell | None, TemplateCell | None]


def _place(template: LessonTemplate, learner: Sequence[LearnerCell]) -> list[Placed]:
    """Pair the learner's cells with the source's, in the learner's order, deleted locked cells put back."""
    ours = {cell.grade_id: cell for cell in template.cells if cell.grade_id}
    chosen: dict[str, int] = {}
    for name_of in (lambda cell: cell.grade_id, lambda cell: cell.id):
        # A cell whose marks were taken away is still known by its id.
        found = {name: number for number, cell in enumerate(learner) if (name := name_of(cell)) in ours}
        chosen = {**{name: number for name, number in found.items() if number not in chosen.values()}, **chosen}
    by_number = {number: name for name, number in chosen.items()}
    placed: list[Placed] = [(cell, ours.get(by_number.get(number, ""))) for number, cell in enumerate(learner)]
    previous: TemplateCell | None = None
    for cell in template.cells:
        if cell.grade_id is None:
            continue
        if cell.locked and cell.grade_id not in chosen:
            after = next((number for number, (_, one) in enumerate(placed) if one is previous), -1) if previous else -1
            placed.insert(after + 1, (None, cell))
        elif cell.grade_id not in chosen:
            continue
        previous = cell
    return placed


@dataclass
class _Builder:
    released: GradebookNotebook
    record: AnswerRecord
    verdicts: Mapping[str, Verdict]
    outputs: Mapping[str, Sequence[Output]]
    trusted: set[str]
    cells: list[Cell] = field(default_factory=list)
    responses: dict[str, bool] = field(default_factory=dict)
    _count: int = 0
    _ids: set[str] = field(default_factory=set)

    def add(self, theirs: LearnerCell | None, ours: TemplateCell | None) -> None:
        if ours is not None and ours.locked:
            self._count += ours.cell["cell_type"] == "code"
            cell = ours.filled(self.record, self.verdicts, self._count)
            if cell["cell_type"] == "code" and not cell["outputs"]:
                cell = {**cell, "outputs": self._produced(theirs.id if theirs else "", ours.grade_id or "")}
            self._append(cell, ours.cell.get("id", ""))
        elif theirs is not None and ours is not None:
            self._append(self._solution(theirs, ours), ours.cell.get("id", ""))
        elif theirs is not None:
            self._append(self._own(theirs, {}, theirs.cell_type), theirs.id)

    def _solution(self, theirs: LearnerCell, ours: TemplateCell) -> Cell:
        name, metadata = str(ours.grade_id), ours.cell["metadata"]
        checksum = self.released.sources[name].checksum if name in self.released.sources else None
        as_given = from_dict({"cell_type": ours.cell["cell_type"], "source": theirs.source, "metadata": metadata})
        self.responses[name] = checksum is None or compute_checksum(as_given) != checksum
        return self._own(theirs, metadata, ours.cell["cell_type"])

    def _own(self, theirs: LearnerCell, metadata: Mapping[str, Any], cell_type: str) -> Cell:
        """Return a cell of the learner's: only its text, and outputs that we have from the sandbox."""
        source = without_markers(theirs.source)
        if cell_type == "code":
            self._count += 1
            name = metadata.get("nbgrader", {}).get("grade_id", "")
            outputs = self._produced(theirs.id, name)
            code = {"cell_type": "code", "execution_count": self._count, "metadata": dict(metadata)}
            return {**code, "outputs": outputs, "source": source}
        # Formgrader renders Markdown, in which HTML and formulas are live; only the author's own is shown so.
        shown = theirs.source if theirs.source in self.trusted else fenced(source)
        return {"cell_type": "markdown", "metadata": dict(metadata), "source": shown}

    def _produced(self, *names: str) -> list[Output]:
        return next((safe_outputs(self.outputs[name], self._count) for name in names if name in self.outputs), [])

    def _append(self, cell: Cell, id: str) -> None:
        """Add a cell under its id, or another where that is taken or not allowed."""
        if not _CELL_ID.fullmatch(id) or id in self._ids:
            id = next(name for number in range(len(self.cells), 10**9) if (name := f"o-{number}") not in self._ids)
        self._ids.add(id)
        self.cells.append({**cell, "id": id})


def fenced(text: str) -> str:
    """Return Markdown that shows a text letter by letter."""
    longest = max((len(run) for run in re.findall(r"~+", text)), default=0)
    fence = "~" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
