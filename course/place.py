"""Where a notebook runs decides where its answers go: the hub's learn service, or a file on one's own machine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import httpx
from platformdirs import user_config_path

from course.answer_store import AnswerStore, FileStore
from course.curriculum import load_curriculum
from course.service_store import ServiceStore
from course.submitting import LocalSubmitter, ServiceSubmitter, Submitter

LEARN_URL = "BDHAI_LEARN_URL"
"""Environment variable with the learn service's address; set in learners' servers on a hub, absent elsewhere."""

LOCAL_GRADER = "BDHAI_LOCAL_GRADER"
"""Environment variable with a command that grades an answer file on a self-learner's own machine."""

DEFAULT_AUDIENCE = "can-bo"


def answer_file(folder: Path, lesson: str) -> Path:
    """Return the answer file that lies beside a lesson's notebook, for example ``01.answers.json``."""
    return folder / f"{lesson.split('/')[1]}.answers.json"


def open_store(lesson: str, folder: Path, on_delivered: Callable[[], None]) -> AnswerStore:
    """Open the store of this place for a lesson."""
    file = FileStore(answer_file(folder, lesson), lesson)
    client = _service()
    return ServiceStore(client, file, on_delivered) if client else file


def open_submitter(lesson: str) -> Submitter | None:
    """Return what hands a lesson in at this place, or ``None`` where there is nobody to hand it to."""
    if client := _service():
        return ServiceSubmitter(client, lesson)
    if command := os.environ.get(LOCAL_GRADER):
        return LocalSubmitter(command, answer_file(Path.cwd(), lesson))
    return None


def learner_name() -> str:
    """Return the learner's log-in name on a hub; empty on one's own machine."""
    return os.environ.get("JUPYTERHUB_USER", "")


def preferred_audience() -> str:
    """Return the audience the learner chose before, here or on the phone; cán bộ when none was chosen."""
    chosen = None
    if client := _service():
        with contextlib.suppress(httpx.HTTPError, ValueError):
            chosen = client.get("api/me").raise_for_status().json().get("audience")
    else:
        with contextlib.suppress(OSError):
            chosen = _choice_file().read_text("utf-8").strip()
    return chosen if chosen in load_curriculum().audiences else DEFAULT_AUDIENCE


def remember_audience(audience: str) -> None:
    """Keep the learner's choice for the next lesson; a failure to keep it is no reason to stop a lesson."""
    if client := _service():
        with contextlib.suppress(httpx.HTTPError):
            client.put("api/me", json={"audience": audience})
        return
    with contextlib.suppress(OSError):
        path = _choice_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(audience, "utf-8")


def _choice_file() -> Path:
    return user_config_path("bdhai") / "audience"


def _service() -> httpx.Client | None:
    url = os.environ.get(LEARN_URL)
    if not url:
        return None
    token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
    return httpx.Client(base_url=url, headers={"Authorization": f"token {token}"}, timeout=5.0)
