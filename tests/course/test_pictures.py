"""Does a lesson show the picture of its audience, and its words where the picture is missing?"""

import pytest

from course import Lesson
from course.preparation import preparing

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text x="1" y="5">{}</text></svg>'


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for file, words in (("07-phieu.svg", "chung"), ("07-phieu.nong-dan.svg", "chè"), ("07-hai.svg", "hai")):
        (folder / file).write_text(SVG.format(words), "utf-8")
    (tmp_path / "07-x.yml").write_text("nong-dan: {phieu: {alt: Phiếu cân chè}, q1: {alt: Tờ chè}}\n", "utf-8")
    return Lesson("level1/07")


def test_is_an_audiences_own_picture_shown_and_else_the_common_one(lesson):
    widget = lesson.picture("phieu", alt="Phiếu chung", caption="**Phiếu**")
    assert widget.caption == "<strong>Phiếu</strong>"
    lesson._change_audience("nong-dan")
    assert ("chè" in widget.picture, widget.alt, repr(widget)) == (True, "Phiếu cân chè", "Ảnh: Phiếu cân chè")
    lesson._change_audience("can-bo")
    assert ("chung" in widget.picture, widget.alt) == (True, "Phiếu chung")


def test_is_a_picture_nothing_to_answer(lesson):
    lesson.picture("phieu", alt="Phiếu")
    assert lesson.questions == {} and lesson.deliver()


def test_does_the_picture_of_a_question_follow_its_item(lesson):
    lesson._change_audience("can-bo")
    widget = lesson.dictation(
        "q1", "Sửa.", say="", recorded="l5", picture="phieu", alt="15", pool=[{"picture": "hai", "alt": "Hai"}]
    )
    seen = {widget.alt: widget.picture}
    widget._handle_custom_msg({"type": "another"}, [])
    seen[widget.alt] = widget.picture
    assert set(seen) == {"15", "Hai"} and "chung" in seen["15"] and "hai" in seen["Hai"]


def test_do_the_words_stand_alone_where_the_file_is_missing(lesson):
    widget = lesson.picture("khong-co", alt="Tờ giấy mời họp")
    assert (widget.picture, repr(widget)) == ("", "Ảnh: Tờ giấy mời họp")


def test_does_the_sandbox_read_no_picture(tmp_path):
    with preparing("nong-dan", tmp_path, headless=True):
        lesson = Lesson("level1/07")
        assert lesson.picture("phieu", alt="Phiếu") is None
        lesson.mark("q1", "Đánh dấu.", "Số [[l5]].", picture="phieu", alt="15")
        assert set(lesson.questions) == {"q1"}
