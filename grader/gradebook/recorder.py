"""The single writer of a class: judged submissions into gradebook, ``submitted/`` and ``autograded/``, in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Engine

from course.answers import AnswerRecord, is_blank
from course.place import answer_file
from grader.class_directory import class_config, sync_assignment
from grader.gradebook.alignment import NO_RESPONSE, Aligned, align, read_cells
from grader.gradebook.assignment import GradebookAssignment, GradebookNotebook, read_assignment
from grader.gradebook.connection import open_gradebook
from grader.gradebook.folders import LearnerFolders, write_folder
from grader.gradebook.late import Late, assign_penalties, find_late
from grader.gradebook.outputs import verdict_score
from grader.gradebook.rows import Entry, write_entries
from grader.gradebook.template import LessonTemplate
from grader.judge import PreparedLesson
from grader.judged import Judged
from grader.workspace import Workspace, safe_name

if TYPE_CHECKING:
    from grader.prepared import PreparedLessons


class OutOfStep(Exception):
    """Verdicts do not fit the gradebook's cells: the lesson was changed after they were given. Judge again."""


@dataclass(frozen=True)
class _Work:
    """One submission on its way: what was judged, the notebook it fills in, the learner's own cells if any."""

    judged: Judged
    prepared: PreparedLesson
    template: LessonTemplate
    aligned: Aligned | None


class ClassRecorder:
    """Writes what submissions of a class earned. The caller holds the class's lock: there is one writer.

    Parameters
    ----------
    lessons
        Lessons made ready, shared with whoever judges.
    """

    def __init__(self, workspace: Workspace, class_id: str, lessons: PreparedLessons) -> None:
        self.workspace = workspace
        self.class_id = class_id
        self.lessons = lessons
        self._engine: tuple[str, Engine] | None = None
        self._templates: dict[tuple[str, str | None], tuple[PreparedLesson, GradebookNotebook, LessonTemplate]] = {}

    def write(self, judged: Sequence[Judged]) -> None:
        """Record a batch: gradebook first, in one transaction, then the files.

        That order, because the gradebook may refuse (locked by formgrader, disk full): then nothing at all has
        changed. A crash between the two, or among the files, leaves right points beside an older notebook or none;
        ``submitted/`` with its timestamp comes last of all, and until it is the gradebook's own formgrader shows the
        submission as waiting to be graded. Every part
        sets what it finds to what it should be, so writing the same batch again repairs it, and until ``write`` has
        returned nobody may take the batch for done.

        Parameters
        ----------
        judged
            Results of lessons, of this class, in the order in which they were handed in.

        Raises
        ------
        sqlalchemy.exc.OperationalError
            When the gradebook stays locked or the disk is full. Nothing has been written.
        OutOfStep
            When a lesson was changed after it was judged. Nothing has been written.
        ClassDirectoryError, NotebookError, FileNotFoundError
            When the class or a lesson is not fit to grade with. Nothing has been written.
        OSError
            When a file cannot be written. Writing the batch again completes it.
        """
        if not judged:
            return
        if any(one.submission.class_id != self.class_id for one in judged):
            raise ValueError(f"a submission to another class than {self.class_id}")
        by_assignment: dict[str, list[Judged]] = defaultdict(list)
        for one in judged:
            safe_name(one.submission.learner)
            by_assignment[one.submission.assignment].append(one)
        for name in by_assignment:
            sync_assignment(self.workspace, self.class_id, name)
        config = class_config(self.workspace, self.class_id)
        courses = CourseDirectory(config=config)
        engine = self._gradebook(courses.db_url)
        ready = self._prepare(judged)
        works: dict[str, list[_Work]] = {}
        late: Late = {}
        with engine.begin() as connection:
            for name, batch in by_assignment.items():
                known = read_assignment(connection, name)
                works[name] = [self._work(one, known, ready) for one in batch]
                entries = [_entry(work, known) for work in works[name]]
                write_entries(connection, known, entries)
                late |= find_late(connection, known, entries)
        if late:
            assign_penalties(engine, config, late)
        for name, batch_works in works.items():
            _write_files(
                LearnerFolders(courses, name),
                Path(courses.format_path(courses.release_directory, ".", name)),
                batch_works,
            )

    def _gradebook(self, db_url: str) -> Engine:
        if self._engine is None or self._engine[0] != db_url:
            self._engine = db_url, open_gradebook(db_url)
        return self._engine[1]

    def _prepare(self, judged: Sequence[Judged]) -> dict[tuple[str, str | None], PreparedLesson]:
        """Make every lesson ready once a batch: making sure that it still is reads the level's files."""
        wanted = dict.fromkeys((one.submission.lesson, _record(one).audience()) for one in judged)
        return {key: self.lessons.get(*key) for key in wanted}

    def _work(
        self, judged: Judged, assignment: GradebookAssignment, ready: Mapping[tuple[str, str | None], PreparedLesson]
    ) -> _Work:
        key = judged.submission.lesson, _record(judged).audience()
        prepared = ready[key]
        notebook = assignment.notebooks.get(prepared.source.stem)
        if notebook is None:
            raise OutOfStep(f"{prepared.source.stem} is not in the gradebook")
        template = self._template(key, prepared, notebook)
        tests = {cell.grade_id for cell in template.cells if cell.test}
        verdicts = {verdict.grade_id: verdict for verdict in judged.verdicts}
        if set(verdicts) != tests or not tests <= set(notebook.grade_cells):
            raise OutOfStep(
                f"{judged.submission.lesson}: judged {sorted(verdicts)}, the lesson has {sorted(map(str, tests))}"
            )
        text = judged.submission.notebook
        aligned = None
        if text is not None:
            aligned = align(template, notebook, read_cells(text), judged.record, verdicts, judged.outputs)
        return _Work(judged, prepared, template, aligned)

    def _template(
        self, key: tuple[str, str | None], prepared: PreparedLesson, notebook: GradebookNotebook
    ) -> LessonTemplate:
        kept = self._templates.get(key)
        if kept is None or kept[0] is not prepared or kept[1] != notebook:
            kept = self._templates[key] = prepared, notebook, LessonTemplate(prepared, notebook)
        return kept[2]


