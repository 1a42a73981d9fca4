"""Does the guide for lesson writers say what the kit does?"""

from __future__ import annotations

import inspect
import re

import pytest
import yaml

from course import Lesson
from course.asking import Asking
from course.preparation import preparing
from grader.handbook.pages import SECTIONS
from hub_config.settings import REPO

GUIDE = (REPO / "docs" / "viet-bai-hoc.md").read_text("utf-8")
LARGEST_PICTURE = 40_000


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("code", [code for code in blocks("python") if "lesson.expect" not in code])
def test_do_its_examples_run(code):
    with preparing("nong-dan", REPO / "level1"):
        lesson = Lesson("level1/06")
        exec(code, {"lesson": lesson})
    assert lesson.shown


def test_does_it_name_every_call_that_a_writer_has():
    calls = [name for name, _ in inspect.getmembers(Asking, inspect.isfunction) if not name.startswith("_")]
    named = set(re.findall(r"lesson\.(\w+)\(", GUIDE)) | set(re.findall(r"### .*`(\w+)`", GUIDE))
    assert set(calls) - named <= {"task", "answer"}  # of lessons with code: viet-bai-co-ma.md
    assert "viet-bai-co-ma.md" in GUIDE


def test_are_its_pictures_there_small_and_told_in_words():
    pictures = re.findall(r'<img src="([^"]+)" width="\d+" alt="([^"]+)">', GUIDE)
    assert len(pictures) == GUIDE.count("<img") >= 10
    for path, alt in pictures:
        assert 0 < (REPO / "docs" / path).stat().st_size < LARGEST_PICTURE
        assert len(alt) > 10
    made = {path.name for path in (REPO / "docs" / "images" / "widgets").glob("*.png")}
    assert {path.rpartition("/")[2] for path, _ in pictures} == made


def test_is_its_yaml_yaml_and_are_its_headings_those_of_the_handbook():
    assert all(isinstance(yaml.safe_load(text), dict) for text in blocks("yaml"))
    assert all(f"`## {heading}`" in GUIDE for heading in SECTIONS)
