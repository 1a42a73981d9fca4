"""Do pages about learners' notebooks show what can be shown, and nothing that runs or repeats a hidden test?"""

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from grader.feedback_hidden import HideHiddenTests
from grader.safe_pages import SafeForPages


def cleaned(*cells, **metadata):
    notebook, _ = SafeForPages().preprocess(new_notebook(cells=list(cells), metadata=metadata), {})
    return notebook


def shown(**data):
    data = {kind.replace("_", "/"): content for kind, content in data.items()}
    [cell] = cleaned(new_code_cell("1", outputs=[new_output("display_data", data)])).cells
    return cell.outputs[0].data


def test_a_table_stays_a_table_without_its_script():
    table = (
        "<style scoped>td {}</style><table><tr><th>xã</th><td onclick='x()'>Tân<script>x()</script></td></tr></table>"
    )
    assert shown(text_html=table)["text/html"] == "<table><tbody><tr><th>xã</th><td>Tânx()</td></tr></tbody></table>"


def test_a_picture_stays_and_an_svg_becomes_a_picture():
    assert shown(image_png="aGVs\nbG8=") == {"image/png": "aGVs\nbG8="}
    assert "<svg" not in str(shown(**{"image_svg+xml": "<svg onload='x()'/>"}))
    assert 'src="data:image/svg+xml;base64,' in shown(**{"image_svg+xml": "<svg/>"})["text/html"]


def test_what_cannot_be_shown_says_so():
    assert shown(application_javascript="x()") == {"text/plain": "(không hiện được ở đây)"}


def test_the_trainers_own_text_is_left_alone():
    marks = {"nbgrader": {"grade_id": "a", "locked": True, "grade": False, "solution": False}}
    text = new_markdown_cell("Nhìn <b>kỹ</b>", metadata=marks)
    learners = new_markdown_cell("<b>tôi</b>")
    assert [cell.source for cell in cleaned(text, learners).cells] == ["Nhìn <b>kỹ</b>", "&lt;b>tôi&lt;/b>"]


@pytest.mark.parametrize("hostile", ['x"><script>hacked()</script>', "x onload=hacked()"])
def test_notes_that_templates_write_into_tags_are_gone(hostile):
    cell = new_code_cell("1", metadata={"tags": [hostile], "magics_language": hostile})
    raw = new_raw_cell("<script>hacked()</script>", metadata={"raw_mimetype": "text/html"})
    notebook = cleaned(cell, raw, language_info={"name": hostile}, title=hostile)
    exporter = HTMLExporter(template_name="classic")
    html, _ = exporter.from_notebook_node(notebook)
    assert hostile not in html
    assert "<script>hacked" not in html


SOURCE = "assert tong([1]) == 1\n### BEGIN HIDDEN TESTS\nassert tong([5, 5]) == 10\n### END HIDDEN TESTS"


def without_hidden(output):
    cell = new_code_cell(SOURCE, outputs=[output])
    notebook, _ = HideHiddenTests().preprocess(new_notebook(cells=[cell]), {})
    return notebook.cells[0].outputs[0]


def test_a_traceback_that_shows_a_hidden_test_is_cut_to_its_last_line():
    lines = [
        "\x1b[31mAssertionError\x1b[39m",
        "----> 3 \x1b[01massert\x1b[39m tong([\x1b[32m5\x1b[39m, \x1b[32m5\x1b[39m]) == 10",
    ]
    output = without_hidden(new_output("error", ename="AssertionError", evalue="", traceback=lines))
    assert output.traceback == ["AssertionError: "]


def test_any_other_traceback_stays():
    lines = ["----> 1 assert tong([1]) == 1", "NameError"]
    assert without_hidden(new_output("error", ename="NameError", evalue="x", traceback=lines)).traceback == lines


def test_what_prints_a_hidden_test_is_blotted_out():
    output = without_hidden(new_output("stream", name="stdout", text="nghe: assert  tong([5, 5]) == 10!"))
    assert output.text == "nghe: …!"
    html = "<b>assert</b> tong([5, 5]) &#61;= 10"
    assert "10" not in without_hidden(new_output("display_data", {"text/html": html})).data["text/html"]


def test_a_cleaned_notebook_is_still_a_notebook():
    cell = new_code_cell("1", outputs=[new_output("display_data", {"text/html": "<p>x</p>"}, metadata={"a": 1})])
    nbformat.validate(cleaned(cell))
