"""The pages of the classes service, for the members of ``formgrade-<class>`` alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import OperationalError

from course.answers import now
from course.curriculum import Level, load_curriculum
from grader.database import Database
from hub_config.classes import ClassRoom, load_classes
from hub_config.services.classes.alike import SameCodeFinder, to_show
from hub_config.services.classes.gradebook import read_gradebook
from hub_config.services.classes.overview import ClassData, make_overview
from hub_config.services.shared.errors import ServiceError
from hub_config.services.shared.files import page_response, static_response
from hub_config.services.shared.identity import Authenticator, Identity
from hub_config.services.shared.people import account_names
from hub_config.services.shared.rendering import Renderer
from hub_config.services.shared.settings import ServiceSettings
from hub_config.settings import SettingsError


@dataclass
class ClassPages:
    """The pages and what they are made from."""

    settings: ServiceSettings
    database: Database
    renderer: Renderer
    authenticator: Authenticator

    def __post_init__(self) -> None:
        self._same_code = SameCodeFinder(self.settings.workspace)

    def routes(self) -> APIRouter:
        """Return the pages, the static files and the way back from logging in."""
        router, prefix = APIRouter(), self.settings.prefix

        @router.get(prefix)
        async def get_classes(request: Request) -> Response:
            if (identity := await self.authenticator.identify(request)) is None:
                return self.authenticator.login(request)
            taught = identity.taught_classes
            if len(taught) == 1:
                return RedirectResponse(f"{prefix}{quote(taught[0])}/", 302)
            return page_response(request, self.renderer.render("classes.html", rooms=self._rooms(identity)))

        @router.get(f"{prefix}oauth_callback")
        async def oauth_callback(request: Request) -> Response:
            return await self.authenticator.finish_login(request)

        @router.get(f"{prefix}static/{{name}}")
        async def get_static(request: Request, name: str) -> Response:
            folder = self.settings.workspace.release / "static"
            return static_response(request, name, self.renderer.assets, folder)

        @router.get(f"{prefix}{{class_id}}/")
        async def get_class(request: Request, class_id: str, cap: str = "1") -> Response:
            if (identity := await self.authenticator.identify(request)) is None:
                return self.authenticator.login(request)
            if class_id not in identity.taught_classes:
                raise ServiceError("not_yours", "Trang này dành cho giảng viên của lớp.")
            level = next((level for level in load_curriculum().levels if str(level.number) == cap), None)
            if level is None:
                raise ServiceError("not_found")
            return page_response(request, await run_in_threadpool(self._render_class, identity, class_id, level))

        @router.get(prefix.rstrip("/"))
        async def add_slash() -> Response:
            return RedirectResponse(prefix, 308)

        return router

    def _render_class(self, identity: Identity, class_id: str, level: Level) -> bytes:
        room = self._roster().get(class_id, ClassRoom(name=class_id))
        try:
            data = self._data(room)
        except OperationalError:
            raise ServiceError("gradebook_busy", "Sổ điểm đang bận. Chờ vài giây rồi tải lại trang.") from None
        same_code = self._same_code.find(room.name, level.lessons, data.submissions)
        return self.renderer.render(
            "class.html",
            room=room,
            level=level,
            levels=load_curriculum().levels,
            overview=make_overview(level.lessons, data, now()),
            alike=to_show(same_code, data.names, data.gradebook, data.notebooks),
            rooms=self._rooms(identity),
            notebooks=data.notebooks,
            formgrader=lambda path="": self._on_class_server(room, f"formgrader{path}"),
            lab=lambda path: self._on_class_server(room, f"lab/tree/{path}"),
        )

    def _data(self, room: ClassRoom) -> ClassData:
        gradebook = read_gradebook(self.settings.workspace, room.name)
        results = self.database.results(class_id=room.name)
        submissions = self.database.submissions(class_id=room.name)
        known = {*room.learners, *gradebook.students, *(row.learner for row in submissions)}
        members = sorted(known - set(room.trainers))
        own = {name: row.display_name for name, row in self.database.learners(members).items() if row.display_name}
        shown = account_names(self.settings.workspace.state, members) | own
        names = {name: shown.get(name, name) for name in members}
        activity = self.database.activity(members)
        done_today = self.database.done_today(members)
        return ClassData(names, results, submissions, activity, gradebook, self._notebooks(), done_today)

    def _notebooks(self) -> dict[str, str]:
        try:
            lessons: list[dict[str, Any]] = json.loads(self.settings.workspace.manifest.read_bytes())["lessons"]
        except FileNotFoundError:
            return {}
        return {lesson["lesson"]: lesson["notebook"] for lesson in lessons}

    def _rooms(self, identity: Identity) -> list[ClassRoom]:
        roster = self._roster()
        return [roster.get(name, ClassRoom(name=name)) for name in identity.taught_classes]

    def _roster(self) -> dict[str, ClassRoom]:
        try:
            return {room.name: room for room in load_classes(self.settings.workspace.state / "classes.yml")}
        except SettingsError:  # the hub itself tells the operator; gradebook and results still name the learners
            return {}

    def _on_class_server(self, room: ClassRoom, path: str) -> str:
        """Return an address on the class's shared server that starts the server first when it is not running."""
        base = self.settings.hub_prefix.removesuffix("hub/")
        target = quote(f"{base}user/{room.server_user}/{path}", safe="")
        return f"{self.settings.hub_prefix}spawn/{room.server_user}?next={target}"
