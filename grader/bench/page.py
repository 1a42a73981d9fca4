"""``bdhai bench page``: the whole run, one measurement after another."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from grader.bench.network import running_chromium
from grader.bench.programs import BenchError, Hub, running_hub, running_voila
from grader.bench.report import as_object, measured_on
from grader.bench.submitting import measure_submit_to_result
from grader.bench.visits import (
    FIRST,
    SECOND,
    Deadline,
    JupyterLab,
    LessonPage,
    Surface,
    Voila,
    cold_page,
    cookies_of_learner,
    measure_bytes,
    measure_first_answer,
)
from grader.workspace import Workspace

STEPS = 10
"""How often ``tell`` is called."""


def bench_page(lessons: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Start a hub on a temporary folder, measure, and end it.

    Parameters
    ----------
    lessons : Path
        The repository.
    tell : callable
        Called before each of ``STEPS`` steps with what comes, in Vietnamese.

    Returns
    -------
    dict
        The object that ``bdhai bench page --json`` prints; see ``docs/benchmarks.md``.

    Raises
    ------
    BenchError
        If a program that is measured, or measures, is not there or does not start.
    """
    if importlib.util.find_spec("voila") is None:
        raise BenchError("Thiếu Voilà để so sánh. Hãy chạy: .venv/bin/pip install -e '.[dev,bench]'")
    with tempfile.TemporaryDirectory(prefix="bdhai-bench-") as name, running_chromium() as browser:
        folder = Path(name)
        tell("Mở lớp học thử")
        with running_hub(folder, lessons) as hub, hub.api() as client:
            return _Run(browser, hub, client, tell).all(folder)


class _Run:
    """One run; a measurement that fails leaves a note and an empty place, and the others go on."""

    def __init__(self, browser: Any, hub: Hub, client: Any, tell: Callable[[str], None]):
        self.browser = browser
        self.hub = hub
        self.client = client
        self.tell = tell
        self.results: dict[str, dict[str, Any]] = {"page": {}, "jupyterlab": {}, "voila": {}}
        self.notes: list[str] = []

    def all(self, folder: Path) -> dict[str, Any]:
        notebooks = lesson_notebooks(self.hub.state)
        cookies = cookies_of_learner(self.browser, self.hub)
        page = LessonPage(self.hub)
        self._compare(page, cookies)
        self.tell("Nộp bài năm lần")
        submit = self._try(
            "submit_to_result_s",
            lambda: measure_submit_to_result(self.browser, self.hub, cookies, self.client),
        )
        memory = {"page": self._memory(page, cookies)}

        self.tell("Mở máy chủ Jupyter của người học")
        self.results["jupyterlab"]["spawn_s"] = self.hub.spawn(self.client)
        cookies = cookies_of_learner(self.browser, self.hub, with_lab=True)
        lab = JupyterLab(self.hub, notebooks)
        self._compare(lab, cookies)
        self._end_kernels()
        memory["jupyterlab"] = self._memory(lab, cookies)

        self.tell("Mở Voilà")
        copies = folder / "voila"
        shutil.copytree(Workspace(self.hub.state, folder).released_notebooks, copies)
        with running_voila(folder, copies) as url:
            self._compare(Voila(url, notebooks), [])
        rest = {"submit_to_result_s": submit, "memory_mb": memory, "measured_on": measured_on(self.browser.version)}
        return as_object(self.results, rest, self.notes)

    def _compare(self, surface: Surface, cookies: list[Any]) -> None:
        own = self.results[surface.name]
        self.tell(f"Đếm dữ liệu tải về: {surface.name}")
        own.update(self._try(f"{surface.name}: bytes", lambda: measure_bytes(self.browser, surface, cookies)) or {})
        self.tell(f"Câu trả lời đầu trên mạng chậm: {surface.name}")
        own["first_answer_s"] = self._try(
            f"{surface.name}: first_answer_s", lambda: measure_first_answer(self.browser, surface, cookies)
        )

    def _memory(self, surface: Surface, cookies: list[Any]) -> float | None:
        """Measure while the learner has the lesson open."""

        def measure() -> float:
            with cold_page(self.browser, cookies, surface.viewport) as page:
                surface.open(page, FIRST, Deadline())
                return self.hub.memory_mb()

        return self._try(f"memory_mb: {surface.name}", measure)

    def _end_kernels(self) -> None:
        """Leave no kernel of an earlier measurement: one learner has one."""
        with contextlib.suppress(httpx.HTTPError):
            base = "/user/hocvien/api"
            for session in self.client.get(f"{base}/sessions").json():
                self.client.delete(f"{base}/sessions/{session['id']}")

    def _try(self, name: str, measure: Callable[[], Any]) -> Any:
        from playwright.sync_api import Error

        try:
            return measure()
        except (Error, httpx.HTTPError, OSError, psutil.Error) as error:
            self.notes.append(f"{name}: {str(error).splitlines()[0]}")
            return None


def lesson_notebooks(state: Path) -> dict[str, str]:
    """Return the released notebooks of the first two lessons, as paths below the folder of notebooks.

    Raises
    ------
    BenchError
        If one was not released.
    """
    folder = Workspace(state, state).released_notebooks
    found = {}
    for lesson in (FIRST, SECOND):
        paths = sorted(folder.glob(f"{lesson}-*.ipynb"))
        if not paths:
            raise BenchError(f"Bài {lesson} chưa phát hành được nên không đo được. Hãy chạy: bdhai check {lesson}")

        found[lesson] = paths[0].relative_to(folder).as_posix()
    return found
