"""The kinds of personal data, and what learners are told about each."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["cccd", "phone", "email", "bank_account", "tax_code", "birth_date", "plate", "name", "address"]
Action = Literal["mask", "stop", "allow"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ACTIONS: tuple[Action, ...] = get_args(Action)

CAUTION = (
    "Máy che không bắt được hết. Trước khi gửi, bạn đọc lại một lượt: "
    "còn tên, số hay địa chỉ của ai thì tự xoá hoặc viết chung chung."
)
"""The honest line that stands wherever masking is shown."""

LABELS: dict[Kind, str] = {
    "cccd": "số căn cước",
    "phone": "số điện thoại",
    "email": "địa chỉ email",
    "bank_account": "số tài khoản",
    "tax_code": "mã số thuế",
    "birth_date": "ngày sinh",
    "plate": "biển số xe",
    "name": "tên người",
    "address": "địa chỉ",
}

HINTS: dict[Kind, str] = {
    "cccd": "Giống số căn cước hoặc chứng minh thư. Có số này, kẻ xấu có thể mạo danh để vay tiền, đăng ký sim.",
    "phone": "Giống số điện thoại. Chủ số có thể bị gọi làm phiền hoặc bị lừa. AI không cần số này mới viết được.",
    "email": "Giống địa chỉ email. Để lộ ra, chủ thư dễ nhận thư rác và thư lừa đảo.",
    "bank_account": "Giống số tài khoản hoặc số thẻ ngân hàng. Đừng đưa cho AI; khi dùng văn bản, bạn tự điền vào.",
    "tax_code": "Giống mã số thuế. Mã này dẫn tới đúng một người hay một hộ kinh doanh.",
    "birth_date": "Giống ngày hoặc năm sinh của một người. Đi cùng tên, nó cho biết đó đúng là ai.",
    "plate": "Giống biển số xe. Từ biển số có thể lần ra chủ xe.",
    "name": "Giống tên một người. Viết “một hộ dân”, “một học sinh” thì AI vẫn giúp được.",
    "address": "Giống địa chỉ nhà của một người. Nếu chỉ cần nơi chốn, viết tên xã là đủ.",
}

PLACEHOLDERS: dict[Kind, str] = {kind: label.upper() for kind, label in LABELS.items()}
