"""A small learn service with real state in memory, for trying the lesson page in a browser.

The contract is that of ``docs/architecture.md``; records merge through ``course.answers`` as in the real one. Switches
on ``state`` make it misbehave.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from course.answers import Answer, AnswerRecord, now

PREFIX = "/services/learn/"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".html": "text/html; charset=utf-8"}


@dataclass
class State:
    records: dict[tuple[str, str], AnswerRecord] = field(default_factory=dict)
    submissions: list[dict[str, Any]] = field(default_factory=list)
    results: dict[str, Any] | None = None
    """What the next submission earns."""
    looks_until_graded: int = 2
    logged_in: bool = True
    user: str = "hoa"
    refuse: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """By question: status, code and message of a refused write."""

    def record(self, lesson: str) -> AnswerRecord:
        return self.records.get((self.user, lesson), AnswerRecord(lesson=lesson))

    def write(self, lesson: str, answers: dict[str, Any], sent_at: str | None = None) -> AnswerRecord:
        parsed = {id: Answer.model_validate(answer) for id, answer in answers.items()}
        if sent_at is not None:
            ahead = datetime.fromisoformat(sent_at) - now()
            parsed = {id: answer.model_copy(update={"at": answer.at - ahead}) for id, answer in parsed.items()}
        self.records[self.user, lesson] = merged = self.record(lesson).merged(parsed)
        return merged


def _error(status: int, code: str, message: str, **more: Any) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}, **more}, status)


def make_app(release: Path, state: State) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Response:
        if not state.logged_in and "/api/" in request.url.path:
            return _error(401, "not_logged_in", "Mời đăng nhập.")
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    def compressed(path: Path, request: Request) -> Response:
        accepted = request.headers.get("accept-encoding", "")
        for suffix, coding in ((".br", "br"), (".gz", "gzip")):
            if coding in accepted and (packed := path.with_name(path.name + suffix)).exists():
                return FileResponse(packed, media_type=TYPES[path.suffix], headers={"Content-Encoding": coding})
        return FileResponse(path, media_type=TYPES[path.suffix])

    @app.get(PREFIX)
    def path_page() -> HTMLResponse:
        return HTMLResponse("<h1>Lộ trình của tôi</h1>")

    @app.get(PREFIX + "static/{name}")
    def static(name: str, request: Request) -> Response:
        response = compressed(release / "static" / name, request)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    @app.get(PREFIX + "lessons/{level}/{number}/")
    def lesson_page(level: str, number: str, request: Request) -> Response:
        if not state.logged_in:
            state.logged_in = True  # as the hub does: ask for the log-in, come back here
        response = compressed(release / "pages" / level / f"{number}.nong-dan.html", request)
        response.headers["Cache-Control"] = "no-cache"
        return response

    @app.get(PREFIX + "api/me")
    def me() -> dict[str, Any]:
        return {"name": state.user, "display_name": "Cô Hoa", "audience": "nong-dan", "classes": ["demo"]}

    def record_answer(record: AnswerRecord) -> dict[str, Any]:
        return {**record.model_dump(mode="json", by_alias=True), "now": now().isoformat()}

    @app.get(PREFIX + "api/answers/{level}/{number}")
    def get_answers(level: str, number: str) -> dict[str, Any]:
        return record_answer(state.record(f"{level}/{number}"))

    @app.put(PREFIX + "api/answers/{level}/{number}")
    async def put_answers(level: str, number: str, request: Request) -> Any:
        body = await request.json()
        assert set(body) == {"schema", "now", "answers"} and body["schema"] == 1
        for id in body["answers"]:
            if id in state.refuse:
                return _error(*state.refuse[id])
        return record_answer(state.write(f"{level}/{number}", body["answers"], body["now"]))

    @app.post(PREFIX + "api/submissions/{level}/{number}")
    async def submit(level: str, number: str, request: Request) -> Any:
        body = await request.json()
        assert set(body) == {"schema", "version"}
        record = state.record(f"{level}/{number}")
        if body["version"] != record.version:
            changed = record.model_dump(mode="json", by_alias=True)
            return _error(409, "answers_changed", "Bài vừa được sửa ở nơi khác.", record=changed)
        receipt = f"7F3A-{20 + len(state.submissions) + 1}"
        at = now().isoformat()
        answers = {id: answer.value.model_dump() for id, answer in record.answers.items()}
        state.submissions.append(
            {"receipt": receipt, "at": at, "version": record.version, "answers": answers, "looks": 0}
        )
        return JSONResponse({"receipt": receipt, "at": at, "sha256": "0" * 64, "version": record.version}, 201)

    @app.get(PREFIX + "api/results/{level}/{number}")
    def results(level: str, number: str) -> dict[str, Any]:
        if not state.submissions:
            return {"state": "none"}
        last = state.submissions[-1]
        last["looks"] += 1
        base = {"receipt": last["receipt"], "submitted_at": last["at"], "message": ""}
        if state.results is None or last["looks"] <= state.looks_until_graded:
            return {"state": "grading", **base}
        return {"state": "graded", "graded_at": last["at"], **base, **state.results}

    return app


@contextlib.contextmanager
def serving(release: Path, state: State, port: int = 0) -> Iterator[str]:
    """Serve until the block ends; yields the address of the sample lesson's page."""
    listener = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(make_app(release, state), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{PREFIX}lessons/level1/03/"
    finally:
        server.should_exit = True
        thread.join(10)
