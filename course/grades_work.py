"""What a piece of the learner's own work earns: whether its parts are there. How good it is, only a person can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from course.answers import Value, WorkValue
from course.comparing import normalised, occurs, words
from course.grades import Share

UNGRADED = "**Chất lượng: chưa chấm.** Máy chỉ xem đủ phần. Giảng viên đọc rồi chấm riêng, ngoài số điểm này."
"""Stands beside every grade of such a piece."""

TASK, RESULT, CHECKED, MINUTES, PRIVATE = "Việc gì", "Kết quả", "Đã kiểm", "Số phút", "Không lộ chuyện riêng"
REASONS = {
    TASK: "Thiếu việc gì. Nói một câu: làm ra cái gì, cho việc nào.",
    RESULT: "Thiếu kết quả. Chép vào đây bản bạn đem dùng, đã sửa chỗ cần sửa.",
    CHECKED: "Thiếu phần đã kiểm. Đối chiếu ít nhất tên, số, ngày với giấy tờ hay với người biết việc, rồi đánh dấu.",
    MINUTES: "Thiếu số phút. Ghi cả hai: tự làm hết bao lâu, làm với trợ lý hết bao lâu. Nhớ áng chừng cũng được.",
}
"""What to look at where a part is missing; a lesson's own words go before."""
_FIELDS = {"task": "Việc gì", "request": "Yêu cầu", "result": "Kết quả", "fixed": "Đã sửa"}
_FEW_TASK, _FEW_RESULT = 3, 5
"""Words below which a field says nothing yet."""


def grade_work(value: Value, request: Mapping[str, Iterable[str]]) -> Share:
    """A piece of work: the parts that are there, over all.

    Parts are what had to be done, each part that the request should name, the result, what was checked, the minutes
    before and after, and that nothing personal is left, as far as the privacy shield finds it.

    Parameters
    ----------
    request
        By part, its signs in the request: words, ``re:`` patterns, or ``coach:noi`` for what the prompt coach finds.
    """
    if not isinstance(value, WorkValue):
        raise TypeError(f"This question cannot be answered by a {value.kind}")
    left = personal_data(value)
    there = {
        TASK: len(words(value.task)) >= _FEW_TASK,
        **{part: _names(value.request, signs) for part, signs in request.items()},
        RESULT: len(words(value.result)) >= _FEW_RESULT and normalised(value.result) != normalised(value.request),
        CHECKED: bool(value.checked),
        MINUTES: value.before is not None and value.after is not None,
        # Where there is nothing to read, nothing can be given away.
        PRIVATE: bool(words(value.request)) and len(words(value.result)) >= _FEW_RESULT and not left,
    }
    missing = [part for part, found in there.items() if not found]
    return Share(1 - len(missing) / len(there), missing, left)


def personal_data(value: WorkValue) -> list[str]:
    """Say by field what looks personal, without repeating it: a reason is kept longer than an answer."""
    from course.ai.shield import LABELS, find  # its rules take a moment to load, and few lessons need them

    told = []
    for field, name in _FIELDS.items():
        if kinds := dict.fromkeys(LABELS[found.kind] for found in find(getattr(value, field))):
            told.append(
                f"Ô “{name}” hình như còn {', '.join(kinds)}. Xoá đi, hoặc viết chung: “một hộ trong xóm”, "
                "“[số điện thoại]”."
            )
    return told


def _names(text: str, signs: Iterable[str]) -> bool:
    signs = list(signs)
    if any(occurs(sign, text) for sign in signs if not sign.startswith("coach:")):
        return True
    wanted = [sign.removeprefix("coach:") for sign in signs if sign.startswith("coach:")]
    if not wanted or not text.strip():
        return False
    from course.ai.coach import coach

    return any(part in coach(text, wanted).present for part in wanted)
