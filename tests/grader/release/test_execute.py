"""Does a lesson run for an audience, and does a mistake in it say where it is?"""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from course.widgets import Choice, Text
from grader.release.execute import ReleaseError, run_lesson
from tests.grader.release.sample_lesson import write_sample


def run_cells(tmp_path, *sources: str):
    return run_lesson(write_sample(tmp_path, [new_code_cell(source) for source in sources]), "nong-dan")


def test_each_audience_sees_its_own_texts(tmp_path):
    notebook = write_sample(tmp_path)
    scenes = {}
    for audience in ("nong-dan", "can-bo"):
        shown = [cell.display for cell in run_lesson(notebook, audience).cells]
        scenes[audience] = next(value.html for value in shown if isinstance(value, Text))
    assert "cô Hoa" in scenes["nong-dan"]
    assert "Chuyện ở xã" in scenes["can-bo"]


def test_test_cells_are_skipped_and_their_points_kept(tmp_path):
    run = run_lesson(write_sample(tmp_path), "nong-dan")
    assert run.points == {"q1": 4, "q2": 2, "q3": 2, "q4": 2}
    assert not any("expect" in cell.source for cell in run.cells)


def test_only_the_last_expression_is_shown(tmp_path):
    cells = run_cells(
        tmp_path,
        'from course import Lesson\nlesson = Lesson("level1/03")',
        'lesson.choice("p1", "A", ["x", "y", "z"])\n7 * 6',
        'asked = lesson.choice("p1", "A", ["x", "y", "z"])',
        'lesson.choice("p1", "A", ["x", "y", "z"])  # shown',
    ).cells
    assert [type(cell.display).__name__ for cell in cells[:3]] == ["NoneType", "int", "NoneType"]
    assert cells[1].display == 42
    assert isinstance(cells[3].display, Choice)


def test_a_cell_runs_in_the_notebooks_folder(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "chu.txt").write_text("chè", "utf-8")
    [cell] = run_cells(tmp_path, 'from pathlib import Path\nPath("data/chu.txt").read_text("utf-8")').cells
    assert cell.display == "chè"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x = 1\ny = (2", "dòng 2: Python không đọc được"),
        ("x = 1\n\n1 / 0", "dòng 3: ZeroDivisionError"),
        ('import json\njson.loads("{")', "dòng 2: JSONDecodeError"),
        ("raise SystemExit(3)", "dòng 1: SystemExit: 3"),
    ],
)
def test_an_error_names_notebook_cell_and_line(tmp_path, source, says):
    with pytest.raises(ReleaseError) as error:
        run_cells(tmp_path, "fine = True", source)
    assert str(error.value).startswith("03-hoi-mot-cau-ra-viec.ipynb, ô 2, ")
    assert says in str(error.value)


def test_a_broken_file_is_an_error_that_can_be_read(tmp_path):
    notebook = write_sample(tmp_path)
    notebook.write_text('{"cells": [', "utf-8")
    with pytest.raises(ReleaseError, match="không đọc được sổ bài"):
        run_lesson(notebook, "nong-dan")


def test_running_writes_nothing_beside_the_notebook(tmp_path):
    notebook = write_sample(tmp_path, [new_markdown_cell("# Bài"), *nbformat.read(write_sample(tmp_path), 4).cells[1:]])
    before = sorted(tmp_path.iterdir())
    run_lesson(notebook, "nong-dan")
    assert sorted(tmp_path.iterdir()) == before
