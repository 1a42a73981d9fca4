"""Does ``bdhai check`` find what a writer of lessons does wrong, and does a new lesson begin ready to be written?"""

from __future__ import annotations

import unicodedata
from datetime import date

import nbformat
import pytest
import yaml
from typer.testing import CliRunner

from course.law_cards import load_law_cards
from grader import checking, specimens, stock_check
from grader.check_cli import problem_lines
from grader.checking import check_lesson
from grader.cli import app
from grader.new_lesson import LessonExists, slug_of, start_lesson
from grader.release.clean import clean_file
from grader.stock_check import compare_with_stock
from grader.text_checks import text_problems, wording
from grader.workspace import STATE_VARIABLE, Workspace
from tests.support.pool_lesson import KEY, write_pool_lesson

SPECIMENS = """\
solution:
  q1: {kind: choice, picked: [B]}
  q2: {kind: mark, marked: ["1"]}
pool:
  q1: [{kind: choice, picked: [A]}, {kind: choice, picked: [C]}]
  q2: [{kind: mark, marked: ["2"]}]
mistakes:
  - {name: một, answers: {q1: {kind: choice, picked: [A]}}, points: {q1: 0}}
  - {name: hai, answers: {q1: {kind: choice, picked: [B]}}, items: {q1: 2}, points: {q1: 0}}
  - {name: ba, answers: {q2: {kind: mark, marked: ["2"]}}, points: {q2: 0}}
"""


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setattr(specimens, "FOLDER", tmp_path / "specimens")
    (tmp_path / "specimens" / "level1").mkdir(parents=True)
    (tmp_path / "specimens" / "level1" / "04.yml").write_text(SPECIMENS, "utf-8")
    clean_file(write_pool_lesson(tmp_path / "level1"))
    return Workspace(tmp_path / "state", tmp_path)


def change_specimens(space, **changes):
    path = space.lessons / "specimens" / "level1" / "04.yml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | changes, allow_unicode=True), "utf-8")


def problems(space):
    return problem_lines(check_lesson(space, KEY))


def add_text(space, text):
    path = space.source_notebook(KEY)
    notebook = nbformat.read(path, 4)
    notebook.cells[0].source += f"\n\n{text}"
    nbformat.write(notebook, path)
    clean_file(path)


def test_passes_a_lesson_with_pools(space):
    checks = check_lesson(space, KEY)
    assert problem_lines(checks) == []
    assert {(one.questions, one.solution, one.blank) for one in checks} == {(2, 1.0, 0.0)}
    assert checks[0].mistakes == {"kinds": 3, "expected": 3}


def test_finds_an_item_whose_key_is_wrong_or_that_nobody_solves(space):
    change_specimens(space, pool={"q1": [{"kind": "choice", "picked": ["B"]}, {"kind": "choice", "picked": ["C"]}]})
    assert [line.partition(": ")[2].partition(" 0/3")[0] for line in problems(space)] == [
        "Lời giải, q1 bản 2: q1",
        "q2: bản 2 chưa có bài mẫu (mục pool trong grader/specimens/level1/04.yml).",
    ]


def test_finds_an_audience_whose_item_has_another_form(space):
    (space.lessons / "level1" / "04-tim-kiem-thong-minh.yml").write_text(
        "phu-nu: {q1: {pool: [{options: [Một, Hai]}, {}]}}", "utf-8"
    )
    assert "level1/04 · phu-nu: q1 bản 2: có 2 mục, bản chung có 3." in problems(space)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hỏi nghành thuế.", "xem lại chính tả “nghành”"),
        ("Nộp hồ sơ ở cấp huyện.", "“cấp huyện” đã hết từ 01/07/2025"),
        ("Chị Hoa ở tỉnh Bắc Kạn.", "“tỉnh Bắc Kạn” đã hết từ 01/07/2025"),
        ("VIẾT: còn thiếu.", "chưa viết, còn chữ “VIẾT:”"),
    ],
)
def test_finds_words_that_must_not_stand(space, text, told):
    add_text(space, text)
    [line] = problems(space)
    assert line.startswith("level1/04 · mọi nhóm: ô 1") and told in line


def test_lets_what_is_past_be_told(space):
    add_text(space, "Từ 01/07/2025 không còn cấp huyện. Chị Hoa ở tỉnh Bắc Kạn cũ.")
    assert problems(space) == []


def test_finds_decomposed_letters_in_a_sidecar(space):
    path = space.lessons / "level1" / "04-tim-kiem-thong-minh.yml"
    path.write_text(unicodedata.normalize("NFD", path.read_text("utf-8")), "utf-8")
    assert any("dạng tách dấu (NFD)" in line for line in problems(space))


