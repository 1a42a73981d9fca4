"""Pieces of a text to mark."""

from __future__ import annotations

from typing import Any

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._question import Letters, QuestionWidget
from course.widgets._widget import one_line


class Mark(QuestionWidget):
    """A text of which some pieces can be marked.

    Attributes
    ----------
    pieces
        The text in order, ``[{"text": plain text, "id": "1" or None}]``; ``None`` is text that cannot be marked.
    right
        Practice only: ids of the pieces that should be marked.
    reasons
        Practice only: the reason for each piece by its id, safe HTML.
    """

    _esm = module_source("mark")
    _css = style_source("mark")

    pieces = traitlets.List(traitlets.Dict()).tag(sync=True)
    right = Letters().tag(sync=True)
    reasons = traitlets.Dict().tag(sync=True)

    @traitlets.validate("reasons")
    def _check_reasons(self, proposal: Any) -> dict[str, str]:
        return {str(piece): reason for piece, reason in proposal["value"].items()}

    def _describe_answer(self, answer: dict[str, Any]) -> str:
        texts = {str(piece["id"]): piece["text"].strip() for piece in self.pieces if piece.get("id")}
        marked = [f"“{texts[id]}”" for id in map(str, answer.get("marked", ())) if id in texts]
        return one_line("đã đánh dấu " + "; ".join(marked)) if marked else ""
