"""From the inbox to the gradebooks and the results table, many at a time.

Judging is spread over workers; a class's gradebook is written by one process at a time, whoever asks: the lock in its
folder sees to that. What is waiting is never kept in a list of its own: it is what lies in the inbox and has no result
yet, so a process may end at any moment.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

from filelock import FileLock

from grader.database import Database, open_database
from grader.database_attempts import Counts, GradedAttempt
from grader.database_submissions import submission_row
from grader.gradebook.recorder import ClassRecorder
from grader.inbox import Submission, TamperedSubmission, read
from grader.judged import Judged
from grader.pipeline import Failed, Outcome, SetAside
from grader.prepared import prepared_lessons
from grader.worker import WorkerSettings
from grader.workers import HereWorkers, Workers
from grader.workspace import Workspace

log = logging.getLogger(__name__)

DATABASE_VARIABLE = "BDHAI_DATABASE_URL"
State = Literal["graded", "unchanged", "refused", "set_aside", "delayed"]
"""``delayed``: something of ours kept it from being graded; it stays waiting."""

TAMPERED = "Bài nộp này bị hỏng khi cất giữ nên chưa chấm được. Bạn bấm nộp lại nhé, câu trả lời vẫn còn."
BATCH, LONGEST_WAIT_S = 400, 2.0
"""Results are written together when so many are there, or after so long."""


@dataclass
class Summary:
    """What came of grading many submissions."""

    states: dict[str, State] = field(default_factory=dict)
    """By receipt."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why not, by receipt: Vietnamese for what was refused or set aside, English for what was delayed."""

    def note(self, receipt: str, state: State, reason: str = "") -> None:
        """Note what became of a submission."""
        self.states[receipt] = state
        if reason:
            self.reasons[receipt] = reason

    @property
    def counts(self) -> dict[State, int]:
        """How many, by state."""
        found: dict[State, int] = {}
        for state in self.states.values():
            found[state] = found.get(state, 0) + 1
        return found


