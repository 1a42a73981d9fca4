"""The calls of the learn service, as ``docs/architecture.md`` lists them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from course.answers import SCHEMA, Answer, Moment, QuestionId, now
from course.curriculum import load_curriculum
from grader.database import RecordTooLarge
from grader.submitted_notebook import MAX_BYTES
from hub_config.services.learn.results import result_json
from hub_config.services.learn.service import LearnService
from hub_config.services.learn.submitting import record_json, stamp
from hub_config.services.shared.errors import ServiceError
from hub_config.services.shared.identity import Identity
from hub_config.services.shared.requests import MAX_BODY_BYTES, check_same_origin, read_json

# Below this a difference between two clocks is taken for the time a message travels.
_CLOCK_TOLERANCE = timedelta(seconds=2)
# A notebook of the largest size taken, inside JSON, where quotes, line ends and letters beyond ASCII take more bytes.
_LARGEST_WITH_NOTEBOOK = 2 * MAX_BYTES + MAX_BODY_BYTES


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Me(_Body):
    audience: str


class _Answers(_Body):
    schema_: int = Field(alias="schema")
    now: Moment
    answers: dict[QuestionId, Answer]


class _Submission(_Body):
    schema_: int = Field(alias="schema")
    version: int
    notebook: str | None = None


def api_routes(service: LearnService) -> APIRouter:
    """Return the calls below ``api/``."""
    router = APIRouter(prefix=f"{service.prefix}api")
    database = service.database

    async def learner_of(request: Request) -> Identity:
        """Return who asks; everybody asks for their own, and asking for somebody else's is refused."""
        identity = await service.authenticator.identify(request)
        if identity is None:
            raise ServiceError("not_logged_in")
        if request.query_params.get("learner", identity.name) != identity.name:
            raise ServiceError("not_yours")
        if request.method != "GET":
            check_same_origin(request, identity)
        return identity

    async def me_json(identity: Identity) -> dict[str, Any]:
        learner = await run_in_threadpool(service.learner, identity.name)
        return {
            "name": identity.name,
            "display_name": learner.display_name,
            "audience": learner.audience,
            "classes": identity.classes,
        }

    @router.get("/me")
    async def get_me(request: Request) -> dict[str, Any]:
        return await me_json(await learner_of(request))

    @router.put("/me")
    async def put_me(request: Request) -> dict[str, Any]:
        identity = await learner_of(request)
        body = await read_json(request, _Me)
        if body.audience not in load_curriculum().audiences:
            raise ServiceError("bad_answer", "Không có nhóm học viên này.")
        await run_in_threadpool(database.set_learner, identity.name, audience=body.audience)
        return await me_json(identity)

    @router.get("/answers/{level}/{number}")
    async def get_answers(request: Request, level: str, number: str) -> dict[str, Any]:
        identity = await learner_of(request)
        lesson = service.released.lesson(f"{level}/{number}")
        record = await run_in_threadpool(database.record, identity.name, lesson.lesson)
        return {**record_json(record), "now": stamp(now())}

    @router.put("/answers/{level}/{number}")
    async def put_answers(request: Request, level: str, number: str) -> dict[str, Any]:
        identity = await learner_of(request)
        lesson = service.released.lesson(f"{level}/{number}")
        body = await read_json(request, _Answers)
        if body.schema_ != SCHEMA:
            raise ServiceError("page_outdated")
        lesson.check(body.answers)
        answers = _in_our_time(body)
        try:
            record = await run_in_threadpool(database.merge_answers, identity.name, lesson.lesson, answers)
        except RecordTooLarge:
            raise ServiceError("too_large") from None
        return {**record_json(record), "now": stamp(now())}

    @router.post("/submissions/{level}/{number}", status_code=201)
    async def post_submission(request: Request, level: str, number: str) -> dict[str, Any]:
        identity = await learner_of(request)
        lesson = service.released.lesson(f"{level}/{number}")
        limit = _LARGEST_WITH_NOTEBOOK if lesson.has_code else MAX_BODY_BYTES
        body = await read_json(request, _Submission, limit)
        if body.schema_ != SCHEMA:
            raise ServiceError("page_outdated")
        arguments = (identity.name, identity.classes, lesson, body.version, body.notebook)
        return (await run_in_threadpool(service.handing_in.submit, *arguments)).to_json()

    @router.get("/results/{level}/{number}")
    async def get_results(request: Request, level: str, number: str) -> dict[str, Any]:
        identity = await learner_of(request)
        lesson = service.released.lesson(f"{level}/{number}")
        waits_until = service.intake.waiting_until(identity.name, lesson.lesson)
        return await run_in_threadpool(result_json, database, identity.name, lesson.lesson, waits_until)

    return router


def _in_our_time(body: _Answers) -> dict[str, Answer]:
    """Set answers' times right by what the device's clock shows now; nothing was answered in the future."""
    ours = now()
    ahead = body.now - ours
    if abs(ahead) < _CLOCK_TOLERANCE:
        ahead = timedelta(0)
    try:
        return {
            id: answer.model_copy(update={"at": min(answer.at - ahead, ours)}) for id, answer in body.answers.items()
        }
    except OverflowError:
        raise ServiceError("bad_answer") from None
