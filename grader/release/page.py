"""Write the lesson pages: one HTML file for each lesson and audience, and what the service must know of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from course.curriculum import Audience, LessonEntry, load_curriculum
from grader.release.execute import ReleaseError, run_lesson
from grader.release.static import StaticFiles, build_static, write_page
from grader.release.steps import Step, make_steps, questions_of

ROOT = "../../../"
"""From ``lessons/level1/01/`` to the service's root. The hub sets the prefix, so every address is relative."""

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("page")),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def build_page(
    entry: LessonEntry,
    audience: Audience,
    steps: list[Step],
    static: StaticFiles,
    *,
    next_key: str | None = None,
    code_notebook: str | None = None,
) -> str:
    """Return a lesson page for one audience: the same bytes for the same input, and nothing of any learner.

    Parameters
    ----------
    next_key
        The lesson that "Bài tiếp theo" leads to; without one the button leads to the path.
    code_notebook
        Of a lesson with code: the notebook's path in a learner's folder, where the code is written.
    """
    blocks = [block for step in steps for block in step.blocks if block.widget]
    data = {
        "lesson": entry.key,
        "audience": audience.id,
        "you": audience.address,
        "root": ROOT,
        "widgetsModule": f"static/{static.widgets}",
        "widgets": [
            {"widget": block.widget, "state": block.state} | ({"pool": block.pool} if block.pool else {})
            for block in blocks
        ],
    }
    return _environment.get_template("lesson.html").render(
        entry=entry,
        audience=audience,
        steps=steps,
        static=static,
        root=ROOT,
        next_key=next_key,
        code_notebook=code_notebook,
        data=_script_json(data),
    )


def build_pages(
    notebooks: Mapping[str, Path], release: Path, *, audiences: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """Write the pages of some lessons and the files they share.

    Parameters
    ----------
    notebooks
        Source notebooks by lesson key, for example ``{"level1/01": Path("level1/01-noi-thay-go.ipynb")}``.
    release
        The folder that gets ``pages/`` and ``static/``.
    audiences
        All audiences by default.

    Returns
    -------
    list of dict
        One entry per lesson for ``manifest.json``: ``lesson``, ``title``, ``minutes``, ``notebook`` (stem), ``hash``
        (of its pages) and ``questions``.

    Raises
    ------
    ReleaseError
        When a lesson cannot be released. No page has been written then.
    """
    curriculum = load_curriculum()
    chosen = list(audiences or curriculum.audiences)
    static = build_static(release / "static")
    manifest = []
    files: dict[Path, str] = {}
    for key, notebook in notebooks.items():
        entry = curriculum.lesson(key)
        following = curriculum.after(key)
        next_key = following.key if following and following.key in notebooks else None
        pages: dict[str, str] = {}
        questions: list[dict[str, Any]] | None = None
        for id in chosen:
            run = run_lesson(notebook, id)
            steps = make_steps(run, entry.title)
            asked = questions_of(steps)
            if questions is not None and asked != questions:
                raise ReleaseError(f"{notebook.name}: bản cho “{id}” khác về số câu hoặc số lựa chọn.")
            questions = asked
            own = f"level{entry.level}/{notebook.name}" if run.has_code else None
            pages[id] = build_page(entry, curriculum.audiences[id], steps, static, next_key=next_key, code_notebook=own)
        files |= {release / "pages" / f"{key}.{id}.html": html for id, html in pages.items()}
        manifest.append(
            {
                "lesson": key,
                "title": entry.title,
                "minutes": entry.minutes,
                "notebook": notebook.stem,
                "hash": hashlib.sha256("".join(pages.values()).encode()).hexdigest()[:16],
                "questions": questions or [],
            }
        )
    for path, html in files.items():
        write_page(path, html)
    return manifest


def _script_json(data: dict[str, Any]) -> Markup:
    """Write JSON that can stand in a ``<script>``: no text in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))
