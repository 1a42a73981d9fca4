"""Are a lesson's pictures small plain drawings, do they say what their words say, and can a key be found in them?"""

import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from nbformat.v4 import new_code_cell

from course.comparing import Fix, words
from course.curriculum import load_curriculum
from grader.judge import prepare
from grader.picture_checks import picture_problems, unseen_pictures
from grader.release.execute import ReleaseError, run_lesson
from grader.release.steps import make_steps
from grader.source_notebook import HIDDEN_BEGIN, is_test_cell, makes_questions, read_notebook
from grader.workspace import Workspace
from tests.grader.release.sample_lesson import sample_cells, write_sample

LESSON = "level1/07"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
PICTURE = 'lesson.picture("phieu", alt="Phiếu cân chè")'


def folder_with(tmp_path, content: str) -> Path:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "07-x.svg").write_text(content, "utf-8")
    return tmp_path / "07-bai.ipynb"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (SVG.format("<script>alert(1)</script>"), "script"),
        (SVG.format('<rect onclick="alert(1)"/>'), "onclick"),
        (SVG.format('<rect style="fill:red"/>'), "style"),
        (SVG.format('<image href="https://x.example/a.png"/>'), "href, image"),
        (SVG.format('<g xmlns:x="http://www.w3.org/1999/xlink" x:href="#a"/>'), "href"),
        ("<?xml-stylesheet href='a.css'?>" + SVG.format(""), "<?"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;"), "<!"),
        (SVG.format("<text>"), "không đọc được"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
        (SVG.format("<text>cha\u0300o</text>"), "NFD"),
        (SVG.format("<text>" + "ă" * 5000 + "</text>"), "nặng"),
    ],
)
def test_is_anything_but_a_small_plain_drawing_refused(tmp_path, content, told):
    assert told in "".join(picture_problems(folder_with(tmp_path, content)))


def test_is_a_plain_drawing_taken(tmp_path):
    assert picture_problems(folder_with(tmp_path, SVG.format('<text x="1" y="5" font-size="4">chào</text>'))) == []


def test_is_a_lesson_released_only_with_its_pictures_and_their_words(tmp_path):
    cells = sample_cells()
    cells.insert(2, new_code_cell(PICTURE))
    notebook = write_sample(tmp_path, cells)
    with pytest.raises(ReleaseError, match="thiếu tệp ảnh"):
        make_steps(run_lesson(notebook, "nong-dan"), "x")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / f"{notebook.name[:2]}-phieu.svg").write_text(SVG.format(""), "utf-8")
    blocks = [block for step in make_steps(run_lesson(notebook, "nong-dan"), "x") for block in step.blocks]
    [picture] = [block.state for block in blocks if block.widget == "picture"]
    assert picture == {"picture": SVG.format(""), "alt": "Phiếu cân chè", "caption": ""}
    assert not any("picture" in block.state for block in blocks if block.widget not in ("", "picture"))
    cells[2] = new_code_cell(PICTURE.replace("Phiếu cân chè", ""))
    with pytest.raises(ReleaseError, match="lời tả"):
        make_steps(run_lesson(write_sample(tmp_path, cells), "nong-dan"), "x")


@pytest.mark.parametrize("audience", load_curriculum().audiences)
def test_do_the_pictures_of_lesson_7_say_what_their_words_and_the_key_say(audience):
    source = Workspace.from_environment().source_notebook(LESSON)
    prepared = prepare(source, LESSON, audience)
    assert unseen_pictures(prepared.lesson) == []
    drawn = 0
    for name, (_, widget) in prepared.lesson.shown.items():
        for traits in getattr(widget, "pool", None) or [widget.get_state()]:
            if not traits.get("picture"):
                continue
            drawn += 1
            seen = " ".join(node.text or "" for node in ElementTree.fromstring(traits["picture"]).iter())
            assert words(seen) == words(traits["alt"]), name
    assert drawn == 6


@pytest.mark.parametrize("audience", load_curriculum().audiences)
def test_does_what_the_machine_read_differ_from_the_picture_just_where_the_key_says(audience):
    source = Workspace.from_environment().source_notebook(LESSON)
    prepared = prepare(source, LESSON, audience)
    keys = {}

    def note(id, *, fixes=None, marks=None, pool=(), **_):
        keys[id] = [(fixes, marks), *((item.get("fixes"), item.get("marks")) for item in pool)]

    for cell in filter(is_test_cell, read_notebook(source).cells):
        hidden = cell.source.split(HIDDEN_BEGIN)[1]
        exec(hidden, {"lesson": SimpleNamespace(expect=note)})
    for traits, (fixes, _) in zip(prepared.lesson.shown["q2"][1].pool, keys["q2"], strict=True):
        made = [Fix.from_mapping(fix) for fix in fixes[audience]]
        text = traits["recorded"]
        assert len(made) == 5 and not any(fix.made_in(text) for fix in made)
        for fix in made:
            text = text.replace(fix.instead_of, fix.want[0])
        assert words(text) == words(traits["alt"])
    for traits, (_, marks) in zip(prepared.lesson.shown["q1"][1].pool, keys["q1"], strict=True):
        plain = " ".join(words(traits["alt"]))
        for piece in traits["pieces"]:
            if piece["id"]:
                there = re.search(rf"(?<!\w){re.escape(' '.join(words(piece['text'])))}(?!\w)", plain) is not None
                assert there != (int(piece["id"]) in marks), piece["text"]


def test_is_a_picture_the_lessons_own_cell_in_a_code_lesson():
    assert makes_questions(PICTURE)
