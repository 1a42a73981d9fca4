"""Speaking to a widget, and being read to."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from widget_examples import CHOICE, DICTATION, TEXT
from widget_host import HOSTILE, Host, assert_harmless


def test_dictation_takes_the_recorded_sample_and_says_so(host: Host) -> None:
    host.page.evaluate("delete window.SpeechRecognition; delete window.webkitSpeechRecognition")
    host.mount("dictation", DICTATION)
    assert "Bấm để nói" not in host.text
    host.page.get_by_role("button", name="Dùng bản ghi sẵn").click()
    assert host.answer == {"kind": "dictation", "text": DICTATION["recorded"], "spoken": False}
    assert "Đây là bản ghi sẵn" in host.text
    field = host.page.get_by_role("textbox")
    field.fill("ngày 5 tháng 3 họp ở xã Văn Lăng lúc 18 giờ")
    assert "Đã sửa 1/2 chỗ." in host.text and "Tên xã phải đúng dấu." in host.text
    field.fill("Họp ở xã Văn Lăng lúc tám giờ")
    assert "Đã sửa hết" in host.text
    host.page.get_by_role("button", name="Dùng bản ghi sẵn").click()
    expect(field).to_have_value("Họp ở xã Văn Lăng lúc tám giờ")
    host.page.get_by_role("button", name="Bấm lần nữa").click()
    expect(field).to_have_value(DICTATION["recorded"])


RECOGNITION = """
window.SpeechRecognition = window.webkitSpeechRecognition = class {
  constructor() { window.recognition = this; }
  start() { this.started = true; }
  stop() { this.onend(); }
  abort() { this.onend(); }
};
window.hear = (text, isFinal) => {
  const result = Object.assign([{ transcript: text }], { isFinal });
  recognition.onresult({ resultIndex: 0, results: [result] });
};
null;
"""


def test_dictation_hears_and_tells_first_where_the_sound_may_go(host: Host) -> None:
    host.page.evaluate(RECOGNITION)
    host.mount("dictation", DICTATION)
    assert "gửi tiếng nói" in host.text
    host.page.get_by_role("button", name="Bấm để nói").click()
    assert host.page.evaluate("[recognition.lang, recognition.interimResults]") == ["vi-VN", True]
    host.page.evaluate(f"hear({HOSTILE!r}, false)")
    assert_harmless(host)
    assert host.writes == []
    host.page.evaluate("hear('họp ở xã Văn Lang', true)")
    host.page.evaluate("hear('lúc 8 giờ', true)")
    assert host.answer == {"kind": "dictation", "text": "họp ở xã Văn Lang lúc 8 giờ", "spoken": True}
    host.page.get_by_role("button", name="Nói xong").click()
    host.page.get_by_role("textbox").fill("họp ở xã Văn Lăng lúc 8 giờ")
    host.page.get_by_role("textbox").blur()
    assert host.answer == {"kind": "dictation", "text": "họp ở xã Văn Lăng lúc 8 giờ", "spoken": True}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("not-allowed", "cho phép micro"),
        ("audio-capture", "chưa thấy micro"),
        ("network", "mất mạng"),
        ("no-speech", "chưa nghe thấy tiếng"),
        ("odd", "dùng bản ghi sẵn"),
    ],
)
def test_dictation_says_plainly_what_went_wrong(host: Host, error: str, words: str) -> None:
    host.page.evaluate(RECOGNITION)
    host.mount("dictation", DICTATION)
    host.page.get_by_role("button", name="Bấm để nói").click()
    host.page.evaluate(f"recognition.onerror({{ error: '{error}' }}); recognition.onend()")
    expect(host.page.locator(".bd-note")).to_contain_text(words)
    expect(host.page.get_by_role("button", name="Bấm để nói")).to_be_visible()


VOICES = """
window.voices = []; window.said = []; window.stopped = 0;
const ways = { getVoices: () => voices, speak: (one) => said.push(one), cancel: () => (stopped += 1) };
const synth = Object.assign(new EventTarget(), ways);
Object.defineProperty(window, "speechSynthesis", { value: synth });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
null;
"""


def test_reading_aloud_waits_for_a_vietnamese_voice(host: Host) -> None:
    host.page.evaluate(VOICES)
    host.mount("text", TEXT)
    button = host.page.locator(".bd-listen")
    expect(button).to_be_hidden()
    host.page.evaluate("voices.push({ lang: 'en-US' }); speechSynthesis.dispatchEvent(new Event('voiceschanged'))")
    expect(button).to_be_hidden()
    host.page.evaluate("voices.push({ lang: 'vi_VN' }); speechSynthesis.dispatchEvent(new Event('voiceschanged'))")
    button.click()
    assert host.page.evaluate("said.map((one) => one.text)") == [TEXT["speech"]]
    expect(button).to_have_text("■ Dừng đọc")
    before = host.page.evaluate("stopped")
    button.click()
    assert host.page.evaluate("stopped") == before + 1
    expect(button).to_contain_text("Nghe đọc")


def test_a_question_is_read_with_its_options(host: Host) -> None:
    host.page.evaluate(VOICES + "voices.push({ lang: 'vi-VN' });")
    host.mount("choice", CHOICE)
    host.page.get_by_role("button", name="Nghe đọc").click()
    [said] = host.page.evaluate("said.map((one) => one.text)")
    assert said.index("Câu hỏi nào") < said.index("Chè bị sao?") < said.index("tốt nhất")
    assert "<" not in said
