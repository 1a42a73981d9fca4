"""Put a reply together from a task's texts and what the learner said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from course.ai.replies._follow import Wish
from course.ai.replies._tasks import Part, Task

if TYPE_CHECKING:
    from course.ai.replies._details import Details

NAMES: dict[str, str] = {"noi": "ở đâu", "luc": "lúc nào", "ai": "cho ai", "dang": "dưới dạng gì"}
_INSTEAD = {"noi": "một nơi thuận tiện", "luc": "thời gian tới", "ai": "mọi người", "dang": "vài dòng"}


def compose(task: Task, said: Details, wishes: tuple[Wish, ...]) -> tuple[str, list[str]]:
    """Return the reply and the parts that are missing.

    Parameters
    ----------
    task
        What is asked for.
    said
        The parts that were said so far.
    wishes
        How it should be put, from the first to the last; of length and tone the last one holds.
    """
    missing: list[Part] = [part for part in task.without if not getattr(said, part)]
    tones = [wish for wish in wishes if wish in ("short", "formal", "details")]
    tone = tones[-1] if tones else ""
    last = wishes[-1] if wishes else ""
    note = ""
    text = task.full
    if tone == "short":
        text = task.short
    elif tone == "formal" and task.formal:
        text = task.formal
    elif missing and tone != "details":
        text = task.without[missing[0]].say
    if last == "formal" and not task.formal and task.without:
        note = "Chưa có bản trang trọng hơn soạn sẵn cho việc này."
    elif last == "other":
        note = "Việc này chỉ có một bản soạn sẵn, nên chưa có bản khác để chọn."
    text = _fill(task, text, said, blanks=tone == "details")
    if "bullets" in wishes:
        text = _as_bullets(text)
    closing = _closing(task, missing) if missing else ""
    return "\n\n".join(filter(None, [text, note, closing])), list(missing)


def _closing(task: Task, missing: list[Part]) -> str:
    names = " và ".join([", ".join(NAMES[part] for part in missing[:-1]), NAMES[missing[-1]]][len(missing) == 1 :])
    # Two at a time: who reads all four at once adds none.
    adds = [task.without[part].add for part in missing[:2]]
    more = f" {adds[0]}." if len(adds) == 1 else "".join(f"\n- {add}" for add in adds)
    return f"Câu hỏi chưa nói {names}, nên lời trên còn chung chung. Thêm:{more}"


def _fill(task: Task, text: str, said: Details, *, blanks: bool) -> str:
    """Put the learner's words, or what stands for them, into the places kept for them."""
    words = {}
    for slot in ("noi", "luc", "ai", "dang", "viec"):
        given = getattr(said, slot)
        words[slot] = given or (blanks and _blank(task, slot)) or task.instead.get(slot) or _INSTEAD.get(slot, "")
    filled = text.format(**words)
    # A sentence starts with a capital, also where it starts with the learner's words.
    return re.sub(r"(^|[.!?]\s+|\n[-•]? ?)([a-zà-ỹđ])", lambda found: found[1] + found[2].upper(), filled)


def _blank(task: Task, slot: str) -> str:
    """Return a place to fill in by hand: of a time that something starts at, hour and day."""
    if slot == "luc" and "vào {luc}" in task.full:
        return "…… giờ, ngày ……"
    return "……" if slot in ("noi", "luc") else ""


def _as_bullets(text: str) -> str:
    """Put each sentence on a line of its own; a text in lines stays as it is."""
    if text.count("\n") >= 3:
        return text
    sentences = [one.strip() for one in re.split(r"(?<=[.!?])\s+|\n+", text) if one.strip()]
    return "\n".join(one if re.match(r"[-•]|\d+\.", one) else f"- {one}" for one in sentences)
