"""Rows of nbgrader's gradebook for many submissions at once: what its steps write one by one, in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook, new_uuid
from sqlalchemy import Connection, Table, bindparam, insert, select, update

from grader.gradebook.assignment import GradebookAssignment, GradebookNotebook

CHUNK = 500
"""Learners looked up in one query: databases limit how many values a query may name."""

STUDENT, SUBMITTED, NOTEBOOK, GRADE, COMMENT = (
    model.__table__ for model in (Student, SubmittedAssignment, SubmittedNotebook, Grade, Comment)
)


@dataclass(frozen=True)
class Entry:
    """One learner's scores in one notebook.

    Attributes
    ----------
    at
        When it was handed in: UTC without a time zone.
    grades
        Automatic score by grade cell; ``None`` where a trainer has to look. A cell that is not named keeps what it has.
    comments
        Automatic comment by solution or task cell, ``None`` for none.
    """

    learner: str
    notebook: str
    at: datetime
    grades: Mapping[str, float | None]
    comments: Mapping[str, str | None]


def write_entries(connection: Connection, assignment: GradebookAssignment, entries: Sequence[Entry]) -> None:
    """Write scores as nbgrader's ``autograde`` does; manual scores, extra credit and manual comments are not touched.

    Of two entries of a learner for one notebook the later in the sequence stands. Writing the same again changes
    nothing.
    """
    by_learner: dict[str, dict[str, Entry]] = defaultdict(dict)
    timestamps: dict[str, datetime] = {}
    for entry in entries:
        by_learner[entry.learner][entry.notebook] = entry
        timestamps[entry.learner] = entry.at
    for learners in _chunks(list(by_learner)):
        _add_students(connection, learners)
        submissions = _submissions(connection, assignment, {learner: timestamps[learner] for learner in learners})
        _Notebooks(assignment, {submissions[learner]: by_learner[learner] for learner in learners}).write(connection)


def _add_students(connection: Connection, learners: list[str]) -> None:
    known = set(connection.scalars(select(STUDENT.c.id).where(STUDENT.c.id.in_(learners))))
    _insert(connection, STUDENT, [{"id": learner} for learner in learners if learner not in known])


def _submissions(
    connection: Connection, assignment: GradebookAssignment, timestamps: Mapping[str, datetime]
) -> dict[str, str]:
    """Enter when each learner handed in; return the submissions' ids by learner."""
    table = SUBMITTED.c
    found = connection.execute(
        select(table.student_id, table.id, table.timestamp).where(
            table.assignment_id == assignment.id, table.student_id.in_(timestamps)
        )
    ).all()
    ids = {row.student_id: row.id for row in found}
    later = [{"key": row.id, "timestamp": timestamps[row.student_id]} for row in found]
    changed = [one for one, row in zip(later, found, strict=True) if one["timestamp"] != row.timestamp]
    _update(connection, SUBMITTED, ("timestamp",), changed)
    new = {learner: new_uuid() for learner in timestamps if learner not in ids}
    _insert(
        connection,
        SUBMITTED,
        [
            {"id": id, "assignment_id": assignment.id, "student_id": learner, "timestamp": timestamps[learner]}
            for learner, id in new.items()
        ],
    )
    return ids | new


