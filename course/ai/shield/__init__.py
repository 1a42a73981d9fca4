"""The privacy shield: finds personal data in a Vietnamese text, masks it before it leaves, puts it back afterwards.

>>> from course.ai.shield import shield, unmask
>>> safe = shield("Gọi chị Mẫu, số 0310 000 123")
>>> safe.text
'Gọi chị [TÊN NGƯỜI 1], số [SỐ ĐIỆN THOẠI 1]'
>>> unmask("Đã nhắn [TÊN NGƯỜI 1].", safe.masks)
'Đã nhắn Mẫu.'

The rules read text with and without diacritics, composed (NFC) or not (NFD), with full-width digits and with
separators inside numbers. They are rules, not understanding, so they miss things: `CAUTION` says so to learners, and
``bdhai bench assistant`` measures how much. Texts are only read here; nothing is kept or sent.
"""

from course.ai.shield._find import Finding, find
from course.ai.shield._kinds import ACTIONS, CAUTION, KINDS, LABELS, Action, Kind
from course.ai.shield._masking import Shielded, Unmasker, shield, unmask

__all__ = [
    "ACTIONS",
    "CAUTION",
    "KINDS",
    "LABELS",
    "Action",
    "Finding",
    "Kind",
    "Shielded",
    "Unmasker",
    "find",
    "shield",
    "unmask",
]
