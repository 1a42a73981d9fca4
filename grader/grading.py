"""From the inbox to the gradebook and the results table: one submission, or all of a class."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from filelock import FileLock

from grader.database import Database, open_database
from grader.inbox import Submission, TamperedSubmission, read, submission_files
from grader.pipeline import PreparedLessons, grade_submission
from grader.workspace import Workspace

log = logging.getLogger(__name__)

DATABASE_VARIABLE = "BDHAI_DATABASE_URL"
Outcome = Literal["graded", "unchanged", "replaced", "refused"]

TAMPERED = "Bài nộp này bị hỏng khi cất giữ nên chưa chấm được. Bạn bấm nộp lại nhé, câu trả lời vẫn còn."


@dataclass
class Summary:
    """What came of grading many submissions."""

    counts: dict[Outcome, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Why, by receipt; English, for trainers' logs."""

    def count(self, outcome: Outcome) -> None:
        """Count one more."""
        self.counts[outcome] = self.counts.get(outcome, 0) + 1


def database_of(workspace: Workspace) -> Database:
    """Open the learn database of a workspace, or the one that ``BDHAI_DATABASE_URL`` names."""
    workspace.state.mkdir(parents=True, exist_ok=True)
    return open_database(os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{workspace.state / 'learn.db'}")


class Grading:
    """Grades submissions of a workspace; of a class only one at a time, whichever process asks."""

    def __init__(self, workspace: Workspace, database: Database) -> None:
        self.workspace = workspace
        self.database = database
        self.lessons = PreparedLessons(workspace)

    def grade_file(self, path: Path, *, again: bool = False) -> Outcome:
        """Grade one submission of the inbox, unless that has been done.

        Parameters
        ----------
        again
            Grade also what has been graded: after a key was corrected.

        Returns
        -------
        str
            ``graded``; ``unchanged`` when its result stands; ``replaced`` when the learner has handed in a newer one;
            ``refused`` when the file is not what was received.

        Raises
        ------
        Exception
            Whatever kept it from being graded. The submission stays in the inbox, and trying again is right.
        """
        class_id, receipt = path.parent.parent.name, path.stem
        try:
            submission = read(path)
        except TamperedSubmission as error:
            log.error("submission %s is not what was received: %s", receipt, error)
            self.database.set_submission_state(receipt, class_id, "refused", TAMPERED)
            return "refused"
        with FileLock(self.workspace.class_directory(class_id) / ".grading.lock"):
            return self._grade(submission, again)

    def grade_class(self, class_id: str, paths: Iterable[Path], *, again: bool = False) -> Summary:
        """Grade submissions of a class in the order given; one that fails does not stop the others."""
        summary = Summary()
        for path in paths:
            try:
                outcome = self.grade_file(path, again=again)
            except Exception as error:
                log.exception("submission %s could not be graded", path.stem)
                outcome = "refused"
                summary.refused[path.stem] = f"{type(error).__name__}: {error}"
            else:
                if outcome == "refused":
                    summary.refused[path.stem] = "not what was received"
            summary.count(outcome)
        return summary

    def _grade(self, submission: Submission, again: bool) -> Outcome:
        self._note(submission)
        rows = self.database.submissions(learner=submission.learner, class_id=submission.class_id)
        if any(row.lesson == submission.lesson and row.at > submission.at for row in rows):
            # Grading the older one after the newer would put old points into nbgrader's gradebook.
            self.database.set_submission_state(submission.receipt, submission.class_id, "replaced")
            return "replaced"
        if not again and any(row.receipt == submission.receipt and row.state == "graded" for row in rows):
            return "unchanged"
        result = grade_submission(self.workspace, self.lessons, submission)
        self.database.save_result(
            class_id=submission.class_id,
            learner=submission.learner,
            lesson=submission.lesson,
            receipt=submission.receipt,
            points=result.points,
            max_points=result.max_points,
            questions=result.questions,
            submitted_at=submission.at,
            graded_at=result.graded_at,
        )
        return "graded"

    def _note(self, submission: Submission) -> None:
        """Enter a submission whose process ended between writing the file and the database."""
        self.database.add_submission(
            receipt=submission.receipt,
            class_id=submission.class_id,
            learner=submission.learner,
            lesson=submission.lesson,
            version=submission.record.version,
            at=submission.at,
            sha256=submission.sha256,
        )


def waiting_order(workspace: Workspace, class_id: str, level: str | None = None) -> list[Path]:
    """Return a class's submissions oldest first, of one level or of all; a broken file keeps its place by its age."""
    paths = sorted(submission_files(workspace, class_id), key=lambda path: path.stat().st_mtime_ns)
    return [path for path in paths if level is None or _level_of(path) in (level, None)]


def _level_of(path: Path) -> str | None:
    try:
        return read(path).lesson.split("/")[0]
    except TamperedSubmission:
        return None
