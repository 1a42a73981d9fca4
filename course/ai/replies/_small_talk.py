"""Greetings, thanks and "are you an AI?": said around a task, never a task."""

from __future__ import annotations

from course.ai.replies._words import clean, pattern, read_as, spelled_out

_TALK = {
    "ai-do": (
        pattern(
            r"(?:bạn|mày|em|ai|đây|cậu|máy) (?:là ai|là gì|tên gì|tên là gì|có phải (?:là )?(?:ai|người|người thật"
            r"|máy|robot|trí tuệ nhân tạo|chatgpt)(?: thật)?(?: không)?)"
            "|có phải ai (?:thật )?không|ai đang trả lời|ai trả lời|người hay máy|là người hay|chatgpt (?:à|hả"
            "|phải không)"
        ),
        "Đây là những câu trả lời do người soạn từ trước, không phải AI. Bộ học chưa nối với một trợ lý AI nào. "
        "Máy chỉ xem câu hỏi nói việc gì, ở đâu, lúc nào, cho ai, rồi lấy câu đã soạn. "
        "Lúc hỏi AI thật cũng nên nói đủ mấy ý ấy.",
    ),
    "cam-on": (
        pattern("cảm ơn|cám ơn|thank|thanks|tks|ok|tốt rồi|được rồi|hay quá|tuyệt"),
        "Vâng, có việc khác thì cứ hỏi tiếp. Trước khi dùng, đọc lại một lượt: tên, số, ngày giờ.",
    ),
    "chao": (
        pattern("xin chào|chào|hello|hi|alo|a lô"),
        "Chào bạn! Hãy nói việc cần làm, ở đâu, lúc nào, cho ai, và muốn nhận dạng gì. Đủ mấy ý ấy thì câu trả lời "
        "dùng được ngay.",
    ),
}
_AROUND = pattern(
    "bạn|bác|anh|chị|em|cô|chú|nhé|nhá|ạ|nha|nhiều|lắm|rất|ơi|ai|máy|trợ lý|tôi|mình|thế|vậy|à|hả|ơ|này|cho|hỏi|rồi"
    "|quá|các|mọi người|buổi sáng|xin|vâng|đã|thật"
)


def small_talk(text: str) -> tuple[str, str] | None:
    """Return the key and the answer when a message is nothing but small talk."""
    plain = read_as(spelled_out(clean(text)))
    for key, (wanted, answer) in _TALK.items():
        rest = wanted.sub(" ", plain)
        if rest != plain and not any(map(str.isalnum, _AROUND.sub(" ", rest))):
            return key, answer
    return None
