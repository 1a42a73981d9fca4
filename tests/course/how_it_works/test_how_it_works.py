"""The small model: what it says, what it is kept from, how it looks. With the model where the extra is installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from course.ai import how_it_works
from course.ai.how_it_works import _file, _model
from course.ai.how_it_works.widget import NextWord

with_model = pytest.mark.skipif(not how_it_works.installed(), reason="needs the extra how-it-works (253 MB)")
HANOI = "Thủ đô của Việt Nam là"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def own_folder(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BDHAI_MODELS", str(models))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return models


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where it was never installed: its modules cannot be found."""
    for name in list(sys.modules):
        if name.startswith(("xllamacpp", "gemma3_")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", [one for one in sys.meta_path if "editable" not in repr(one).lower()])
    monkeypatch.setattr(sys, "path_importer_cache", {})


def test_without_the_extra_a_learner_is_told_how_to_get_it(without_extra: None, own_folder: Path) -> None:
    assert not how_it_works.installed()
    with pytest.raises(how_it_works.NotInstalled, match=r"chưa được cài.*bdhai install how-it-works"):
        how_it_works.model()
    widget = NextWord()
    assert widget.phase == "missing" and "Không có nó vẫn học đủ bài" in widget.message
    widget._receive({"type": "guess", "text": HANOI, "temperature": 1})
    assert widget.phase == "missing" and not widget.pieces


def test_importing_it_does_not_load_the_engine() -> None:
    import subprocess

    code = "import sys, course.ai.how_it_works; print('xllamacpp' in sys.modules, 'anywidget' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "False"]


@with_model
def test_the_terms_come_first(own_folder: Path) -> None:
    with pytest.raises(how_it_works.TermsNotAccepted, match="đọc điều khoản"):
        how_it_works.model()
    widget = NextWord()
    assert widget.phase == "terms"
    text = widget.terms["text"]
    assert text.startswith("Last modified") and "Use Restrictions" in text and "Send feedback" not in text
    widget._receive({"type": "guess", "text": HANOI, "temperature": 1})
    assert not widget.pieces and "điều khoản" in widget.message
    assert not (own_folder / "gemma-3-270m-q4_k_m.gguf").exists(), (
        "nothing is put together before the terms are accepted"
    )
    widget._receive({"type": "accept"})
    assert widget.phase == "ready" and how_it_works.terms_accepted()


@with_model
def test_a_file_that_is_not_the_known_one_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BDHAI_MODELS", str(tmp_path))
    part = tmp_path / "part"
    part.write_bytes(b"GGUF but another")
    monkeypatch.setattr(_file.package(), "chunk_paths", lambda: [part])
    with pytest.raises(how_it_works.Broken, match="không đúng như đã biết"):
        _file.model_file()
    assert not list(tmp_path.glob("*.gguf")) and not list(tmp_path.glob("*.new"))


@pytest.fixture(scope="module")
def model(models: Path) -> how_it_works.LanguageModel:
    patch = pytest.MonkeyPatch()
    patch.setenv("BDHAI_MODELS", str(models))
    patch.setenv("XDG_DATA_HOME", str(models / "home"))
    try:
        how_it_works.accept_terms()
        _model._loaded.cache_clear()
        return how_it_works.model()
    finally:
        patch.undo()


@with_model
def test_a_spoilt_file_is_made_anew(model: how_it_works.LanguageModel, own_folder: Path) -> None:
    kept = own_folder / "gemma-3-270m-q4_k_m.gguf"
    kept.unlink()  # the loaded model keeps its own mapping
    kept.write_bytes(b"cut off")
    assert _file.model_file() == kept
    assert _file.file_hash(kept) == _file.SHA256


@with_model
def test_a_hubs_file_serves_learners_who_cannot_write_there(
    model: how_it_works.LanguageModel, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred learners must not each make a copy of 253 MB; what they accepted is kept in their own home."""
    before = {path.name: path.stat().st_mtime_ns for path in own_folder.iterdir()}
    monkeypatch.setattr(_file, "_join", None)
    assert _file.model_file().parent == own_folder
    how_it_works.accept_terms()
    assert {path.name: path.stat().st_mtime_ns for path in own_folder.iterdir()} == before


@with_model
def test_temperature_moves_the_same_probabilities(model: how_it_works.LanguageModel) -> None:
    cold, plain, hot = (model.next_pieces(HANOI, count=8, temperature=heat) for heat in (0.3, 1.0, 2.0))
    assert len(plain) == 8 and all(one.text for one in plain)
    assert [one.probability for one in plain] == sorted((one.probability for one in plain), reverse=True)
    assert 0 < sum(one.probability for one in plain) < 1, "of all the pieces it knows, not of the eight shown"
    assert plain[0].text == cold[0].text == hot[0].text
    assert cold[0].probability > plain[0].probability > hot[0].probability
    # p_T ∝ p^(1/T): the ratio of two pieces at T=2 is the root of that at T=1.
    assert hot[0].probability / hot[1].probability == pytest.approx(
        (plain[0].probability / plain[1].probability) ** 0.5, rel=0.02
    )


@with_model
def test_the_same_sentence_goes_on_in_several_ways(model: how_it_works.LanguageModel) -> None:
    first, again, other = (model.go_on("Xã Văn Lăng nổi tiếng vì", pieces=12, seed=seed) for seed in (1, 1, 2))
    assert first == again and first.strip() and first != other


@with_model
@pytest.mark.parametrize("text", ["", "   \n", "a" * 501, "ꙮ" * 400])
def test_what_cannot_be_gone_on_from_is_said(model: how_it_works.LanguageModel, text: str) -> None:
    with pytest.raises(how_it_works.TooLong):
        model.next_pieces(text)
    assert model.next_pieces(HANOI, count=1), "and it goes on working"


@with_model
def test_its_port_answers_nobody_else(model: how_it_works.LanguageModel) -> None:
    import httpx

    address = model._server.listening_address
    assert address.startswith("http://127.0.0.1:")
    assert httpx.post(f"{address}/v1/completions", json={"prompt": HANOI}, timeout=20).status_code == 401


PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Thử</title><style>body { margin: 0 } %s</style><main id="room"></main></html>"""
MOUNT = """
async (source) => {
  const listeners = {}, state = JSON.parse(await kernel("null"));
  const put = (next) => {
    for (const name in next) state[name] = next[name];
    for (const name in next) (listeners["change:" + name] || []).forEach((run) => run());
  };
  const model = {
    get: (name) => structuredClone(state[name]), set() {}, save_changes() {}, off() {},
    on: (event, run) => (listeners[event] = [...(listeners[event] || []), run]),
    send: async (content) => put(JSON.parse(await kernel(JSON.stringify(content)))),
  };
  const { default: widget } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  widget.render({ model, el: document.querySelector("#room") });
}
"""


@with_model
def test_a_learner_sees_bars_and_builds_a_sentence(model: how_it_works.LanguageModel, own_folder: Path) -> None:
    """The real widget, its real kernel side and the real model; only the wire between them is the test's."""
    from playwright.sync_api import expect, sync_playwright

    from tests.support.browser import launch

    widget = NextWord(text=HANOI)
    traits = ["phase", "message", "terms", "text", "temperature", "pieces", "written", "answered"]

    def kernel(content: str) -> str:
        if content != "null":
            widget._receive(json.loads(content))
        return json.dumps({name: getattr(widget, name) for name in traits})

    with sync_playwright() as playwright:
        browser = launch(playwright)
        page: Any = browser.new_page(viewport={"width": 390, "height": 844})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.expose_function("kernel", kernel)
        page.set_content(PAGE % NextWord._css)
        page.evaluate(MOUNT, NextWord._esm)
        page.get_by_role("button", name="Tôi đã xem và đồng ý").click()
        page.get_by_role("button", name="Đoán chữ tiếp theo").click()
        rows = page.locator(".bd-guess")
        expect(rows).to_have_count(8, timeout=60_000)
        first = rows.first.inner_text()
        assert widget.pieces[0]["text"].strip() in first and "%" in first
        added = widget.pieces[0]["text"]
        rows.first.click()
        expect(page.get_by_role("textbox")).to_have_value(HANOI + added)
        expect(page.get_by_role("status")).to_have_text("", timeout=60_000)
        assert widget.text == HANOI + added
        page.get_by_role("button", name="Viết tiếp ba lần").click()
        expect(page.locator(".bd-told")).to_have_count(3, timeout=60_000)
        assert "không biết chuyện nào có thật" in page.inner_text("#room")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.screenshot(path=str(own_folder / "phone.png"), full_page=True)
        browser.close()
    assert not errors
