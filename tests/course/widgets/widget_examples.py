"""One state per widget, as a lesson would make it."""

from __future__ import annotations

from typing import Any

REASONS = [
    "Thiếu cả bốn ý.",
    "Có cây gì, ở đâu, từ lúc nào, và muốn gì.",
    "Chưa biết bệnh thì <b>chưa hỏi thuốc</b>.",
]
CHOICE: dict[str, Any] = {
    "question": "p1",
    "label": "Luyện tập",
    "ask": "Câu hỏi nào AI trả lời được ngay?",
    "graded": False,
    "answer": None,
    "options": [
        "Chè bị sao?",
        "Chè trung du 5 năm tuổi ở vùng đồi, lá non vàng đốm sau 3 ngày mưa. Nguyên nhân nào hay gặp?",
        "Cho tôi thuốc trị bệnh chè <b>tốt nhất</b>.",
    ],
    "several": False,
    "right": ["B"],
    "reasons": REASONS,
}
SHORT_TEXT: dict[str, Any] = {
    "question": "p2",
    "label": "Luyện tập",
    "ask": "Viết một câu hỏi đủ ba ý.",
    "graded": False,
    "answer": None,
    "rows": 4,
    "placeholder": "Viết ở đây",
    "parts": ["Việc gì", "Ở đâu", "Lúc nào"],
    "find": {"Việc gì": ["vàng lá", "sâu"], "Ở đâu": ["xóm", "xã"], "Lúc nào": ["re:\\d+ ngày", "hôm qua"]},
    "example": "Chè ở xóm Đồi bị vàng lá 3 ngày nay.",
}
ORDER: dict[str, Any] = {
    "question": "p3",
    "label": "Luyện tập",
    "ask": "Xếp các bước cho đúng.",
    "graded": False,
    "answer": None,
    "items": ["Kiểm lại tên, số", "Đọc cho máy viết", "Gửi đi"],
    "right": ["B", "A", "C"],
    "reason": "Đọc trước, kiểm sau, gửi cuối cùng.",
}
MARK: dict[str, Any] = {
    "question": "p4",
    "label": "Luyện tập",
    "ask": "Chỗ nào phải kiểm lại?",
    "graded": False,
    "answer": None,
    "pieces": [
        {"text": "Chè Thái Nguyên ", "id": None},
        {"text": "được trồng từ năm 1900", "id": "1"},
        {"text": ", ", "id": None},
        {"text": "vị chát dịu", "id": "2"},
        {"text": ", giá ", "id": None},
        {"text": "350.000 đồng một cân", "id": "3"},
        {"text": ".", "id": None},
    ],
    "right": ["1", "3"],
    "reasons": {"1": "Năm tháng phải tra lại.", "2": "Tả vị thì không sai.", "3": "Giá thay đổi từng tuần."},
}
DICTATION: dict[str, Any] = {
    "question": "p5",
    "label": "Luyện tập",
    "ask": "Đọc cho máy viết, rồi sửa.",
    "graded": False,
    "answer": None,
    "say": "Ngày 5 tháng 3, họp ở xã Văn Lăng, lúc 8 giờ.",
    "recorded": "ngày 5 tháng 3 họp ở xã Văn Lang lúc 18 giờ",
    "fixes": [
        {"want": "Văn Lăng", "not": "Văn Lang", "why": "Tên xã phải đúng dấu."},
        {"want": ["8 giờ", "tám giờ"], "not": "18 giờ", "why": "Giờ họp là 8 giờ sáng."},
    ],
}
TASK: dict[str, Any] = {
    "question": "p6",
    "label": "Luyện tập",
    "ask": "Mỗi xã được bao nhiêu <b>kg chè</b>?",
    "graded": False,
    "answer": None,
    "wants": "table",
    "unit": "kg",
    "kernel": True,
    "feedback": {},
}
TODAY: dict[str, Any] = {
    "question": "today",
    "label": "",
    "task": "<p>Tối nay hỏi AI một việc ở vườn nhà mình, đủ bốn ý.</p>",
    "answer": None,
}
TEXT: dict[str, Any] = {
    "html": "<p><strong>Chuyện của cô Hoa.</strong> Chè đang ra búp thì lá vàng từng đốm.</p>",
    "speech": "Chuyện của cô Hoa. Chè đang ra búp thì lá vàng từng đốm.",
    "tone": "story",
}
PICTURE: dict[str, Any] = {
    "picture": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 120">'
    '<rect width="360" height="120" fill="#fff"/>'
    '<text x="20" y="50" font-size="20">GIẤY MỜI</text>'
    '<text x="20" y="90" font-size="18">8 giờ 30, ngày 15/12</text></svg>',
    "alt": "GIẤY MỜI. 8 giờ 30, ngày 15/12",
    "caption": "Giấy mời <b>soạn để tập</b>",
}
CHAT: dict[str, Any] = {
    "question": "c1",
    "label": "Hỏi thử trợ lý",
    "ask": "Nhờ trợ lý viết một tin mời họp, rồi <b>hỏi lại cho đủ ý</b>.",
    "graded": False,
    "answer": None,
    "tries": [
        "Viết tin mời họp.",
        "Viết tin nhóm Zalo dưới 50 chữ mời bà con xóm 4 đến nhà văn hoá lúc 19 giờ 30 thứ Sáu này.",
    ],
    "placeholder": "",
    "planted": [],
    "reveal": "",
}
TALK: dict[str, Any] = {
    "kind": "chat",
    "revealed": False,
    "messages": [
        {
            "role": "user",
            "text": "Viết tin mời họp, ai bận gọi 0302 345 678",
            "masked": [{"kind": "phone", "label": "số điện thoại", "placeholder": "[SỐ ĐIỆN THOẠI 1]"}],
        },
        {
            "role": "assistant",
            "text": "Kính mời bà con đến họp.\n\n- Giờ: **19 giờ 30**\n- Nơi: nhà văn hoá\n\n"
            "| Việc | Phút |\n|---|---|\n| Thu chi | 20 |",
            "by": "Trả lời soạn sẵn – không phải AI",
            "prepared": True,
            "state": "whole",
        },
        {"role": "user", "text": "Ngắn hơn nữa", "fresh": True},
        {"role": "assistant", "text": "Mời bà con", "by": "Trợ lý AI", "state": "cut"},
    ],
}
"""A kept conversation with all that may stand beside a message."""
WORK: dict[str, Any] = {
    "question": "p7",
    "label": "Luyện tập",
    "ask": "Ghi lại việc vừa làm. <b>Đừng để tên của ai.</b>",
    "graded": False,
    "answer": None,
    "checks": ["Giờ, ngày: <b>đã so</b> với sổ", "Tên xã: đúng dấu", "Không còn số của ai"],
    "hints": {"task": "Ví dụ: báo cả tổ dọn mương", "result": "Bản đem dùng"},
    "example": "<p>Bác Lợi báo cả tổ đi dọn mương.</p>",
    "talk": [],
}
START: dict[str, Any] = {
    "title": "Bài 1.3 · Hỏi một câu ra việc",
    "greeting": "Chào bà con!",
    "audience": "nong-dan",
    "audiences": [
        {"id": "can-bo", "label": "Cán bộ"},
        {"id": "nong-dan", "label": "Bà con nông dân"},
        {"id": "thanh-nien", "label": "Thanh niên"},
        {"id": "hoc-sinh", "label": "Học sinh"},
        {"id": "phu-nu", "label": "Hội viên phụ nữ"},
        {"id": "tieu-thuong", "label": "Tiểu thương"},
    ],
}
SUBMIT: dict[str, Any] = {"phase": "idle", "message": "", "unanswered": [], "receipt": "", "results": None}
RESULTS: dict[str, Any] = {
    "state": "graded",
    "receipt": "7F3A-21",
    "submitted_at": "2026-11-24T12:42:18.123Z",
    "graded_at": "2026-11-24T12:42:19.000Z",
    "points": 7.5,
    "max_points": 10,
    "message": "",
    "questions": [
        {"id": "q1", "points": 4, "max_points": 4, "sign": "right", "reasons": ["Câu hỏi đủ việc, nơi, lúc."]},
        {"id": "q2", "points": 3.5, "max_points": 4, "sign": "partly", "reasons": ["Còn thiếu lúc nào: “3 ngày nay”."]},
        {"id": "q3", "points": 0, "max_points": 2, "sign": "wrong", "reasons": ["Chưa biết bệnh thì chưa hỏi thuốc."]},
    ],
}

STATES: dict[str, dict[str, Any]] = {
    "choice": CHOICE,
    "short_text": SHORT_TEXT,
    "order": ORDER,
    "mark": MARK,
    "dictation": DICTATION,
    "task": TASK,
    "today": TODAY,
    "text": TEXT,
    "picture": PICTURE,
    "chat": CHAT,
    "work": WORK,
    "start": START,
    "submit": SUBMIT,
}


def graded(state: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a question's state as a graded one has it: no key, no reasons."""
    keys = ("right", "reasons", "reason", "find", "fixes", "feedback")
    return {name: value for name, value in state.items() if name not in keys} | {
        "question": "q2",
        "label": "Câu 2",
        "graded": True,
        "points": 4,
        **more,
    }