class _Notebooks:
    """The notebooks of a chunk of submissions, with what each earned where it was handed in."""

    def __init__(self, assignment: GradebookAssignment, entries: Mapping[str, Mapping[str, Entry]]) -> None:
        self.assignment = assignment
        self.entries = entries
        self.by_id = {notebook.id: notebook for notebook in assignment.notebooks.values()}
        self.new: dict[Table, list[dict[str, Any]]] = {NOTEBOOK: [], GRADE: [], COMMENT: []}

    def write(self, connection: Connection) -> None:
        known = self._known(connection)
        grades, comments = self._known_cells(connection, GRADE), self._known_cells(connection, COMMENT)
        changed_grades: list[dict[str, Any]] = []
        changed_comments: list[dict[str, Any]] = []
        for submission, entries in self.entries.items():
            for notebook in self.assignment.notebooks.values():
                entry = entries.get(notebook.name)
                id = known.get((submission, notebook.id))
                if id is None:
                    id = self._add_notebook(submission, notebook)
                changed_grades += self._grades(id, notebook, entry, grades.get(id, {}))
                changed_comments += self._comments(id, notebook, entry, comments.get(id, {}))
        for table, rows in self.new.items():
            _insert(connection, table, rows)
        _update(connection, GRADE, ("auto_score", "needs_manual_grade"), changed_grades)
        _update(connection, COMMENT, ("auto_comment",), changed_comments)

    def _known(self, connection: Connection) -> dict[tuple[str, str], str]:
        """Return the ids of submitted notebooks by submission and notebook."""
        table = NOTEBOOK.c
        rows = select(table.assignment_id, table.notebook_id, table.id).where(table.assignment_id.in_(self.entries))
        return {(row.assignment_id, row.notebook_id): row.id for row in connection.execute(rows)}

    def _known_cells(self, connection: Connection, table: Table) -> dict[str, dict[str, Any]]:
        """Return the rows of one kind by submitted notebook and cell."""
        rows = select(table).join(NOTEBOOK, NOTEBOOK.c.id == table.c.notebook_id)
        found: dict[str, dict[str, Any]] = defaultdict(dict)
        for row in connection.execute(rows.where(NOTEBOOK.c.assignment_id.in_(self.entries))):
            found[row.notebook_id][row.cell_id] = row
        return found

    def _add_notebook(self, submission: str, notebook: GradebookNotebook) -> str:
        id = new_uuid()
        self.new[NOTEBOOK].append({"id": id, "notebook_id": notebook.id, "assignment_id": submission, "flagged": False})
        return id

    def _grades(
        self, id: str, notebook: GradebookNotebook, entry: Entry | None, known: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """Collect new rows, yield changes of those that are there."""
        for name, cell in (*notebook.grade_cells.items(), *notebook.task_cells.items()):
            row = known.get(cell)
            if row is None:
                score, look = _first_score(name, entry)
                self.new[GRADE].append(
                    {
                        "id": new_uuid(),
                        "cell_id": cell,
                        "notebook_id": id,
                        "auto_score": score,
                        "needs_manual_grade": look,
                    }
                )
                continue
            if entry is not None:
                if name not in entry.grades:
                    continue
                score = entry.grades[name]
                look = row.manual_score is not None or score is None
            elif row.auto_score is None:
                score, look = 0, False  # a notebook that has not been handed in counts as zero
            else:
                continue
            if (score, look) != (row.auto_score, row.needs_manual_grade):
                yield {"key": row.id, "auto_score": score, "needs_manual_grade": look}

    def _comments(
        self, id: str, notebook: GradebookNotebook, entry: Entry | None, known: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        comments = entry.comments if entry else {}
        for name, cell in (*notebook.solution_cells.items(), *notebook.task_cells.items()):
            row = known.get(cell)
            text = comments.get(name)
            if row is None:
                self.new[COMMENT].append({"id": new_uuid(), "cell_id": cell, "notebook_id": id, "auto_comment": text})
            elif name in comments and row.auto_comment != text:
                yield {"key": row.id, "auto_comment": text}


def _first_score(name: str, entry: Entry | None) -> tuple[float | None, bool]:
    if entry is None:
        return 0, False
    score = entry.grades.get(name)
    return score, score is None


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _update(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        # Bound names must differ from the columns': SQLAlchemy keeps those for itself.
        bound: dict[str, Any] = {column: bindparam(f"new_{column}") for column in columns}
        values = [{"key": row["key"], **{f"new_{column}": row[column] for column in columns}} for row in rows]
        connection.execute(update(table).where(table.c.id == bindparam("key")).values(bound), values)


def _chunks(learners: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(learners), CHUNK):
        yield learners[start : start + CHUNK]
