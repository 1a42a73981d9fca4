"""Does the shield stay linear on long texts made to trouble its rules?"""

import signal
import unicodedata
from contextlib import contextmanager

import pytest

from course.ai.shield import find, shield, unmask

SIGNS = 1_000_000
BITS = {
    "digits": "0",
    "digits apart": "0 ",
    "letters": "a",
    "at signs": "a@",
    "brackets": "[SỐ ĐIỆN THOẠI ",
    "names": "Nguyễn A ",
    "cues": "stk số tài khoản ",
    "births": "sinh nhật của a ",
    "addresses": "tôi ở số 5 ngõ A xóm B ",
    "marks": "a\u0315\u0300\u0315\u0300\u0315",
    "words for digits": "không ",
    "new lines": "Họ tên\tSĐT\n",
    "spaces": " ",
}


@contextmanager
def not_forever(seconds=120):
    """A hang becomes a failure; linear rules need a hundredth of this."""

    def too_long(*_):
        raise AssertionError("the rules do not come to an end")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("bit", BITS.values(), ids=BITS)
def test_does_a_long_text_of_one_bit_come_to_an_end(bit):
    text = (bit * (SIGNS // 4 // len(bit) + 1))[: SIGNS // 4]
    with not_forever():
        safe = shield(text)
    assert unmask(safe.text, safe.masks) == text


def test_are_a_megabyte_and_its_last_number_read():
    text = "Thông báo họp xóm, thu 50.000 đồng một hộ. " * (SIGNS // 43) + "Gọi 0310 123 456"
    with not_forever():
        findings = find(text)
    assert [(finding.kind, finding.text) for finding in findings] == [("phone", "0310 123 456")]


def test_is_a_heap_of_marks_left_as_it_is():
    heap = unicodedata.normalize("NFD", "số 0310") + "\u0301" * 1000 + " 0310123456"
    safe = shield(heap)
    assert unmask(safe.text, safe.masks) == heap
    assert [finding.text for finding in safe.findings] == ["0310123456"]


def test_do_many_typed_placeholders_leave_room_for_new_ones():
    typed = "".join(f"[SỐ ĐIỆN THOẠI {count}]" for count in range(1, 3000))
    safe = shield(typed + " 0310123456")
    assert safe.text == typed + " [SỐ ĐIỆN THOẠI 3000]"
    assert unmask(safe.text, safe.masks) == typed + " 0310123456"
