"""Does anything that a learner gets hold a key?"""

import ast
import html
import json

import pytest
from rich.progress import Progress

from course.curriculum import load_curriculum
from grader.class_directory import create_class
from grader.release.everything import release_all
from grader.source_notebook import hidden_part, read_notebook
from grader.workspace import Workspace
from hub_config.settings import REPO

# What must be said aloud stands in the question too, by design; the reasons and the word lists do not.
SAID_ALOUD = {"want", "not"}


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("release") / "state", REPO)
    create_class(workspace, "thu")
    with Progress(disable=True) as bar:
        release_all(workspace, None, bar)
    return workspace


def secrets_of(source: str) -> set[str]:
    """Return every text of a hidden part that would give something away: reasons, hints and patterns."""
    found: set[str] = set()

    def walk(node: ast.AST, secret: bool) -> None:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                said = isinstance(key, ast.Constant) and key.value in SAID_ALOUD
                walk(value, secret and not said)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if secret and (len(node.value) > 24 or node.value.startswith("re:")):
                found.add(node.value)
        else:
            for child in ast.iter_child_nodes(node):
                walk(child, secret)

    walk(ast.parse(source.strip()), True)
    return found


def texts_of(workspace: Workspace) -> dict[str, str]:
    """Return what learners can read, decoded as a reader would: notebooks' cells, pages with their data, scripts."""
    texts = {}
    for path in workspace.release.rglob("*"):
        if path.suffix == ".ipynb":
            texts[path.name] = "\n".join(cell.source for cell in read_notebook(path).cells)
        elif path.suffix in (".html", ".js", ".json", ".yml", ".css"):
            text = path.read_text("utf-8")
            decoded = html.unescape(text).replace("\\u003c", "<").replace('\\"', '"').replace("\\n", "\n")
            texts[str(path.relative_to(workspace.release))] = decoded
    for path in workspace.exchange("thu").rglob("outbound/**/*.ipynb"):
        texts[f"exchange {path.name}"] = path.read_text("utf-8")
    return texts


@pytest.mark.parametrize("lesson", [*(f"level1/{number:02}" for number in range(1, 9)), "level4/04"])
def test_a_release_holds_no_key(released, lesson):
    hidden = [hidden_part(cell.source) for cell in read_notebook(released.source_notebook(lesson)).cells]
    secrets = set().union(*(secrets_of(part) for part in hidden if part))
    assert len(secrets) > 10
    texts = texts_of(released)
    assert any(name.endswith(".html") for name in texts)
    assert any(name.startswith("exchange") for name in texts)
    leaks = [(secret, name) for secret in secrets for name, text in texts.items() if secret in text]
    assert leaks == []


def test_graded_questions_on_a_page_carry_no_feedback(released):
    pages = sorted((released.release / "pages" / "level1").glob("*.html"))
    lessons = [key for key in released.lesson_keys() if key.startswith("level1/")]
    assert len(pages) == len(lessons) * len(load_curriculum().audiences)
    for page in pages:
        data = page.read_text("utf-8").split('id="lesson">')[1].split("</script>")[0]
        for widget in json.loads(data)["widgets"]:
            if widget["state"].get("graded"):
                kept = {name: widget["state"].get(name) for name in ("right", "reasons", "reason", "find", "fixes")}
                assert not any(kept.values()), (page.name, kept)


def test_the_manifest_holds_no_key(released):
    text = released.manifest.read_text("utf-8")
    assert "right" not in text
    assert "because" not in text
