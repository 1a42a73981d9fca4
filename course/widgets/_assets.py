"""The widgets' JavaScript and CSS, put together from the files beside this module."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

WIDGET_NAMES = (
    "choice",
    "short_text",
    "order",
    "mark",
    "dictation",
    "task",
    "today",
    "text",
    "picture",
    "chat",
    "work",
    "start",
    "submit",
)
"""Every widget's stem: ``name.py``, ``name.js`` and ``name.css``."""

_ROOM = Path(__file__).parent
_SHARED_BY_SOME = {"_text_field.js": {"short_text", "dictation"}, "_reply.js": {"chat"}}
"""Parts that only some widgets need, and these widgets."""
_EXPORT = "export default { render };\n"


@cache
def _read(file: str) -> str:
    return (_ROOM / file).read_text("utf-8")


def module_source(name: str) -> str:
    """Return one widget's ES module, self-contained, with ``export default { render }``.

    Raises
    ------
    KeyError
        When there is no such widget.
    """
    return _shared_source([name]) + own_module(name)


def own_module(name: str) -> str:
    """Return a widget's module without the shared parts before it; it does not run by itself."""
    _check(name)
    source = _read(f"{name}.js")
    if not source.endswith(_EXPORT):
        raise ValueError(f"{name}.js must end with {_EXPORT.strip()!r}")
    return source


def bundle_source(names: Iterable[str] = WIDGET_NAMES) -> str:
    """Return one ES module with several widgets and the shared parts once.

    Returns
    -------
    str
        A module whose default export maps a name to ``{ render }``. It also exports ``storedSize``, ``applySize`` and
        ``stepSize`` (the learner's text size) and ``readAloud``, for a page that has such controls of its own.
    """
    names = list(names)
    widgets = [
        f"  {name}: (() => {{\n{own_module(name).removesuffix(_EXPORT)}return {{ render }};\n}})(),\n" for name in names
    ]
    exports = "export { storedSize, applySize, stepSize, readAloud, frame };\n"
    return _shared_source(names) + exports + "export default {\n" + "".join(widgets) + "};\n"


def style_source(name: str) -> str:
    """Return one widget's style with the common one before it."""
    return base_style() + own_style(name)


def base_style() -> str:
    """Return the style that all widgets share."""
    return _read("_base.css")


def own_style(name: str) -> str:
    """Return a widget's own style alone."""
    _check(name)
    return _read(f"{name}.css")


def _shared_source(names: Iterable[str]) -> str:
    names = set(names)
    return _read("_prelude.js") + "".join(_read(part) for part, users in _SHARED_BY_SOME.items() if users & names)


def _check(name: str) -> None:
    if name not in WIDGET_NAMES:
        raise KeyError(f"no widget {name!r}")
