"""Does the rule know Vietnamese syllables, and find what cannot be one?"""

import pytest

from grader.spelling import allowed_words, is_syllable, misspelt

RIGHT = (
    "nghiêng quyết giếng gì giữa quốc khuya hoà hòa khoẻ khỏe thuý thúy yêu uỷ ủy ý xoong ngoằn ngoèo quỳnh "
    "nguyễn huếch khuỷu rượu hươu chạch lạch bịch ngoạm thuở quở kỹ lý nghệ nghĩ ghét gạo oái oăm rửng mỡ đặc biệt "
    "gìn giữ giục già què quýt huýt tuyển tuần luẩn quẩn loạng choạng trưởng xóm uống ăn ấm ở ợ"
)
WRONG = "nghành thưc cuôc kỹthuật ngiêng ghà cế ngề quyêt tôits hocj viêjt đươc biêt thnà hoàaa chũe búôm jì fải wá"


@pytest.mark.parametrize("word", RIGHT.split())
def test_is_a_syllable(word):
    assert is_syllable(word) and is_syllable(word.capitalize())


@pytest.mark.parametrize("word", WRONG.split())
def test_is_no_syllable(word):
    assert not is_syllable(word)


def test_is_what_is_no_word_left_alone():
    text = "Xem https://vneid.gov.vn/trang, gửi an@vi-du.vn, dichvucong.gov.vn, `print(x)`, #chè, QR, 20kg, 57-NQ/TW."
    assert misspelt(text) == []
    assert misspelt("Mở Zaloo rồi nhắn nghành thuế, nghành y.") == ["Zaloo", "nghành"]


def test_is_a_word_allowed_everywhere_or_in_one_lesson_only():
    assert misspelt("Nhóm Zalo", allowed_words("level1/06")) == []
    assert "groupby" in allowed_words("level4/04") and "groupby" not in allowed_words("level1/06")


def test_is_decomposed_text_read_as_composed():
    assert misspelt("Thái Nguyên") == []
