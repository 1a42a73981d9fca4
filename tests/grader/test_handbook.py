"""Is the trainers' handbook printed whole, from pages that are as they should be?"""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from course.curriculum import load_curriculum
from grader.cli import app
from grader.handbook import HandbookError, print_handbook, read_pages
from grader.workspace import Workspace

PLAN = "| Phút | Giảng viên | Học viên |\n| --- | --- | --- |\n| 0–9 | Chiếu **bài** | Đáp to |\n| 9–15 | Hỏi | Làm |"
GOOD = f"""# 1.1 Nói thay gõ

## Mục tiêu

Nói rồi sửa.

## 15 phút trong hội trường

{PLAN}

## Bà con hay hỏi

- **Nói giọng quê được không?** Được.

## Lỗi hay gặp

1. Quên con số

## Khi mất mạng

> Viết lên bảng.
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "docs" / "so-tay").mkdir(parents=True)
    (tmp_path / "level1").mkdir()
    (tmp_path / "level1" / "01-noi-thay-go.ipynb").touch()
    return Workspace(tmp_path / "state", tmp_path)


def write(workspace: Workspace, text: str, name: str = "level1-01.md") -> None:
    (workspace.lessons / "docs" / "so-tay" / name).write_text(text, "utf-8")


def words(page) -> str:
    return " ".join(page.extract_text().split())


def printed_words(workspace: Workspace) -> str:
    pdf = print_handbook(read_pages(workspace), date(2026, 11, 24)).pdf
    return " ".join(words(page) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_has_every_lesson_of_level_1_a_page_of_its_own():
    workspace = Workspace.from_environment()
    pages = read_pages(workspace, "level1")
    written = {key for key in workspace.lesson_keys() if key.startswith("level1/")}
    assert written <= {page.lesson.key for page in pages}
    printed = print_handbook(pages, date(2026, 11, 24))
    assert printed.long_lessons == []
    reader = PdfReader(io.BytesIO(printed.pdf))
    assert len(reader.pages) == 2 + len(pages)
    assert "24/11/2026" in words(reader.pages[0])
    for position, page in enumerate(pages):
        contents, own = words(reader.pages[1]), words(reader.pages[2 + position])
        assert page.title in contents
        assert own.startswith(f"{page.lesson.number} {page.title}")
        assert all(heading in own for heading in page.sections)
        assert f"Trang {3 + position} / {len(reader.pages)}" in own


def test_is_all_of_it_in_the_course_s_own_letters(workspace):
    write(workspace, GOOD)
    pdf = print_handbook(read_pages(workspace), date(2026, 11, 24)).pdf
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in PdfReader(io.BytesIO(pdf)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {name.split("+")[1].split("-Identity")[0] for name in fonts} == {"BeVietnamPro-Regular", "BeVietnamPro-Bold"}
    assert [page.mediabox.width for page in PdfReader(io.BytesIO(pdf)).pages] == pytest.approx([595.28] * 3, abs=0.1)


def test_is_what_looks_like_typst_only_text(workspace):
    hostile = '#panic("x") $x^2$ #{1+1} @ai <nhan> \\\\u{41} [[a]] "nháy" = B // c'
    write(workspace, GOOD.replace("Nói rồi sửa.", hostile))
    assert '#panic("x") $x^2$ #{1+1} @ai <nhan> \\u{41} [[a]] "nháy" = B // c' in printed_words(workspace)


def test_are_letters_in_parts_and_figures_in_a_column_whole_words(workspace):
    import unicodedata

    write(workspace, unicodedata.normalize("NFD", GOOD))
    text = printed_words(workspace)
    assert "Nói giọng quê được không? Được." in text
    assert re.search(r"9 ?– ?1 ?5 Hỏi Làm", text)


def test_does_a_lesson_too_long_for_a_page_go_on_and_say_so(workspace):
    write(workspace, GOOD.replace("- **Nói", "- Câu hỏi dài và câu đáp cũng dài.\n" * 90 + "- **Nói"))
    printed = print_handbook(read_pages(workspace), date(2026, 11, 24))
    assert printed.long_lessons == ["1.1"]
    assert printed.places["1.1"] == (3, len(PdfReader(io.BytesIO(printed.pdf)).pages))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("## Lỗi hay gặp\n", "", "thiếu đề mục “## Lỗi hay gặp”"),
        ("1. Quên con số\n", "", "dưới “## Lỗi hay gặp” chưa có gì"),
        ("## Lỗi hay gặp", "## Lỗi thường gặp", "thừa đề mục “Lỗi thường gặp”"),
        ("## Lỗi hay gặp", "### Lỗi hay gặp", "thừa đề mục “Lỗi hay gặp”"),
        ("# 1.1 Nói", "# 1.2 Nói", "dòng đầu phải là “# 1.1 Nói thay gõ”"),
        ("# 1.1 Nói thay gõ", "", "dòng đầu phải là"),
        ("## Mục tiêu", "Lời dẫn.\n\n## Mục tiêu", "có chữ đứng trước đề mục"),
        (PLAN, "Dạy mười lăm phút.", "cần một bảng ba cột"),
        ("| 9–15 ", "| 10–15 ", "dòng “10–15” phải bắt đầu từ phút 9"),
        ("| 9–15 ", "| 9–14 ", "bảng dừng ở phút 14"),
        ("| 9–15 ", "| cuối giờ ", "cột phút ghi “cuối giờ”"),
        ("> Viết lên bảng.", "![ảnh](a.png)", "không in được ảnh"),
        ("> Viết lên bảng.", "```\nmã\n```", "dòng 24: sổ tay không in được khối mã"),
        (GOOD, "", "dòng đầu phải là"),
    ],
)
def test_is_a_page_refused_that_is_not_as_it_should_be(workspace, old, new, says):
    assert old in GOOD
    write(workspace, GOOD.replace(old, new))
    with pytest.raises(HandbookError) as refused:
        read_pages(workspace)
    assert says in str(refused.value)
    assert str(refused.value).startswith("level1-01.md")


def test_are_all_faults_told_at_once(workspace):
    (workspace.lessons / "level1" / "02-x.ipynb").touch()
    write(workspace, GOOD.replace("## Mục tiêu\n\nNói rồi sửa.\n", ""))
    write(workspace, GOOD, "level9-01.md")
    with pytest.raises(HandbookError) as refused:
        read_pages(workspace)
    missing, unknown, unwritten = sorted(str(refused.value).splitlines(), key=lambda line: ("chưa" in line, line))
    assert (missing, unknown) == (
        "level1-01.md: thiếu đề mục “## Mục tiêu”.",
        "level9-01.md: không có bài level9/01 trong chương trình.",
    )
    assert unwritten == "Bài 1.2 chưa có trang sổ tay: viết docs/so-tay/level1-02.md."


def test_does_the_command_write_the_file_or_say_why_not(workspace, monkeypatch, tmp_path):
    monkeypatch.setenv("BDHAI_LESSONS", str(workspace.lessons))
    target = tmp_path / "so-tay.pdf"
    run = CliRunner().invoke(app, ["handbook", "level1", "-o", str(target)])
    assert (run.exit_code, target.exists()) == (1, False)
    assert "Bài 1.1 chưa có trang sổ tay" in run.output
    write(workspace, GOOD)
    assert CliRunner().invoke(app, ["handbook", "-o", str(target)]).exit_code == 0
    assert len(PdfReader(target).pages) == 3
    assert CliRunner().invoke(app, ["handbook", "level7", "-o", str(target)]).exit_code == 1
    assert CliRunner().invoke(app, ["handbook", "-o", str(tmp_path / "no" / "x.pdf")]).exit_code == 1


def test_does_the_template_take_the_headings_in_the_order_that_pages_have(workspace):
    write(workspace, GOOD)
    (page,) = read_pages(workspace)
    text = printed_words(workspace)
    order = [text.index(heading, text.index("Trang 2")) for heading in page.sections]
    assert order == sorted(order)
    assert load_curriculum().lesson("level1/01").outcome in text
