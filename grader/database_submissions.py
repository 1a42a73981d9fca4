"""Submissions: who handed in what, what its hash was when it came, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from course.answers import now
from grader.database_attempts import Key
from grader.database_engine import Transactions, in_batches
from grader.database_tables import LearnerRow, SubmissionRow, TakenFolderRow
from grader.inbox import Submission


class Submissions(Transactions):
    """The rows of submissions, one a class that received it."""

    def add_submission(self, **fields: Any) -> None:
        """Note a submission to one class (columns of ``SubmissionRow``); the same receipt again changes nothing."""
        self.add_submissions([fields])

    def add_submissions(
        self, submissions: Sequence[Mapping[str, Any]], *, taken: tuple[str, str, str] | None = None
    ) -> None:
        """Note many in one transaction: columns of ``SubmissionRow``, of which state and message may be left out.

        Parameters
        ----------
        taken
            A folder (class, learner, hash of its name) that is done with: see ``TakenFolderRow``.
        """
        rows = [{"state": "grading", "message": "", **fields} for fields in submissions]
        with self.session(write=True) as session:
            learners = sorted({row["learner"] for row in rows})
            self._add_all(session, LearnerRow, [{"name": name, "created_at": now()} for name in learners])
            self._add_all(session, SubmissionRow, rows)
            if taken is not None:
                self._add(session, TakenFolderRow, **dict(zip(("class_id", "learner", "folder"), taken, strict=True)))

    def taken_folders(self, class_id: str) -> dict[str, set[str]]:
        """Return the hashes of folders that are done with, by learner."""
        rows = select(TakenFolderRow.learner, TakenFolderRow.folder).where(TakenFolderRow.class_id == class_id)
        found: dict[str, set[str]] = {}
        with self.session() as session:
            for learner, folder in session.execute(rows):
                found.setdefault(learner, set()).add(folder)
        return found

    def set_submission_state(self, receipt: str, class_id: str, state: str, message: str = "") -> None:
        """Say how far a submission is (a state of ``SubmissionRow``), with a sentence for the learner."""
        with self.session(write=True) as session:
            if (row := session.get(SubmissionRow, (receipt, class_id))) is not None:
                row.state, row.message = state, message

    def latest_submission(self, learner: str, lesson: str) -> SubmissionRow | None:
        """Return the newest submission; of several classes that received it, the first by name."""
        with self.session() as session:
            rows = select(SubmissionRow).where(SubmissionRow.learner == learner, SubmissionRow.lesson == lesson)
            return session.scalars(rows.order_by(SubmissionRow.at.desc(), SubmissionRow.class_id).limit(1)).first()

    def submissions(
        self,
        *,
        learner: str | None = None,
        class_id: str | None = None,
        receipt: str | None = None,
        lesson: str | None = None,
    ) -> list[SubmissionRow]:
        """Return the submissions of what is given, oldest first."""
        rows = select(SubmissionRow).order_by(SubmissionRow.at, SubmissionRow.class_id)
        for column, value in (
            (SubmissionRow.learner, learner),
            (SubmissionRow.class_id, class_id),
            (SubmissionRow.receipt, receipt),
            (SubmissionRow.lesson, lesson),
        ):
            rows = rows if value is None else rows.where(column == value)
        with self.session() as session:
            return list(session.scalars(rows))

    def settled(self, class_id: str | None = None) -> dict[Key, str]:
        """Return the state of every submission that waits for nothing, by class and receipt."""
        rows = select(SubmissionRow.class_id, SubmissionRow.receipt, SubmissionRow.state)
        rows = rows.where(SubmissionRow.state != "grading")
        if class_id is not None:
            rows = rows.where(SubmissionRow.class_id == class_id)
        with self.session() as session:
            return {(of_class, receipt): state for of_class, receipt, state in session.execute(rows)}

    def received_hashes(self, keys: Iterable[Key]) -> dict[Key, str]:
        """Return what each submission's hash was when it came; those that were never noted are left out.

        This is the copy that whoever edits a file of the inbox, hash and all, would have to change too.
        """
        found: dict[Key, str] = {}
        by_class: dict[str, list[str]] = {}
        for class_id, receipt in keys:
            by_class.setdefault(class_id, []).append(receipt)
        columns = (SubmissionRow.class_id, SubmissionRow.receipt, SubmissionRow.sha256)
        with self.session() as session:
            for class_id, receipts in by_class.items():
                for some in in_batches(receipts):
                    of_these = (SubmissionRow.class_id == class_id, SubmissionRow.receipt.in_(some))
                    rows = session.execute(select(*columns).where(*of_these))
                    found.update({(of_class, receipt): sha256 for of_class, receipt, sha256 in rows})
        return found

    def tampered(self, receipt: str, class_id: str, sha256: str) -> bool:
        """Tell whether a submission came with another hash; one that was never noted is as good as its file."""
        key = (class_id, receipt)
        return self.received_hashes([key]).get(key, sha256) != sha256


def submission_row(submission: Submission) -> dict[str, Any]:
    """Return a submission of the inbox as ``add_submissions`` takes it."""
    return {
        "receipt": submission.receipt,
        "class_id": submission.class_id,
        "learner": submission.learner,
        "lesson": submission.lesson,
        "version": submission.record.version if submission.record else 0,
        "at": submission.at,
        "sha256": submission.sha256,
    }