def test_finds_a_mistake_in_the_reasons_and_in_a_sidecar(space):
    source = space.source_notebook(KEY)
    notebook = nbformat.read(source, 4)
    cell = next(cell for cell in notebook.cells if "Vì A hai." in cell.source)
    cell.source = cell.source.replace("Vì A hai.", "Vì cuôc họp.")
    nbformat.write(notebook, source)
    sidecar = source.with_suffix(".yml")
    sidecar.write_text(sidecar.read_text("utf-8").replace("Thời tiết", "Thời tiêts"), "utf-8")
    found = text_problems(source, KEY)
    assert "cuôc" in "".join(found[None]) and "tiêts" in "".join(found["nong-dan"])


def test_is_a_law_card_that_has_run_out_found(space, monkeypatch):
    add_text(space, "Xem thẻ luật.")
    path = space.source_notebook(KEY)
    notebook = nbformat.read(path, 4)
    notebook.cells[1].source += '\nlesson.law("luat-ai")'
    nbformat.write(notebook, path)
    clean_file(path)
    assert problems(space) == []

    class Later(date):
        @classmethod
        def today(cls):
            return load_law_cards()["luat-ai"].again

    monkeypatch.setattr(checking, "date", Later)
    assert any("thẻ luật “luat-ai” quá hạn kiểm lại" in line for line in problems(space))


def test_tells_the_wording_which_sentence_is_longest_and_what_is_rare(space):
    add_text(
        space, "Một câu dài hơn hẳn mọi câu khác ở trong cả bài này, để xem máy có đếm ra nó hay không. Mở Facebook."
    )
    [found] = wording({KEY: space.source_notebook(KEY)})
    assert found.longest.startswith("Một câu dài hơn hẳn") and found.longest_words == 22
    assert ("facebook", 1) in found.foreign and "hẳn" in found.rare


def test_do_specimens_earn_the_same_in_stock_nbgrader(space, monkeypatch):
    every = stock_check.stock_specimens(KEY, "can-bo")
    names = ["Lời giải", "Chưa trả lời", "Lời giải, q1 bản 2", "Lời giải, q1 bản 3", "Lời giải, q2 bản 2", "một", "hai"]
    assert [one.name for one in every] == names
    monkeypatch.setattr(stock_check, "stock_specimens", lambda lesson, audience: [every[3], every[6]])  # each a kernel
    ours, stock = compare_with_stock(space, [KEY], "can-bo")
    assert ours == stock
    assert ours == {(KEY, "Lời giải, q1 bản 3"): {"q1": 3, "q2": 2}, (KEY, "hai"): {"q1": 0, "q2": 2}}


def test_does_a_new_lesson_begin_ready_to_be_written(tmp_path):
    space = Workspace(tmp_path / "state", tmp_path)
    notebook, sidecar, keys = start_lesson(
        space, "level1/04", "Tìm kiếm thông minh, đúng trang", tmp_path / "specimens"
    )
    assert notebook.name == "04-tim-kiem-thong-minh-dung-trang.ipynb"
    assert set(yaml.safe_load(sidecar.read_text("utf-8"))) >= {"can-bo", "tieu-thuong"}
    told = text_problems(notebook, "level1/04")
    assert all("chưa viết" in line for lines in told.values() for line in lines) and len(told[None]) > 20
    with pytest.raises(LessonExists, match="04-tim-kiem-thong-minh-dung-trang"):
        start_lesson(space, "level1/04", "Tên khác", tmp_path / "specimens")
    assert keys == tmp_path / "specimens" / "level1" / "04.yml"


def test_does_a_new_lesson_run_and_lack_nothing_but_its_words(tmp_path, monkeypatch):
    monkeypatch.setattr(specimens, "FOLDER", tmp_path / "specimens")
    space = Workspace(tmp_path / "state", tmp_path)
    start_lesson(space, "level1/04", "Bài thử", tmp_path / "specimens")
    assert {line.rpartition(": ")[2] for line in problems(space)} == {"chưa viết, còn chữ “VIẾT:”."}


def test_says_the_command_what_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path))
    for arguments, told in (
        (["level9/99", "Bài"], "Chương trình học không có bài level9/99"),
        (["level1/01", "Bài"], "Bài 1.1 đã có"),
        (["level5/08", "…"], "Tên bài cần có chữ"),
    ):
        done = CliRunner().invoke(app, ["new-lesson", *arguments])
        assert done.exit_code == 1 and told in done.stderr.replace("\n", " ")


def test_is_a_file_named_without_diacritics():
    assert slug_of("Đọc – ghi: Ảnh thành chữ!") == "doc-ghi-anh-thanh-chu"


def test_does_the_check_print_one_table(monkeypatch, tmp_path):
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path))
    done = CliRunner().invoke(app, ["check", "level1/02", "--words"], env={"COLUMNS": "160"})
    assert done.exit_code == 0, done.stderr
    assert done.stdout.count("level1/02 │") == 6 and "Câu dài nhất" in done.stdout
