"""What comes by nbgrader's own Submit: each learner's inbound folder is watched, and what is new goes to the inbox.

Who handed in is told by the folder above, where only that learner's server can write; when, by our own clock. A
folder's name and the files in it are the learner's claims.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from course.answers import now
from grader.attempts import AttemptsPolicy, LearnerLocks
from grader.database import Database
from grader.database_submissions import submission_row
from grader.inbound_files import InboundFolder, Unacceptable, shown
from grader.inbox import Submission, accept_assignment, inbox_file, read
from grader.intake_lessons import HandedIn, LessonIntake, receipt_of, refusal_row
from grader.released import Released
from grader.workspace import UnsafeName, Workspace, safe_name

log = logging.getLogger(__name__)

QUIET_SECONDS = 0.5
"""A folder is taken when nothing in it has changed for so long, and nbgrader has written its last file;"""
PATIENCE_SECONDS = 30.0
"""without that file, as from another program, after so long."""
_LAST_FILE = "submission_secret.txt"
_SETTLED_SECONDS = 2.0  # two changes of a folder within one tick of the clock look like one
_AT_ONCE = 20  # folders of one learner in one pass: whoever hands in a thousand keeps nobody else waiting
_AGAIN_SECONDS = 60.0
_LEVELS = {f"level{number}" for number in range(1, 6)}


@dataclass
class _Place:
    """One learner's inbound folder in one class."""

    class_id: str
    learner: str
    path: Path