def _record(judged: Judged) -> AnswerRecord:
    """Return the answers as handed in.

    Raises
    ------
    ValueError
        When it is a classic assignment, which has none.
    """
    if judged.submission.record is None:
        raise ValueError(f"{judged.submission.receipt} is not a lesson")
    return judged.submission.record


def _has_work(prepared: PreparedLesson, record: AnswerRecord) -> bool:
    """Tell whether there may be something that a trainer has to read at a task cell."""
    works = [id for id, question in prepared.lesson.questions.items() if question.kind == "work"]
    return not works or any(id in record.answers and not is_blank(record.answers[id].value) for id in works)


def _entry(work: _Work, assignment: GradebookAssignment) -> Entry:
    """Return what goes into the gradebook."""
    submission = work.judged.submission
    notebook = assignment.notebooks[work.prepared.source.stem]
    # A lesson without code has no solution cell that a learner could have changed.
    responses = dict.fromkeys(notebook.solution_cells, False) if work.aligned is None else work.aligned.responses
    scores = {verdict.grade_id: verdict_score(verdict) for verdict in work.judged.verdicts}
    grades: dict[str, float | None] = {}
    for name in notebook.grade_cells:
        if name in scores:
            grades[name] = scores[name]
        else:  # a cell that a trainer reads: nothing to read where it was left as released, or deleted
            grades[name] = None if responses.get(name, False) else 0.0
    for name in notebook.task_cells:  # a trainer reads the learner's own piece of work, where there is one
        grades[name] = None if _has_work(work.prepared, work.judged.record) else 0.0
    comments = {name: NO_RESPONSE if responses.get(name) is False else None for name in notebook.solution_cells}
    at = submission.at.astimezone(UTC).replace(tzinfo=None)
    return Entry(submission.learner, notebook.name, at, grades, comments)


def _write_files(folders: LearnerFolders, released: Path, works: Sequence[_Work]) -> None:
    beside: dict[Path, tuple[bytes, dict[str, bytes]]] = {}
    for work in works:
        source, submission = work.prepared.source, work.judged.submission
        if source not in beside:
            texts = released / f"{source.stem}.yml"
            extra = {texts.name: texts.read_bytes()} if texts.exists() else {}
            beside[source] = (released / source.name).read_bytes(), extra
        blank, extra = beside[source]
        answers = answer_file(Path(), submission.lesson).name
        handed_in = blank if submission.notebook is None else submission.notebook.encode("utf-8", "replace")
        record = _record(work.judged).to_json().encode()
        judged = record if work.judged.record is submission.record else work.judged.record.to_json().encode()
        cells = work.aligned.cells if work.aligned else _filled(work)
        notebook = work.template.write(cells, work.judged.message)
        write_folder(
            folders.autograded(submission.learner), {source.name: notebook, **extra, answers: judged}, submission.at
        )
        write_folder(
            folders.submitted(submission.learner), {source.name: handed_in, **extra, answers: record}, submission.at
        )


def _filled(work: _Work) -> list[dict]:
    verdicts = {verdict.grade_id: verdict for verdict in work.judged.verdicts}
    return work.template.fill(work.judged.record, verdicts)
