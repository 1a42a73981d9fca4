"""A conversation with the assistant."""

from __future__ import annotations

from typing import Any

import traitlets

from course.widgets._assets import module_source, style_source
from course.widgets._question import QuestionWidget
from course.widgets._widget import one_line


class Chat(QuestionWidget):
    """A conversation with the assistant, streamed, kept as the question's answer.

    The widget's JavaScript holds the conversation; whoever hosts it (``course.lesson_chat`` in Jupyter, the page's
    ``assistant.js``) only carries one request at a time to the assistant and its reply back, by custom messages:

    ==============  ==============================================================================================
    from the view   ``{"type": "ask", "turn": id, "messages": [{"role", "content"}]}``, ``{"type": "stop", "turn"}``
    to the view     ``{"type": "heard", "turn"}`` at once; ``{"type": "delta", "turn", "text"}``;
                    ``{"type": "about", "turn", "about": bdhai}`` as the service sends it beside a reply;
                    then ``{"type": "end", "turn"}``, or ``{"type": "error", "turn", "code", "message"}``
    ==============  ==============================================================================================

    Attributes
    ----------
    tries
        Requests that a tap puts into the field, plain text.
    placeholder
        What stands in the empty field, plain text.
    planted
        A conversation to find errors in: ``[{"ask", "reply"}]``, plain text and the Markdown that replies have.
    reveal
        Where the planted errors are, safe HTML.
    """

    _esm = module_source("chat")
    _css = style_source("chat")

    tries = traitlets.List(traitlets.Unicode()).tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)
    planted = traitlets.List(traitlets.Dict()).tag(sync=True)
    reveal = traitlets.Unicode().tag(sync=True)

    def _describe_answer(self, answer: dict[str, Any]) -> str:
        asked = [one for one in answer.get("messages", []) if one.get("role") == "user"]
        return f"đã hỏi {len(asked)} lần, lần cuối “{one_line(asked[-1].get('text', ''))}”" if asked else ""
