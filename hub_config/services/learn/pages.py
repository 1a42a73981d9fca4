"""The pages of the learn service: the path, the lessons, and the files they need."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from course.curriculum import LESSON_KEY, Level, load_curriculum
from grader.database_tables import ResultRow
from hub_config.services.learn.level_end import look_back
from hub_config.services.learn.path import make_path
from hub_config.services.learn.service import LearnService
from hub_config.services.shared.errors import ServiceError
from hub_config.services.shared.files import page_response, static_response
from hub_config.services.shared.identity import Identity
from hub_config.services.shared.people import greeting


def page_routes(service: LearnService) -> APIRouter:
    """Return the pages, the static files and the way back from logging in."""
    router = APIRouter()
    prefix = service.prefix

    @router.get(prefix)
    async def get_path(request: Request) -> Response:
        identity = await service.authenticator.identify(request)
        if identity is None:
            return service.authenticator.login(request)
        choosing = request.query_params.get("chon-nhom") is not None
        wanted = request.query_params.get("bai", "")
        render = _render_path
        page = await run_in_threadpool(render, service, identity, choosing, wanted if _is_key(wanted) else "")
        return page_response(request, page)

    @router.get(f"{prefix}lessons/{{level}}/{{number}}/")
    async def get_lesson(request: Request, level: str, number: str) -> Response:
        identity = await service.authenticator.identify(request)
        if identity is None:
            return service.authenticator.login(request)
        key = service.released.lesson(f"{level}/{number}").lesson
        audience = await run_in_threadpool(_audience, service, identity.name, key)
        if audience is None:
            return RedirectResponse(f"{prefix}?{urlencode({'chon-nhom': '1', 'bai': key})}", 302)
        return await run_in_threadpool(
            page_response, request, service.workspace.release / "pages" / f"{key}.{audience}.html"
        )

    @router.get(f"{prefix}level{{number}}")
    async def get_level(request: Request, number: str) -> Response:
        identity = await service.authenticator.identify(request)
        if identity is None:
            return service.authenticator.login(request)
        level = next((level for level in load_curriculum().levels if str(level.number) == number), None)
        if level is None:
            raise ServiceError("not_found")
        return page_response(request, await run_in_threadpool(_render_level, service, identity, level))

    @router.get(f"{prefix}static/{{name}}")
    async def get_static(request: Request, name: str) -> Response:
        assets, folder = service.renderer.assets, service.workspace.release / "static"
        return await run_in_threadpool(static_response, request, name, assets, folder)

    @router.get(f"{prefix}oauth_callback")
    async def oauth_callback(request: Request) -> Response:
        return await service.authenticator.finish_login(request)

    # Without the slash at the end every relative address on the page would be wrong.
    @router.get(prefix.rstrip("/"))
    async def add_slash() -> Response:
        return RedirectResponse(prefix, 308)

    @router.get(f"{prefix}lessons/{{level}}/{{number}}")
    async def add_slash_to_lesson(level: str, number: str) -> Response:
        return RedirectResponse(f"{prefix}lessons/{service.released.lesson(f'{level}/{number}').lesson}/", 308)

    return router


def _is_key(text: str) -> bool:
    return LESSON_KEY.fullmatch(text) is not None


def _audience(service: LearnService, name: str, key: str) -> str | None:
    """Return the audience this lesson was begun in, otherwise the one the learner chose."""
    audiences = load_curriculum().audiences
    begun = service.database.record(name, key).audience()
    chosen = service.learner(name).audience
    return next((audience for audience in (begun, chosen) if audience in audiences), None)


def _render_path(service: LearnService, identity: Identity, choosing: bool, wanted: str) -> bytes:
    curriculum = load_curriculum()
    learner = service.learner(identity.name)
    audience = curriculum.audiences.get(learner.audience or "")
    values = {
        "audience": audience,
        "greeting": greeting(learner.display_name or identity.name, audience),
        "taught": identity.taught_classes,
    }
    if audience is None or choosing:
        return service.renderer.render("choose.html", audiences=curriculum.audiences.values(), wanted=wanted, **values)
    database = service.database
    submissions = {row.lesson: row for row in database.submissions(learner=identity.name)}  # the newest comes last
    results = _results(service, identity)
    path = make_path(curriculum, service.released.lessons(), database.records(identity.name), submissions, results)
    return service.renderer.render("path.html", path=path, **values)


def _results(service: LearnService, identity: Identity) -> dict[str, ResultRow]:
    """Return what counts by lesson; of several classes the newest."""
    rows = service.database.results(learner=identity.name)
    return {row.lesson: row for row in sorted(rows, key=lambda row: row.submitted_at)}


def _render_level(service: LearnService, identity: Identity, level: Level) -> bytes:
    audience = load_curriculum().audiences.get(service.learner(identity.name).audience or "")
    records, results = service.database.records(identity.name), _results(service, identity)
    end = look_back(level, service.released.lessons(), records, results)
    return service.renderer.render("level.html", end=end, audience=audience)
