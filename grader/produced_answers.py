"""What came out of the sandbox, made answers: each checked, each within a size, and a reason for what is refused."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError

from course.answers import MAX_PRODUCED_BYTES, Answer, FileValue, Value, check_value
from course.documents import Opened, read_document
from course.handing_over import WANTED
from grader.sandbox.jobs import Run

NO_ANSWER = "Kết quả nộp không đúng dạng nên chưa chấm được. Hãy nộp bằng lesson.answer(…) như trong bài."


def checked_answers(
    done: Run, asked: Collection[str], audience: str, at: datetime
) -> tuple[dict[str, Answer], dict[str, str]]:
    """Return the answers to the questions asked, and by question why another was refused, in Vietnamese."""
    answers, refused = {}, {}
    for id, given in done.answers.items():
        if id not in asked:
            continue
        value = _checked(given)
        if value is None:
            refused[id] = NO_ANSWER
        elif (size := len(orjson.dumps(value.model_dump(mode="json")))) > MAX_PRODUCED_BYTES:
            refused[id] = _too_large(value, size)
        else:
            answers[id] = Answer(value=value, audience=audience, at=at)
    return answers, refused


def checked_documents(done: Run, asked: Collection[str]) -> dict[str, Opened]:
    """Return what is in the files among the answers."""
    return {id: read_document(orjson.dumps(document)) for id, document in done.documents.items() if id in asked}


def _checked(given: Any) -> Value | None:
    try:
        value = check_value(given)
    except (ValidationError, RecursionError):
        return None
    return value.without_content() if isinstance(value, FileValue) else value


def _too_large(value: Value, size: int) -> str:
    return (
        f"Kết quả nộp là {WANTED.get(value.kind, 'một câu trả lời')} nặng {size // 1000} kB, "
        f"nhiều nhất được {MAX_PRODUCED_BYTES // 1000} kB. Hãy lọc, gộp hoặc rút gọn rồi nộp lại."
    )
