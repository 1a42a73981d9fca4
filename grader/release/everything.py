"""``bdhai release``: from source notebooks to pages, learners' notebooks and every class's assignment."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rich.progress import Progress

from grader.class_directory import release_to_exchange, sync_assignment
from grader.files import replace_whole
from grader.release.clean import clean_file
from grader.release.notebooks import release_notebooks
from grader.release.page import build_pages
from grader.workspace import Workspace


def release_all(workspace: Workspace, class_ids: Iterable[str] | None, bar: Progress) -> list[str]:
    """Release every lesson that has been written; return their keys.

    The manifest is written last and whole, so the service never lists a lesson whose page is not there.

    Raises
    ------
    NotebookError, TextsError, ReleaseError, ClassDirectoryError
        When a lesson is not fit to release. Sources are cleaned, but what was released before stays in force.
    """
    keys = workspace.lesson_keys()
    levels = sorted({key.split("/")[0] for key in keys})
    classes = list(class_ids) if class_ids else workspace.class_ids()
    task = bar.add_task("Phát hành", total=len(keys) + 2 + len(classes) * len(levels))
    notebooks = {key: workspace.source_notebook(key) for key in keys}
    for path in notebooks.values():
        clean_file(path)
        bar.advance(task)
    lessons = build_pages(notebooks, workspace.release)
    bar.advance(task)
    release_notebooks(workspace)
    bar.advance(task)
    for class_id in classes:
        for level in levels:
            if sync_assignment(workspace, class_id, level):
                release_to_exchange(workspace, class_id, level)
            bar.advance(task)
    manifest = json.dumps({"lessons": lessons}, ensure_ascii=False, indent=1, sort_keys=True)
    replace_whole(workspace.manifest, manifest.encode())
    return keys
