"""The model's next words as bars, in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

import course.widgets
from course.ai.how_it_works._file import Broken, NotInstalled, installed
from course.ai.how_it_works._model import TermsNotAccepted, TooLong, model
from course.ai.how_it_works._terms import accept_terms, terms, terms_accepted

_HERE = Path(__file__).parent
_SHARED = Path(course.widgets.__file__).parent
SHOWN = 8
TIMES = 3


class NextWord(anywidget.AnyWidget):
    """What a small language model expects after a text.

    The page sends ``{"type": "accept"}``, ``{"type": "guess", "text", "temperature"}`` and ``{"type": "write", "text",
    "temperature"}``; the answers come as traits.

    Attributes
    ----------
    phase
        ``"missing"`` (the extra is not installed, or broken), ``"terms"``, ``"ready"``.
    message
        A sentence for the learner, plain text.
    terms
        ``{"summary", "url", "text"}`` while they are to be accepted.
    text, temperature
        What was asked for last.
    pieces
        ``[{"text", "share"}]``, share between 0 and 1.
    written
        How the model went on, a text for each roll of the dice.
    """

    _esm = (_SHARED / "_prelude.js").read_text("utf-8") + (_HERE / "next_word.js").read_text("utf-8")
    _css = (_SHARED / "_base.css").read_text("utf-8") + (_HERE / "next_word.css").read_text("utf-8")

    phase = traitlets.Enum(["missing", "terms", "ready"], default_value="missing").tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    terms = traitlets.Dict().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    temperature = traitlets.Float(1.0).tag(sync=True)
    pieces = traitlets.List(traitlets.Dict()).tag(sync=True)
    written = traitlets.List(traitlets.Unicode()).tag(sync=True)
    answered = traitlets.Int(0, help="counts the answers, so that the page knows when one has come").tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._show_phase()
        self.on_msg(lambda _widget, content, _buffers: self._receive(content))

    def __repr__(self) -> str:
        return f"Xem AI đoán chữ: {self.text}"

    def _show_phase(self) -> None:
        if not installed():
            self.phase, self.message = "missing", str(NotInstalled())
        elif terms_accepted():
            self.phase, self.message, self.terms = "ready", "", {}
        else:
            self.phase, self.terms = "terms", vars(terms())

    def _receive(self, content: dict[str, Any]) -> None:
        wanted = content.get("type")
        with self.hold_sync():
            try:
                if wanted == "accept":
                    accept_terms()
                    self._show_phase()
                elif wanted in ("guess", "write"):
                    self._answer(wanted, str(content.get("text", "")), float(content.get("temperature", 1.0)))
            except (NotInstalled, Broken) as error:
                self.phase, self.message = "missing", str(error)
            except (TermsNotAccepted, TooLong, ValueError) as error:
                self.message = str(error)
            self.answered += 1

    def _answer(self, wanted: str, text: str, temperature: float) -> None:
        loaded = model()
        if wanted == "guess":
            pieces = loaded.next_pieces(text, count=SHOWN, temperature=temperature)
            self.pieces = [{"text": one.text, "share": one.probability} for one in pieces]
            self.written = []
        else:
            self.written = [loaded.go_on(text, temperature=temperature, seed=seed) for seed in range(1, TIMES + 1)]
        self.text, self.temperature, self.message = text, temperature, ""