class Intake:
    """Takes in what nbgrader's own Submit has put into learners' inbound folders.

    Parameters
    ----------
    locks
        Shared with whatever else takes submissions in this process.
    """

    def __init__(
        self,
        workspace: Workspace,
        database: Database,
        policy: AttemptsPolicy | None = None,
        locks: LearnerLocks | None = None,
    ) -> None:
        self.workspace = workspace
        self.database = database
        self._locks = locks or LearnerLocks()
        released = Released(workspace.manifest)
        self._lessons = LessonIntake(workspace, database, released, policy or AttemptsPolicy.of(workspace))
        self._taken: dict[str, dict[str, set[str]]] = {}
        self._seen: dict[tuple[str, str], int] = {}
        self._not_before: dict[Path, float] = {}
        self._held: set[Path] = set()
        """Folders with a lesson that was tried too often just now; a newer one of the same assignment replaces it."""
        self._waits: dict[tuple[str, str], datetime] = {}
        self._lock = FileLock(workspace.state / "exchange" / ".intake.lock", timeout=0)

    def look(self) -> list[Submission]:
        """Look once; return what was put into the inbox, to be graded. Where nothing changed this costs one look each.

        Nothing that is wrong with one folder keeps the others from being taken.
        """
        accepted: list[Submission] = []
        try:
            Path(self._lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
            with self._lock:
                for place, changed_at in self._changed_places():
                    try:
                        done = self._look_at(place, accepted)
                    except Exception as error:  # a busy database, a full disk: the folders stay, trying again is right
                        log.error("inbound of %s in %s: %s", place.learner, place.class_id, type(error).__name__)
                        continue
                    if done and time.time() - changed_at / 1e9 > _SETTLED_SECONDS:
                        self._seen[place.class_id, place.learner] = changed_at
        except Timeout:
            log.debug("another process is looking")
        return accepted

    def waiting_until(self, learner: str, lesson: str) -> datetime | None:
        """Return when a lesson that came too soon after the last try will be taken; ``None`` when none waits."""
        moment = self._waits.get((learner, lesson))
        return moment if moment is not None and moment > now() else None

    def _changed_places(self) -> Iterator[tuple[_Place, int]]:
        """Yield the learners' folders whose list of folders is not the one that was last done with."""
        for class_id in self.workspace.class_ids():
            root = self.workspace.exchange(class_id) / "inbound-by-learner"
            try:
                entries = sorted(os.scandir(root), key=lambda entry: entry.name)
            except OSError:
                continue
            for entry in entries:
                try:
                    safe_name(entry.name)
                    status = entry.stat(follow_symlinks=False)
                except (UnsafeName, OSError):
                    continue
                if entry.is_dir(follow_symlinks=False) and self._seen.get((class_id, entry.name)) != status.st_ctime_ns:
                    yield _Place(class_id, entry.name, Path(entry.path)), status.st_ctime_ns

    def _look_at(self, place: _Place, accepted: list[Submission]) -> bool:
        """Take what is ready; tell whether nothing is left."""
        taken = self._taken_of(place)
        waiting = sorted(
            (entry.stat(follow_symlinks=False).st_ctime_ns, entry.name)
            for entry in os.scandir(place.path)
            if _hash(entry.name) not in taken
        )
        done = len(waiting) <= _AT_ONCE
        for position, (_, name) in enumerate(waiting[:_AT_ONCE]):
            path = place.path / name
            newer = any(_assignment(other) == _assignment(name) for _, other in waiting[position + 1 :])
            put_off = self._not_before.get(path, 0.0) > time.monotonic()
            if put_off and not (newer and path in self._held):
                done = False
                continue
            try:
                with self._locks.of(place.learner):
                    finished = self._take(place, name, newer, accepted)
            except Exception as error:
                log.error("a folder of %s in %s: %s", place.learner, place.class_id, type(error).__name__)
                self._not_before[path] = time.monotonic() + _AGAIN_SECONDS
                finished = False
            done = done and finished
        return done

    def _take(self, place: _Place, name: str, newer: bool, accepted: list[Submission]) -> bool:
        """Take one folder in, or refuse it; tell whether it is done with."""
        rows: list[dict[str, object]] = []
        new: list[Submission] = []
        done = True
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(InboundFolder(place.path / name))
                if not _is_whole(folder):
                    return False
                assignment = self._assignment_of(place, name)
                if assignment in _LEVELS:
                    handed_in = HandedIn(
                        *(place.class_id, place.learner, assignment, name),
                        at=datetime.fromtimestamp(folder.handed_in_at(), UTC),
                        others=tuple(path.name for path in place.path.iterdir()),
                    )
                    found = self._lessons.take(folder, handed_in)
                    new, rows = found.submissions, found.refusals
                    if found.waits and not newer:
                        self._wait(place, name, found.waits)
                        done = False
                elif (submission := self._classic(place, name, assignment, folder)) is not None:
                    new = [submission]
            except Unacceptable as refusal:
                rows = [self._refusal(place, name, str(refusal))]
        self._note(place, name, new, rows, done)
        accepted += new
        return done

    def _taken_of(self, place: _Place) -> set[str]:
        if place.class_id not in self._taken:
            self._taken[place.class_id] = self.database.taken_folders(place.class_id)
        return self._taken[place.class_id].setdefault(place.learner, set())

    def _assignment_of(self, place: _Place, name: str) -> str:
        claimed, _, rest = name.partition("+")
        assignment = rest.partition("+")[0]
        if not assignment:
            raise Unacceptable("Thư mục bài nộp không do nút Submit tạo ra nên không nhận.")
        if claimed != place.learner:
            raise Unacceptable("Bài nộp mang tên người khác nên không nhận.")
        try:
            there = (self.workspace.class_directory(place.class_id) / "source" / safe_name(assignment)).is_dir()
        except UnsafeName:
            there = False
        if not there:
            raise Unacceptable("Lớp không có bài tập tên này nên không nhận.")
        return assignment

    def _classic(self, place: _Place, name: str, assignment: str, folder: InboundFolder) -> Submission | None:
        files = folder.read_all()
        if not any(path.endswith(".ipynb") for path in files):
            raise Unacceptable("Trong bài nộp không có sổ bài làm (tệp .ipynb) nào.")
        if self._is_same_as_last(place, assignment, files):
            return None
        receipt = receipt_of(place.class_id, place.learner, name, assignment)
        path = inbox_file(self.workspace, place.class_id, place.learner, receipt)
        if path.exists():  # a process ended between writing it and saying so
            return read(path)
        path.with_name(f".{receipt}.part").unlink(missing_ok=True)
        return accept_assignment(self.workspace, place.class_id, place.learner, assignment, files, receipt)

    def _is_same_as_last(self, place: _Place, assignment: str, files: dict[str, bytes]) -> bool:
        rows = self.database.submissions(learner=place.learner, class_id=place.class_id, lesson=assignment)
        rows = [row for row in rows if row.state != "refused"]
        if not rows:
            return False
        try:
            last = read(inbox_file(self.workspace, place.class_id, place.learner, rows[-1].receipt))
        except Exception:  # gone, or not what was received: then this one is new
            return False
        return dict(last.files) == files

    def _refusal(self, place: _Place, name: str, reason: str) -> dict[str, object]:
        lesson = shown(_assignment(name)) or shown(name)
        receipt = receipt_of(place.class_id, place.learner, name, "")
        return refusal_row(place.class_id, place.learner, lesson, receipt, reason)

    def _note(self, place: _Place, name: str, new: list[Submission], rows: list[dict[str, object]], done: bool) -> None:
        key = (place.class_id, place.learner)
        taken = (*key, _hash(name)) if done else None
        self.database.add_submissions([*map(submission_row, new), *rows], taken=taken)
        if done:
            self._taken_of(place).add(_hash(name))
            self._not_before.pop(place.path / name, None)
            self._held.discard(place.path / name)

    def _wait(self, place: _Place, name: str, waits: dict[str, int]) -> None:
        self._not_before[place.path / name] = time.monotonic() + min(waits.values())
        self._held.add(place.path / name)
        for lesson, seconds in waits.items():
            self._waits[place.learner, lesson] = now() + timedelta(seconds=seconds)


def _is_whole(folder: InboundFolder) -> bool:
    patience = QUIET_SECONDS if folder.has(_LAST_FILE) else PATIENCE_SECONDS
    return time.time() - folder.changed_at() > patience


def _assignment(name: str) -> str:
    return name.partition("+")[2].partition("+")[0]


def _hash(name: str) -> str:
    """Return a folder's name as the database keeps it: a learner may put any bytes into it."""
    return hashlib.sha256(os.fsencode(name)).hexdigest()
