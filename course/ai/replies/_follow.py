"""What a learner says after an answer: shorter, more formal, in points, with the time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from course.ai.replies._words import bare, pattern, read_as

if TYPE_CHECKING:
    from course.ai.replies._details import Details

Wish = Literal["short", "formal", "bullets", "details", "other"]

_WISHES: dict[Wish, re.Pattern[str]] = {
    "short": pattern(
        "ngắn (?:hơn|lại|bớt|nữa|đi|thôi|xuống|gọn hơn|gọn lại|gọn thôi)|rút (?:ngắn|gọn)|gọn (?:hơn|lại|đi)|dài quá"
        "|dài dòng|bớt chữ|cắt bớt|cho ngắn|tóm lại"
    ),
    "formal": pattern(
        "(?:trang trọng|trịnh trọng|trang nghiêm)|(?:lịch sự|nghiêm túc|lễ phép) (?:hơn|lên|vào)"
        "|kiểu hành chính|văn phong hành chính"
    ),
    "bullets": pattern(
        "(?:thành |theo |dạng |kiểu |bằng )(?:các )?(?:gạch )?(?:gạch )?đầu dòng|gạch đầu dòng|chia ý"
        "|thành (?:từng ý|các ý|danh sách)|từng ý một"
    ),
    "details": pattern(
        "(?:thêm|bổ sung|ghi|cho|điền|sửa|đổi|viết) (?:lại )?(?:rõ )?(?:cả |vào |thêm )?(?:ngày giờ|giờ giấc"
        "|thời gian|địa điểm|chỗ|nơi|giờ|ngày|người nhận|đối tượng)"
    ),
    "other": pattern(
        "(?:cách|bản|kiểu|câu|lời) khác|viết lại(?: đi| giúp| cho)?|làm lại|đổi (?:kiểu|cách|lời)|hay hơn|chưa hay"
        "|chưa được|thử lại"
    ),
}
_AROUND = pattern(
    "viết lại|viết|sửa lại|sửa|làm lại|làm|cho|hãy|giúp|giùm|hộ|tôi|mình|em|cháu|chị|anh|nhé|nhá|với|ạ|đi|nữa|hơn"
    "|lại|thì|là|mà|cái|bản|tin|lời|câu|bài|này|đó"
    "|kia|trên|vừa rồi|được không|không|một chút|chút|tí|một tí|xíu|quá|thêm|vào|ok|vâng|ừ|cảm ơn|thành|theo|dạng"
    "|muốn|cần|hay|hơi|còn|có|và|rồi|đoạn|văn|phần"
)


def wishes(plain: str) -> tuple[Wish, ...]:
    """Return how the learner wants the answer put, in a text from `read_as`."""
    found: list[Wish] = [name for name, wanted in _WISHES.items() if wanted.search(plain)]
    # "viết lại ngắn hơn" asks for a shorter one, not for another one.
    return tuple(name for name in found if name != "other" or len(found) == 1)


def only_wishes(plain: str) -> bool:
    """Say whether a message says nothing but how the answer should be put."""
    if not wishes(plain):
        return False
    for wanted in _WISHES.values():
        plain = wanted.sub(" ", plain)
    return not re.sub(r"[\W_]+", "", _AROUND.sub(" ", plain))


_QUESTION = pattern("không|gì|nào|bao nhiêu|mấy giờ|tại sao|vì sao|sao|ai là|đâu")
_FEW = 4
"""Words beside the parts: "à quên, họp ở nhà văn hoá nhé" adds a place, a whole new sentence is another matter."""


def adds_only(plain: str, said: Details) -> bool:
    """Say whether a message says hardly more than parts that were missing."""
    parts = [value for value in vars(said).values() if value]
    if not parts or _QUESTION.search(plain):
        return False
    named = set(re.findall(r"\w+", bare(read_as(" ".join(parts)))))
    rest = re.findall(r"[^\W\d]{2,}", bare(_AROUND.sub(" ", plain)))
    return len([word for word in rest if word not in named]) <= _FEW
