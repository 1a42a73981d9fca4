"""Speaking instead of typing, then correcting what was written."""

from __future__ import annotations

from typing import Any

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._question import QuestionWidget
from course.widgets._widget import one_line


class Dictation(QuestionWidget):
    """A field filled by speech recognition or by a recorded transcript, to be corrected.

    Attributes
    ----------
    say
        What to say, plain text; empty where there is nothing to say and a machine's text is only corrected.
    recorded
        A transcript recorded beforehand, with its mistakes, plain text.
    fixes
        Practice only: ``[{"want": text or list, "not": text, "why": text}]``, shown as done while the learner corrects.
    """

    _esm = module_source("dictation")
    _css = style_source("dictation")

    say = traitlets.Unicode().tag(sync=True)
    recorded = traitlets.Unicode().tag(sync=True)
    fixes = traitlets.List(traitlets.Dict()).tag(sync=True)

    def _describe_answer(self, answer: dict[str, Any]) -> str:
        text = one_line(answer.get("text", ""))
        verb = "đã nói và sửa thành" if answer.get("spoken") else "đã viết"
        return f"{verb} “{text}”" if text else ""
