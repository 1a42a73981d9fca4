"""The widgets of a lesson: plain JavaScript modules that run in JupyterLab and on the lesson page alike."""

from course.widgets._assets import (
    WIDGET_NAMES,
    base_style,
    bundle_source,
    module_source,
    own_style,
    style_source,
)
from course.widgets._question import QuestionWidget
from course.widgets._widget import LessonWidget
from course.widgets.chat import Chat
from course.widgets.choice import Choice
from course.widgets.dictation import Dictation
from course.widgets.mark import Mark
from course.widgets.order import Order
from course.widgets.picture import Picture
from course.widgets.short_text import ShortText
from course.widgets.start import Start
from course.widgets.submit import Submit
from course.widgets.task import Task
from course.widgets.text import Text
from course.widgets.today import Today
from course.widgets.work import Work

WIDGETS: dict[str, type[LessonWidget]] = {
    "choice": Choice,
    "short_text": ShortText,
    "order": Order,
    "mark": Mark,
    "dictation": Dictation,
    "task": Task,
    "today": Today,
    "text": Text,
    "picture": Picture,
    "chat": Chat,
    "work": Work,
    "start": Start,
    "submit": Submit,
}
"""Each widget's class by its name."""

__all__ = [
    "WIDGETS",
    "WIDGET_NAMES",
    "Chat",
    "Choice",
    "Dictation",
    "LessonWidget",
    "Mark",
    "Order",
    "Picture",
    "QuestionWidget",
    "ShortText",
    "Start",
    "Submit",
    "Task",
    "Text",
    "Today",
    "Work",
    "base_style",
    "bundle_source",
    "module_source",
    "own_style",
    "style_source",
]
