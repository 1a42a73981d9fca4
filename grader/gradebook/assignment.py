"""An assignment as the gradebook knows it: its notebooks and their cells, read in a few queries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nbgrader.api import Assignment, GradeCell, MissingEntry, Notebook, SolutionCell, SourceCell, TaskCell
from sqlalchemy import Connection, select


@dataclass(frozen=True)
class SourceText:
    """A marked cell as ``generate_assignment`` released it, hidden tests included, solutions taken out."""

    cell_type: str
    source: str
    checksum: str | None


@dataclass(frozen=True)
class GradebookNotebook:
    """A notebook's cells: ids by name (nbgrader's ``grade_id``)."""

    id: str
    name: str
    kernelspec: Mapping[str, Any]
    grade_cells: dict[str, str] = field(default_factory=dict)
    solution_cells: dict[str, str] = field(default_factory=dict)
    task_cells: dict[str, str] = field(default_factory=dict)
    sources: dict[str, SourceText] = field(default_factory=dict)


@dataclass(frozen=True)
class GradebookAssignment:
    """An assignment and its notebooks by name."""

    id: str
    name: str
    duedate: datetime | None
    """UTC without a time zone, as nbgrader keeps all its times."""
    notebooks: dict[str, GradebookNotebook]


def read_assignment(connection: Connection, name: str) -> GradebookAssignment:
    """Read an assignment.

    Read anew for every batch: six queries, against the risk of writing to cells that a trainer has just generated
    anew.

    Raises
    ------
    nbgrader.api.MissingEntry
        When it has not been generated.
    """
    found = connection.execute(select(Assignment.id, Assignment.duedate).where(Assignment.name == name)).one_or_none()
    if found is None:
        raise MissingEntry(f"No such assignment: {name}")
    by_id: dict[str, GradebookNotebook] = {}
    rows = select(Notebook.id, Notebook.name, Notebook.kernelspec).where(Notebook.assignment_id == found.id)
    for id, notebook, kernelspec in connection.execute(rows.order_by(Notebook.name)):
        by_id[id] = GradebookNotebook(id, notebook, json.loads(kernelspec) if kernelspec else {})
    for model, attribute in ((GradeCell, "grade_cells"), (SolutionCell, "solution_cells"), (TaskCell, "task_cells")):
        cells = select(model.id, model.name, model.notebook_id).where(model.notebook_id.in_(by_id))
        for id, cell, notebook_id in connection.execute(cells):
            getattr(by_id[notebook_id], attribute)[cell] = id
    marked = select(
        SourceCell.notebook_id, SourceCell.name, SourceCell.cell_type, SourceCell.source, SourceCell.checksum
    )
    for notebook_id, cell, cell_type, source, checksum in connection.execute(
        marked.where(SourceCell.notebook_id.in_(by_id))
    ):
        by_id[notebook_id].sources[cell] = SourceText(cell_type, source or "", checksum)
    return GradebookAssignment(found.id, name, found.duedate, {notebook.name: notebook for notebook in by_id.values()})
