"""What a file earns: the checks of its content that hold, over all of them.

Checks see a document (``course.documents``), never the file itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from course.grades import Share

if TYPE_CHECKING:
    from course.documents import Opened

Check = Callable[..., Any]
FileChecks = Check | Mapping[str, Check]
"""Either named checks, each a function of the document (and of the lesson's tables) that tells whether it holds, or one
function that gives them all as ``(part, holds, reason)``."""

# What a check raises when the document lacks what it looks for. Other errors are the check's own, and stay errors.
_LACKING = (LookupError, AttributeError, ValueError, ArithmeticError)
_LACKS = "Tệp thiếu phần mà câu này cần xem, nên chưa xét tiếp được."


def grade_file(document: Opened, checks: FileChecks, call: Callable[[Check], Any]) -> Share:
    """Compare a file with what is expected of it.

    Parameters
    ----------
    checks
        See ``FileChecks``. A named check that finds nothing to look at does not hold.
    call
        Calls a check with the document and with the tables that it asks for.

    Returns
    -------
    Share
        ``missed`` names the parts that do not hold; ``notes`` are the reasons given along with them.
    """
    if document.kind == "unreadable":
        return Share(0, [], [document.reason])
    if isinstance(checks, Mapping):
        missed = [name for name, check in checks.items() if not _holds(call, check)]
        return Share(1 - len(missed) / len(checks), missed)
    try:
        parts = _parts(call(checks))
    except _LACKING:
        return Share(0, [], [_LACKS])
    lost = [(name, reason) for name, holds, reason in parts if not holds]
    return Share(1 - len(lost) / len(parts), [name for name, _ in lost], [reason for _, reason in lost if reason])


def _holds(call: Callable[[Check], Any], check: Check) -> bool:
    try:
        return bool(call(check))
    except _LACKING:
        return False


def _parts(given: Iterable[tuple[Any, ...]]) -> list[tuple[str, bool, str]]:
    parts = []
    for part in given:
        if not isinstance(part, tuple) or len(part) not in (2, 3):
            raise TypeError("file=… gives (part, holds) or (part, holds, reason)")
        parts.append((str(part[0]), bool(part[1]), str(part[2]) if len(part) == 3 else ""))
    if not parts:
        raise TypeError("file=… gave no part")
    return parts
