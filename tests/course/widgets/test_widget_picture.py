"""Pictures, alone and in a question, and correcting what a machine read from one."""

from __future__ import annotations

from playwright.sync_api import expect
from widget_examples import DICTATION, MARK, PICTURE, graded
from widget_host import HOSTILE, Host, assert_accessible

SPEAKS = "globalThis.SpeechRecognition = class {}; null"
ASKED = {"picture": PICTURE["picture"], "alt": PICTURE["alt"]}


def test_does_a_tap_show_the_picture_larger_and_leave_the_lesson_as_it_was(host: Host) -> None:
    host.mount("picture", PICTURE)
    small = host.page.locator(".bd-zoom svg")
    before = small.bounding_box()
    host.page.get_by_role("button", name="Phóng to ảnh").click()
    large = host.page.locator("dialog svg")
    assert before and large.bounding_box()["width"] > 1.5 * before["width"]
    assert_accessible(host)
    host.page.get_by_role("button", name="Đóng ảnh").click()
    expect(host.page.locator("dialog")).to_have_count(0)
    host.page.get_by_role("button", name="Phóng to ảnh").press("Enter")
    host.page.keyboard.press("Escape")
    expect(host.page.locator("dialog")).to_have_count(0)
    assert small.bounding_box() == before


def test_do_screen_readers_get_the_words_and_not_the_drawing(host: Host) -> None:
    host.mount("picture", PICTURE)
    expect(host.page.locator(".bd-picture-words")).to_have_text("Ảnh: " + PICTURE["alt"])
    expect(host.page.locator(".bd-picture-words")).to_have_css("opacity", "0")
    assert host.page.locator(".bd-drawing").get_attribute("aria-hidden") == "true"


def test_are_the_words_shown_where_the_picture_is_missing(host: Host) -> None:
    host.mount("picture", PICTURE | {"picture": "", "alt": HOSTILE})
    assert HOSTILE in host.text and host.page.title() != "hacked"
    expect(host.page.locator(".bd-zoom")).to_be_hidden()


def test_does_a_voice_read_a_question_and_its_picture(host: Host) -> None:
    host.page.evaluate(
        "speechSynthesis.getVoices = () => [{ lang: 'vi-VN' }];"
        "speechSynthesis.speak = (one) => (window.said = one.text);"
        "window.SpeechSynthesisUtterance = function (text) { this.text = text; }; null"
    )
    host.mount("mark", MARK | ASKED)
    host.page.get_by_text("Nghe đọc").click()
    said = host.page.evaluate("said")
    assert said.index(MARK["ask"]) < said.index(PICTURE["alt"]) < said.index("được trồng từ năm 1900")


def test_does_a_picture_come_and_go_with_its_item(host: Host) -> None:
    host.mount("mark", MARK | ASKED)
    host.outside("picture", PICTURE["picture"].replace("GIẤY MỜI", "HOÁ ĐƠN"))
    expect(host.page.locator(".bd-zoom svg")).to_contain_text("HOÁ ĐƠN")
    host.outside("alt", "")
    host.outside("picture", "")
    expect(host.page.locator(".bd-picture-box")).to_be_hidden()


def test_is_what_a_machine_read_corrected_without_a_microphone_right_below_its_picture(host: Host) -> None:
    host.page.evaluate(SPEAKS)
    host.mount("dictation", graded(DICTATION, say="", recorded="GIẤY MỜI\n8 giờ 3O", **ASKED))
    expect(host.page.get_by_text("Bấm để nói")).to_be_hidden()
    host.page.get_by_role("button", name="Lấy chữ máy đọc được").click()
    field = host.page.locator(".bd-field")
    expect(field).to_have_value("GIẤY MỜI\n8 giờ 3O")
    assert host.answer == {"kind": "dictation", "text": "GIẤY MỜI\n8 giờ 3O", "spoken": False}
    tops = [field.bounding_box()["y"], host.page.locator(".bd-row").bounding_box()["y"]]
    assert host.page.locator(".bd-zoom").bounding_box()["y"] < tops[0] < tops[1]
    field.fill("")
    assert host.page.locator(".bd-row").bounding_box()["y"] < field.bounding_box()["y"]


def test_does_the_microphone_stay_where_there_is_something_to_say(host: Host) -> None:
    host.page.evaluate(SPEAKS)
    host.mount("dictation", DICTATION)
    expect(host.page.get_by_text("Bấm để nói")).to_be_visible()
    expect(host.page.get_by_role("button", name="Dùng bản ghi sẵn")).to_be_visible()
