"""Lessons in a folder that nbgrader's own Submit handed in: each whose answers are new becomes a submission."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from course.answers import MAX_LESSON_BYTES, AnswerRecord, is_blank, now
from grader.attempts import AttemptsPolicy, is_same_work
from grader.database import Database
from grader.database_tables import SubmissionRow
from grader.inbound_files import InboundFolder, Unacceptable
from grader.inbox import Submission, accept, inbox_file, read
from grader.released import NotReleased, Released, ReleasedLesson
from grader.submitted_notebook import MAX_BYTES, BadNotebook, without_outputs
from grader.workspace import Workspace

_BROKEN = "Tệp câu trả lời {name} bị hỏng nên bài này chưa nhận được. Mở bài, chạy lại từ đầu rồi nộp nhé."
_OUTDATED = "Bài học vừa được sửa. Mở lại bài, chạy từ đầu (Run › Run All Cells) rồi nộp nhé."


@dataclass(frozen=True)
class HandedIn:
    """A folder of nbgrader's own Submit."""

    class_id: str
    learner: str
    level: str
    folder: str
    at: datetime
    """When the copy into it ended."""
    others: tuple[str, ...]
    """All folders of this learner that are there, this one too."""

    def receipt(self, lesson: str) -> str:
        """Return the receipt that this lesson of this folder has, now and after any crash."""
        return receipt_of(self.class_id, self.learner, self.folder, lesson)


@dataclass
class Taken:
    """What came of one folder."""

    submissions: list[Submission]
    refusals: list[dict[str, object]]
    """Rows of submissions that were refused."""
    waits: dict[str, int]
    """Lessons tried too often just now, with the seconds until they may be taken."""


class LessonIntake:
    """Takes lessons out of folders."""

    def __init__(self, workspace: Workspace, database: Database, released: Released, policy: AttemptsPolicy) -> None:
        self.workspace = workspace
        self.database = database
        self.released = released
        self.policy = policy

    def take(self, folder: InboundFolder, handed_in: HandedIn) -> Taken:
        """Accept every lesson that has answers other than those of its last submission; what is wrong is refused."""
        taken = Taken([], [], {})
        for key, lesson in sorted(self.released.lessons().items()):
            if key.split("/")[0] != handed_in.level:
                continue
            try:
                self._take_lesson(folder, handed_in, lesson, taken)
            except Unacceptable as refusal:
                row = (handed_in.class_id, handed_in.learner, key, handed_in.receipt(key), str(refusal))
                taken.refusals.append(refusal_row(*row))
        return taken

    def _take_lesson(self, folder: InboundFolder, handed_in: HandedIn, lesson: ReleasedLesson, taken: Taken) -> None:
        key, learner, class_id = lesson.lesson, handed_in.learner, handed_in.class_id
        rows = self.database.submissions(learner=learner, lesson=key)
        if any(row.receipt == handed_in.receipt(key) and row.class_id == class_id for row in rows):
            return
        path = inbox_file(self.workspace, class_id, learner, handed_in.receipt(key))
        if path.exists():  # a process ended between writing it and saying so
            taken.submissions.append(read(path))
            return
        record = _record(folder, lesson)
        if record is None or self._is_superseded(handed_in, key, rows):
            return
        notebook = _notebook(folder, lesson) if lesson.has_code else None
        mine = [row for row in rows if row.class_id == class_id and row.state != "refused"]
        if mine and is_same_work(self.workspace, mine[-1], record, notebook):
            return
        if seconds := self.policy.seconds_to_wait(self.database, learner, key, now()):
            taken.waits[key] = seconds
            return
        path.with_name(f".{path.stem}.part").unlink(missing_ok=True)  # of a process that ended while writing
        taken.submissions.append(
            accept(self.workspace, class_id, learner, record, handed_in.receipt(key), notebook=notebook)
        )

    def _is_superseded(self, handed_in: HandedIn, key: str, rows: list[SubmissionRow]) -> bool:
        """Tell whether the learner has handed this lesson in otherwise, on the lesson page, since this folder came."""
        from_folders = {receipt_of(handed_in.class_id, handed_in.learner, other, key) for other in handed_in.others}
        came = handed_in.at.replace(microsecond=handed_in.at.microsecond // 1000 * 1000)  # as submissions count
        return any(row.at >= came and row.receipt not in from_folders for row in rows)


def _record(folder: InboundFolder, lesson: ReleasedLesson) -> AnswerRecord | None:
    """Return the answers beside a lesson's notebook, ``None`` when there are none."""
    name = f"{lesson.lesson.split('/')[1]}.answers.json"
    if (content := folder.read(name, 2 * MAX_LESSON_BYTES)) is None:
        return None
    try:
        record = AnswerRecord.model_validate_json(content)
    except (ValidationError, OverflowError):
        raise Unacceptable(_BROKEN.format(name=name)) from None
    if record.lesson != lesson.lesson:
        raise Unacceptable(f"Tệp {name} là câu trả lời của bài khác.")
    if record.too_large() is not None:
        raise Unacceptable("Câu trả lời dài quá. Hãy rút ngắn lại rồi nộp.")
    known = {question.id for question in lesson.questions}
    # A question that is no longer in the lesson is passed over, as the lesson page does.
    answers = {id: answer for id, answer in record.answers.items() if id in known}
    try:
        lesson.check(answers)
    except NotReleased:
        raise Unacceptable(_OUTDATED) from None
    if all(is_blank(answer.value) for answer in answers.values()):
        return None
    return record.model_copy(update={"answers": answers})


def _notebook(folder: InboundFolder, lesson: ReleasedLesson) -> str:
    name = f"{lesson.notebook}.ipynb"
    if (content := folder.read(name, MAX_BYTES)) is None:
        raise Unacceptable(f"Không thấy sổ bài làm {name}. Giữ nguyên tên tệp rồi nộp lại nhé.")
    try:
        return without_outputs(content)
    except BadNotebook as problem:
        raise Unacceptable(str(problem)) from None


def receipt_of(class_id: str, learner: str, folder: str, lesson: str) -> str:
    """Return the receipt of a lesson, or a whole assignment, in a folder: the same whenever it is asked for."""
    parts = (part.encode("utf-8", "surrogateescape") for part in (class_id, learner, folder, lesson))
    digits = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16].upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def refusal_row(class_id: str, learner: str, lesson: str, receipt: str, reason: str) -> dict[str, object]:
    """Return the row of a submission that was refused before anything of it was kept."""
    row = {"class_id": class_id, "learner": learner, "lesson": lesson, "receipt": receipt, "message": reason}
    return row | {"version": 0, "at": now(), "sha256": "", "state": "refused"}
