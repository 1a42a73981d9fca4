"""A learner hands over a file in their own notebook: what is told, what is kept, and practice that answers at once."""

import json

import pytest

from course.answers import AnswerRecord
from course.lesson import Lesson
from tests.support.code_lesson import KEY, write_code_lesson
from tests.support.files import hostile_files, word_file

CHECKS = {
    "Tiêu đề": lambda document: document.paragraphs[1].is_heading,
    "Tổng": lambda document, bang: document.has(f"{bang['kg'].sum() * 2 + 0.5:g}".replace(".", ",")),
}


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    write_code_lesson(tmp_path)
    monkeypatch.chdir(tmp_path / "level4")
    monkeypatch.setattr("course.place.preferred_audience", lambda: "nong-dan")
    made = Lesson(KEY)
    made.task("q1", "Báo cáo?", wants="file")
    (made.folder / "bao-cao.docx").write_bytes(word_file())
    return made


def test_a_file_is_graded_where_it_was_made_and_its_content_is_not_kept(lesson, capsys):
    assert repr(lesson.answer("q1", "bao-cao.docx")) == "Đã nhận tệp bao-cao.docx (37 kB) cho Câu 1 và đã lưu."
    kept = (lesson.folder / "04.answers.json").read_text("utf-8")
    assert len(kept) < 1000 and json.loads(kept)["answers"]["q1"]["value"]["size"] > 30_000
    assert lesson.expect("q1", points=4, file=CHECKS, because="Đúng.").points == 4
    wrong = CHECKS | {"Nơi nhận": lambda document: document.tables[5]}
    grade = lesson.expect("q1", points=6, file=wrong, wrong={"Nơi nhận": "Thiếu nơi nhận."})
    assert (repr(grade), grade.reasons) == ("4", ["Thiếu nơi nhận."])
    assert capsys.readouterr().out.splitlines() == ["Đúng.", "Thiếu nơi nhận."]


def test_one_function_may_give_all_the_parts(lesson):
    lesson.answer("q1", lesson.folder / "bao-cao.docx")
    parts = [("Có bảng", True), ("Có hình", False, "Chưa có hình."), ("Có tên", False)]
    grade = lesson.expect("q1", points=3, file=lambda document: parts, wrong={"Có tên": "Chưa có tên."})
    assert (grade.points, grade.reasons) == (1, ["Chưa có tên.", "Chưa có hình."])
    lacking = lesson.expect("q1", points=3, file=lambda document: [("Bảng 9", document.tables[9])])
    assert lacking.points == 0 and "thiếu phần" in lacking.reasons[0]
    with pytest.raises(NameError):  # a fault of the check, not of the file
        lesson.expect("q1", points=3, file={"x": lambda document: unknown})  # noqa: F821


def test_practice_with_a_file_is_answered_at_once(lesson):
    answered = lesson.answer("p1", "bao-cao.docx", right=CHECKS, because="Khớp bảng.")
    assert "Đúng rồi." in repr(answered) and "Khớp bảng." in repr(answered)
    name, content, reason = hostile_files()["a macro"]
    (lesson.folder / name).write_bytes(content)
    assert reason in repr(lesson.answer("p1", name, right=CHECKS))


def test_another_file_than_the_one_kept_earns_nothing(lesson):
    lesson.answer("q1", "bao-cao.docx")
    record = lesson.record
    assert lesson.with_record(record).expect("q1", points=1, file=CHECKS).points == 0
    again = Lesson(KEY)
    again.task("q1", "Báo cáo?", wants="file")
    told = again.expect("q1", points=1, file=CHECKS)
    assert told.points == 0 and "Hãy chạy lại ô" in told.reasons[0]
    assert again.with_record(AnswerRecord(lesson=KEY)).expect("q1", points=1, file=CHECKS).points == 0
