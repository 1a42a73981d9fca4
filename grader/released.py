"""What has been released: the lessons and their questions, without any key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from pydantic import BaseModel, ConfigDict, Field

from course.answers import Answer, ChoiceValue, MarkValue, OrderValue, WorkValue
from course.curriculum import LESSON_KEY, load_curriculum

TASK_KINDS = {"number", "text", "table", "chart", "file"}
"""What code can hand over."""


class NotReleased(Exception):
    """Something does not fit what has been released.

    Parameters
    ----------
    code
        A code of ``docs/architecture.md``, "learn service".
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Model(BaseModel):
    # The release may tell more than this service needs.
    model_config = ConfigDict(extra="ignore", frozen=True)


class ReleasedQuestion(_Model):
    """One question as the release lists it."""

    id: str
    kind: str
    graded: bool = False
    points: float = 0
    options: int = 0
    several: bool = False
    items: int = 0
    pieces: int = 0
    pool: int = 1
    """How many items of the same form it has."""
    step: int | None = None
    checks: int = 0
    """Of a ``work``: what there is to tick."""
    wants: str = ""
    """Of a ``task``: the kind of value that its code has to hand over."""

    def check(self, answer: Answer) -> None:
        """Check that an answer fits this question.

        Raises
        ------
        NotReleased
            ``page_outdated`` when it fits another form of the question, ``bad_answer`` when it fits none.
        """
        value = answer.value
        if answer.item > self.pool:
            raise NotReleased("page_outdated")
        if self.kind == "task":
            if value.kind not in TASK_KINDS or (self.wants and value.kind != self.wants):
                raise NotReleased("page_outdated")
            return
        if value.kind != self.kind:
            raise NotReleased("page_outdated")
        match value:
            case ChoiceValue():
                given, size = value.picked, self.options
                if len(given) > 1 and not self.several:
                    raise NotReleased("bad_answer")
                places = [ord(letter) - ord("A") + 1 for letter in given]
            case OrderValue():
                given, size = value.order, self.items
                places = [ord(letter) - ord("A") + 1 for letter in given]
            case MarkValue():
                given, size = value.marked, self.pieces
                places = [int(piece) for piece in given]
            case WorkValue():
                given, size = value.checked, self.checks
                places = [ord(letter) - ord("A") + 1 for letter in given]
            case _:
                return
        if len(set(given)) != len(given):
            raise NotReleased("bad_answer")
        if any(not 1 <= place <= size for place in places):
            raise NotReleased("page_outdated")


class ReleasedLesson(_Model):
    """One released lesson."""

    lesson: str
    title: str
    minutes: int
    notebook: str
    """The stem of its notebook, for example ``01-noi-thay-go``."""
    steps: int | None = None
    questions: list[ReleasedQuestion] = Field(default_factory=list)

    @property
    def has_code(self) -> bool:
        """Whether code is graded in it, so that it is handed in together with the learner's notebook."""
        return any(question.kind == "task" and question.graded for question in self.questions)

    def check(self, answers: Mapping[str, Answer]) -> None:
        """Check that answers fit its questions; errors as for a question's own ``check``, and ``question_unknown``."""
        for id, answer in answers.items():
            self.question(id).check(answer)
            if answer.audience not in load_curriculum().audiences:
                raise NotReleased("bad_answer")

    def question(self, id: str) -> ReleasedQuestion:
        """Find a question.

        Raises
        ------
        NotReleased
            ``question_unknown``.
        """
        for question in self.questions:
            if question.id == id:
                return question
        raise NotReleased("question_unknown")


class _Manifest(_Model):
    lessons: list[ReleasedLesson]


class Released:
    """The release's manifest, read again when it changes.

    Parameters
    ----------
    manifest
        ``release/manifest.json``; no file means that nothing has been released yet.
    """

    def __init__(self, manifest: Path):
        self.manifest = manifest
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._by_key: dict[str, ReleasedLesson] = {}

    def lessons(self) -> dict[str, ReleasedLesson]:
        """Return the released lessons by key."""
        try:
            status = self.manifest.stat()
        except FileNotFoundError:
            return {}
        with self._lock:
            if self._seen != (seen := (status.st_mtime_ns, status.st_ino)):
                manifest = _Manifest.model_validate_json(self.manifest.read_bytes())
                self._by_key = {lesson.lesson: lesson for lesson in manifest.lessons}
                self._seen = seen
            return self._by_key

    def lesson(self, key: str) -> ReleasedLesson:
        """Find a released lesson.

        Raises
        ------
        NotReleased
            ``lesson_unknown`` when the curriculum has no such lesson, ``lesson_not_released``.
        """
        if not LESSON_KEY.fullmatch(key):
            raise NotReleased("lesson_unknown")
        try:
            load_curriculum().lesson(key)
        except KeyError:
            raise NotReleased("lesson_unknown") from None
        if (lesson := self.lessons().get(key)) is None:
            raise NotReleased("lesson_not_released")
        return lesson
