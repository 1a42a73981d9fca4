"""What has been released: the lessons and their questions, without any key."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from pydantic import BaseModel, ConfigDict, Field

from course.answers import Answer, ChoiceValue, MarkValue, OrderValue
from course.curriculum import LESSON_KEY, load_curriculum
from hub_config.services.shared.errors import ServiceError


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
    step: int | None = None

    def check(self, answer: Answer) -> None:
        """Check that an answer fits this question.

        Raises
        ------
        ServiceError
            ``page_outdated`` when it fits another form of the question, ``bad_answer`` when it fits none.
        """
        value = answer.value
        if value.kind != self.kind:
            raise ServiceError("page_outdated")
        match value:
            case ChoiceValue():
                given, size = value.picked, self.options
                if len(given) > 1 and not self.several:
                    raise ServiceError("bad_answer")
                places = [ord(letter) - ord("A") + 1 for letter in given]
            case OrderValue():
                given, size = value.order, self.items
                places = [ord(letter) - ord("A") + 1 for letter in given]
            case MarkValue():
                given, size = value.marked, self.pieces
                places = [int(piece) for piece in given]
            case _:
                return
        if len(set(given)) != len(given):
            raise ServiceError("bad_answer")
        if any(not 1 <= place <= size for place in places):
            raise ServiceError("page_outdated")


class ReleasedLesson(_Model):
    """One released lesson."""

    lesson: str
    title: str
    minutes: int
    notebook: str
    """The stem of its notebook, for example ``01-noi-thay-go``."""
    steps: int | None = None
    questions: list[ReleasedQuestion] = Field(default_factory=list)

    def question(self, id: str) -> ReleasedQuestion:
        """Find a question.

        Raises
        ------
        ServiceError
            ``question_unknown``.
        """
        for question in self.questions:
            if question.id == id:
                return question
        raise ServiceError("question_unknown")


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
        ServiceError
            ``lesson_unknown`` when the curriculum has no such lesson, ``lesson_not_released``.
        """
        if not LESSON_KEY.fullmatch(key):
            raise ServiceError("lesson_unknown")
        try:
            load_curriculum().lesson(key)
        except KeyError:
            raise ServiceError("lesson_unknown") from None
        if (lesson := self.lessons().get(key)) is None:
            raise ServiceError("lesson_not_released")
        return lesson
