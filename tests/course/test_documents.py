"""Files read as data: what is in them comes out, and what should not be opened is told, not opened."""

import docx
import pytest
from docx.oxml import OxmlElement

from course.documents import MAX_DOCUMENT_BYTES, open_file, read_document
from tests.support.files import hostile_files, png_file, saved, word_file, workbook_file

HOSTILE = hostile_files()


def test_a_words_text_with_the_look_that_word_shows():
    document = open_file("bao-cao.docx", word_file())
    head, title, body = document.paragraphs
    assert head.text == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert (head.align, len(head.runs)) == ("center", 1)
    assert head.all(bold=True, font="Times New Roman", size=14)
    assert title.is_heading and not body.is_heading
    assert (body.indent, body.line_spacing, body.align) == (10, 1.5, "left")
    assert document.tables[0].texts == [["Theo xã"], ["Tân Cương", "31,5"]]
    [section] = document.sections
    assert (section.width, section.height, section.left) == (210, 297, 30)
    assert document.has("cộng hoà", "31,5") and not document.has("7,5 kg")
    assert document.paragraph("Tân Cương").text == "Tân Cương"


def test_styles_that_build_on_each_other_and_the_documents_own_defaults():
    made = docx.Document()
    own = made.styles.add_style("Riêng", 1)
    own.base_style = made.styles["Heading 1"]
    own.font.italic = True
    made.add_paragraph("Nghiêng và đậm", style="Riêng")
    made.add_paragraph("Thường")
    made.add_page_break()
    heading, plain, broken = open_file("a.docx", saved(made)).paragraphs
    assert heading.all(bold=True, italic=True, size=14)
    assert plain.all(font="Cambria", size=11)  # of the template's theme and defaults
    assert (plain.after, plain.line_spacing) == (10, pytest.approx(1.15))
    assert broken.new_page and not plain.new_page


def test_a_ring_of_styles_ends():
    made = docx.Document()
    one, other = (made.styles.add_style(name, 1) for name in ("Một", "Hai"))
    one.base_style, other.base_style = other, one
    made.add_paragraph("Vòng", style="Một")
    assert open_file("a.docx", saved(made)).text == "Vòng"


def test_a_page_number_is_seen():
    made = docx.Document()
    assert not open_file("a.docx", saved(made)).sections[0].numbered
    run = made.sections[0].footer.paragraphs[0].add_run()
    field = OxmlElement("w:instrText")
    field.text = " PAGE "
    run._r.append(field)
    assert open_file("a.docx", saved(made)).sections[0].numbered


def test_words_of_a_table_within_a_table_stand_in_the_cell_around_it():
    made = docx.Document()
    outer = made.add_table(1, 2)
    outer.cell(0, 0).add_table(1, 1).cell(0, 0).text = "trong"
    document = open_file("a.docx", saved(made))
    assert [table.texts for table in document.tables] == [[["trong", ""]]]


def test_a_workbook_by_its_cells():
    book = open_file("bang.xlsx", workbook_file())
    sheet = book.sheet("tháng 11")
    assert sheet["B4"] == 31.5
    assert (sheet.cell("B4").format, sheet.cell("A3").bold, sheet.cell("A4").bold) == ("#,##0.0", True, False)
    assert (sheet.cell("B6").formula, sheet["B6"]) == ("=SUM(B4:B5)", None)
    assert sheet.merged == ["A1:B1"]
    assert sheet.table("xã", "KG")[0] == {"Xã": "Tân Cương", "kg": 31.5}
    assert (sheet.table("khác"), book.sheet("không có").cells) == ([], [])


def test_texts_in_the_encodings_that_offices_use():
    assert open_file("a.txt", "Tân Cương".encode()).encoding == "utf-8"
    assert open_file("a.csv", "Xã;kg\nTân Cương;1,5\n".encode("utf-8-sig")).rows == [["Xã", "kg"], ["Tân Cương", "1,5"]]
    old = open_file("a.txt", "Tân Cương".encode("cp1258"))
    assert (old.encoding, old.text) == ("cp1258", "Tân Cương")


def test_a_page_by_its_elements():
    page = open_file(
        "trang.html",
        '<!doctype html><html lang="vi"><head><title>Chè</title><script src="//x.vn/a.js"></script></head><body>'
        '<h1>Chè <b>ngon</b></h1><img src="data:image/png;base64,AA" alt="Chè"><a href="http://y.vn">xem</a>'
        "<script>var an = 1</script></body></html>".encode(),
    )
    assert page.find("html", lang="vi") and page.find("title")[0].text == "Chè"
    assert page.find("h1")[0].text == "Chè ngon"
    assert page.fetched == ["//x.vn/a.js"]
    assert page.text == "Chè ngon\nxem"


def test_pictures_by_their_measures():
    assert open_file("a.png", png_file(640, 480)).height == 480
    drawing = open_file("a.svg", b'<svg xmlns="x" viewBox="0 0 300 200"><text>Che</text><script>1</script></svg>')
    assert (drawing.width, drawing.height, drawing.words) == (300, 200, "Che")


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_fit_to_be_read_is_told(name):
    called, content, reason = HOSTILE[name]
    document = open_file(called, content)
    assert document.kind == "unreadable"
    assert document.reason.startswith(f"Tệp {called} ") and reason in document.reason


def test_too_much_text_is_not_taken():
    made = docx.Document()
    made.add_paragraph("chữ " * (MAX_DOCUMENT_BYTES // 3))
    assert "quá nhiều nội dung" in open_file("a.docx", saved(made)).reason


def test_a_link_to_a_picture_elsewhere_is_not_followed():
    made = docx.Document()
    made.part.relate_to("http://127.0.0.1:9/x.png", "http://x/image", is_external=True)
    made.add_paragraph("Có hình ngoài")
    assert open_file("a.docx", saved(made)).text == "Có hình ngoài"


def test_a_document_crosses_as_json_and_other_json_does_not():
    for called, content in {
        "a.docx": word_file(),
        "a.xlsx": workbook_file(),
        "a.txt": b"abc",
        "a.html": b"<p>x",
        "a.png": png_file(4, 3),
        "a.exe": b"MZ",
    }.items():
        document = open_file(called, content)
        assert read_document(document.as_json()) == document
    for other in (b"", b"[]", b'{"kind":"word","more":1}', b"[" * 100_000, b"{" + b" " * MAX_DOCUMENT_BYTES + b"}"):
        with pytest.raises(ValueError):
            read_document(other)