def database_of(workspace: Workspace) -> Database:
    """Open the learn database of a workspace, or the one that ``BDHAI_DATABASE_URL`` names."""
    workspace.state.mkdir(parents=True, exist_ok=True)
    return open_database(os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{workspace.state / 'learn.db'}")


class Grading:
    """Grades submissions of a workspace.

    Parameters
    ----------
    workers
        Who judges; this process by default.
    counts
        Which of a learner's attempts counts.
    """

    def __init__(
        self, workspace: Workspace, database: Database, workers: Workers | None = None, counts: Counts = "best"
    ) -> None:
        self.workspace = workspace
        self.database = database
        self.workers = workers or HereWorkers(WorkerSettings(workspace))
        self.counts = counts
        self.lessons = prepared_lessons(workspace)
        self._recorders: dict[str, ClassRecorder] = {}

    def grade(
        self,
        paths: Iterable[Path],
        *,
        again: bool = False,
        told: Callable[[State], None] = lambda state: None,
    ) -> Summary:
        """Grade submissions of the inbox; nothing that is wrong with one stops the others.

        Parameters
        ----------
        again
            Grade also what has a result: after a key was corrected.
        told
            Called for each submission when it is done, for a progress bar.

        Raises
        ------
        SandboxMissing
            When code has to run and this machine cannot sandbox; what was judged before is written.
        """
        summary = _Telling(told)
        waiting: list[Judged] = []
        classic: list[Submission] = []
        since = time.monotonic()
        try:
            for outcome in self.workers.judge(self._to_judge(paths, again, summary, classic)):
                if isinstance(outcome, Judged):
                    waiting.append(outcome)
                else:
                    self.settle(outcome, summary)
                if len(waiting) >= BATCH or time.monotonic() - since > LONGEST_WAIT_S:
                    self.record(waiting, summary)
                    waiting, since = [], time.monotonic()
        finally:
            self.record(waiting, summary)
        for submission in classic:
            self.grade_classic(submission, summary)
        return summary

    def grade_file(self, path: Path, *, again: bool = False) -> State:
        """Grade one submission."""
        return self.grade([path], again=again).states[path.stem]

    def take(self, path: Path, summary: Summary) -> Submission | None:
        """Read one submission, or note why it cannot be graded: it is not what was received."""
        return next(iter(self.take_many([path], summary)), None)

    def take_many(self, paths: Sequence[Path], summary: Summary) -> list[Submission]:
        """Read submissions, those that are what was received; note the others, and note all in the database.

        A process may have ended between writing a file and noting it, so what is not there yet is noted now.
        """
        noted = self.database.received_hashes((path.parent.parent.name, path.stem) for path in paths)
        taken = []
        for path in paths:
            class_id, receipt = path.parent.parent.name, path.stem
            try:
                submission = read(path)
                if noted.get((class_id, receipt), submission.sha256) != submission.sha256:
                    raise TamperedSubmission(f"{path.name}: not the hash that was noted when it came")
                taken.append(submission)
            except TamperedSubmission as error:
                log.error("submission %s is not what was received: %s", receipt, error)
                self.database.set_submission_state(receipt, class_id, "refused", TAMPERED)
                summary.note(receipt, "refused", TAMPERED)
            except OSError as error:
                summary.note(receipt, "delayed", f"{type(error).__name__}: {error}")
        new = [one for one in taken if (one.class_id, one.receipt) not in noted]
        if new:
            self.database.add_submissions([submission_row(one) for one in new])
        return taken

    def settle(self, outcome: SetAside | Failed, summary: Summary) -> None:
        """Note what was not judged."""
        submission = outcome.submission
        if isinstance(outcome, SetAside):
            self.database.set_submission_state(submission.receipt, submission.class_id, "set_aside", outcome.reason)
            summary.note(submission.receipt, "set_aside", outcome.reason)
        else:
            summary.note(submission.receipt, "delayed", outcome.error)

    def record(self, judged: Sequence[Judged], summary: Summary) -> None:
        """Write results: first nbgrader's gradebook, then the table that says they are graded.

        So after a crash in between they are graded again, and the same is written again.
        """
        for class_id in sorted({one.submission.class_id for one in judged}):
            self._record_class(class_id, [one for one in judged if one.submission.class_id == class_id], summary)

    def grade_classic(self, submission: Submission, summary: Summary) -> None:
        """Grade a submission of a classic assignment; nbgrader's gradebook holds the newest."""
        from grader.classic.from_inbox import grade_submission
        from grader.classic.refusals import Refused

        receipt, class_id = submission.receipt, submission.class_id
        try:
            attempt = grade_submission(self.workspace, submission, self.workers.run_jobs, self.lock(class_id))
            self.database.save_attempts([attempt], "last")
            summary.note(receipt, "graded")
        except Refused as refusal:
            self.database.set_submission_state(receipt, class_id, "refused", str(refusal))
            summary.note(receipt, "refused", str(refusal))
        except Exception as error:
            log.exception("submission %s could not be graded", receipt)
            summary.note(receipt, "delayed", f"{type(error).__name__}: {error}")

    def lock(self, class_id: str) -> FileLock:
        """Return the lock that whoever writes a class's gradebook holds."""
        return FileLock(self.workspace.class_directory(class_id) / ".grading.lock")

    # --- inside ---------------------------------------------------------------------------------------------------

    def _to_judge(
        self, paths: Iterable[Path], again: bool, summary: Summary, classic: list[Submission]
    ) -> Iterator[Submission]:
        """Read, a few hundred at a time, and leave out what has a result or is not what was received."""
        settled: dict[str, dict[tuple[str, str], str]] = {}
        for some in _slices(paths, BATCH):
            wanted: list[Path] = []
            for path in some:
                class_id = path.parent.parent.name
                if not again:
                    if class_id not in settled:
                        settled[class_id] = self.database.settled(class_id)
                    if (class_id, path.stem) in settled[class_id]:
                        summary.note(path.stem, "unchanged")
                        continue
                wanted.append(path)
            for submission in self.take_many(wanted, summary):
                if submission.classic:
                    classic.append(submission)
                else:
                    yield submission

    def _record_class(self, class_id: str, judged: list[Judged], summary: Summary) -> None:
        try:
            with self.lock(class_id):
                self._write(class_id, judged)
        except Exception as error:
            if len(judged) > 1:  # one of them may be to blame: the others must not wait for it
                for one in judged:
                    self._record_class(class_id, [one], summary)
                return
            log.exception("the result of %s could not be written", judged[0].submission.receipt)
            summary.note(judged[0].submission.receipt, "delayed", f"{type(error).__name__}: {error}")
            return
        for one in judged:
            summary.note(one.submission.receipt, "graded")

    def _write(self, class_id: str, judged: Sequence[Judged]) -> None:
        by_key = {(class_id, one.submission.receipt): one for one in judged}
        attempts = [attempt_of(one) for one in judged]
        counting = self.database.counting(attempts, self.counts)
        # An earlier attempt may count again, because the one that counted earns less with the corrected key.
        for key in counting - set(by_key):
            by_key[key] = self._judge_again(*key)
            attempts.append(attempt_of(by_key[key]))
        if class_id not in self._recorders:
            self._recorders[class_id] = ClassRecorder(self.workspace, class_id, self.lessons)
        self._recorders[class_id].write([by_key[key] for key in sorted(counting)])
        self.database.save_attempts(attempts, self.counts)

    def _judge_again(self, class_id: str, receipt: str) -> Judged:
        [path] = (self.workspace.state / "inbox" / class_id).glob(f"*/{receipt}.json")
        outcome: Outcome = self.workers.start(read(path)).result()
        if not isinstance(outcome, Judged):
            raise RuntimeError(f"attempt {receipt}, which counts, could not be judged again")
        return outcome


class _Telling(Summary):
    def __init__(self, told: Callable[[State], None]) -> None:
        super().__init__()
        self._told = told

    def note(self, receipt: str, state: State, reason: str = "") -> None:
        super().note(receipt, state, reason)
        self._told(state)


def attempt_of(judged: Judged) -> GradedAttempt:
    """Return a judged submission as the results table keeps it."""
    submission = judged.submission
    return GradedAttempt(
        class_id=submission.class_id,
        receipt=submission.receipt,
        learner=submission.learner,
        lesson=submission.lesson,
        points=judged.points,
        max_points=judged.max_points,
        questions=judged.questions,
        submitted_at=submission.at,
        graded_at=judged.graded_at,
        graded_with=judged.graded_with,
        message=judged.message,
    )


def _slices(paths: Iterable[Path], size: int) -> Iterator[list[Path]]:
    waiting = iter(paths)
    while some := list(islice(waiting, size)):
        yield some
