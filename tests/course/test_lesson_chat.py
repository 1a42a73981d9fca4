"""A chat in a notebook: what the kernel asks of a real assistant, and what it tells the widget."""

from __future__ import annotations

import queue
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course import Lesson
from course.answers import AnswerRecord, check_value
from course.place import answer_file
from course.widgets import Chat
from tests.support.assistant import ANSWER, REFUSALS, Assistant, running_assistant

TALK = {"kind": "chat", "messages": [{"role": "user", "text": "Chào"}, {"role": "assistant", "text": "Chào bạn"}]}


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    with running_assistant() as running:
        monkeypatch.setenv("BDHAI_ASSISTANT_URL", running.url)
        monkeypatch.setenv("BDHAI_ASSISTANT_TOKEN", "của riêng máy này".encode().hex())
        yield running


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BDHAI_LEARN_URL", raising=False)
    return Lesson("level1/03")


class Browser:
    """The widget's other side: sends what the view sends, and holds what it is told."""

    def __init__(self, widget: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
        self.widget = widget
        self.told: queue.Queue[dict[str, Any]] = queue.Queue()
        monkeypatch.setattr(Chat, "send", lambda _widget, content: self.told.put(content))

    def ask(self, text: str = "Viết tin mời họp") -> str:
        turn = uuid.uuid4().hex
        self.say({"type": "ask", "turn": turn, "messages": [{"role": "user", "content": text}]})
        return turn

    def say(self, content: Any) -> None:
        self.widget._handle_custom_msg(content, [])

    def hear(self, *until: str) -> list[dict[str, Any]]:
        """Return what is told up to one of these types."""
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["type"] not in until:
            heard.append(self.told.get(timeout=20))
        return heard


@pytest.fixture
def browser(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> Browser:
    return Browser(lesson.chat("c1", "Hỏi thử."), monkeypatch)


def test_a_reply_is_carried_as_it_comes(assistant: Assistant, browser: Browser, lesson: Lesson) -> None:
    turn = browser.ask()
    heard = browser.hear("end", "error")
    assert {one["turn"] for one in heard} == {turn}
    assert [heard[0]["type"], heard[-1]["type"]] == ["heard", "end"]
    assert "".join(one["text"] for one in heard if one["type"] == "delta") == ANSWER
    about = [one["about"] for one in heard if one["type"] == "about"]
    assert about[0]["assistant"] == "Trợ lý thử" and about[-1]["left"] == {"tokens": 100, "requests": 3}
    [asked] = assistant.seen
    assert asked["messages"] == [{"role": "user", "content": "Viết tin mời họp"}] and asked["stream"]
    assert asked["bdhai"] == {"lesson": "level1/03", "audience": lesson.audience, "shows_label": True}


def test_stopping_hangs_up_and_nothing_more_is_told(assistant: Assistant, browser: Browser) -> None:
    assistant.mode = "waits"
    turn = browser.ask()
    browser.hear("delta")
    browser.say({"type": "stop", "turn": turn})
    assert assistant.hung_up.wait(20)
    assistant.mode = "good"
    second = browser.ask()
    assert {one["turn"] for one in browser.hear("end", "error")} <= {turn, second}
    assert browser.told.empty()


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_is_told_in_its_own_words(assistant: Assistant, browser: Browser, code: str) -> None:
    assistant.mode = code
    browser.ask()
    last = browser.hear("end", "error")[-1]
    assert (last["code"], last["message"]) == (code, REFUSALS[code][1])


@pytest.mark.parametrize("mode", ["cut", "error", "garbage", "html", "gone"])
def test_a_fault_is_told_in_vietnamese(
    assistant: Assistant, browser: Browser, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant.mode = mode
    if mode == "gone":
        monkeypatch.setenv("BDHAI_ASSISTANT_URL", "http://127.0.0.1:9/v1")
    browser.ask()
    heard = browser.hear("end", "error")
    assert heard[-1]["type"] == "error"
    assert any(word in heard[-1]["message"] for word in ("rợ lý", "đứt"))
    assert bool([one for one in heard if one["type"] == "delta"]) == (mode in ("cut", "error"))


def test_without_an_assistant_the_learner_is_told_what_to_do(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BDHAI_ASSISTANT_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    browser.ask()
    assert "bdhai learn" in browser.hear("end", "error")[-1]["message"]


@pytest.mark.parametrize("content", [None, "ask", {}, {"type": "ask"}, {"type": "stop", "turn": "?"}])
def test_a_strange_message_is_passed_over(browser: Browser, content: Any) -> None:
    browser.say(content)
    assert browser.told.empty()


def test_a_conversation_is_kept_and_comes_back(lesson: Lesson, tmp_path: Path) -> None:
    widget = lesson.chat("c1", "Hỏi thử.")
    widget.answer = TALK
    assert widget.saved == "saved"
    record = AnswerRecord.model_validate_json(answer_file(tmp_path, "level1/03").read_bytes())
    assert record.answers["c1"].value == check_value(TALK)
    again = Lesson("level1/03").chat("c1", "Hỏi thử.")
    assert again.answer["messages"][1]["text"] == "Chào bạn"
    assert repr(again) == "Hỏi thử trợ lý: đã hỏi 1 lần, lần cuối “Chào”"


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "chat", "messages": [{"role": "user", "text": "a"}] * 41},
        {"kind": "chat", "messages": [{"role": "user", "text": "a" * 20_001}]},
        {"kind": "chat", "messages": [{"role": "system", "text": "a"}]},
        {"kind": "chat", "messages": [{"role": "user", "text": "a", "html": "<b>"}]},
        {"kind": "chat", "messages": [{"role": "user", "text": 1}]},
    ],
)
def test_a_conversation_out_of_bounds_is_not_kept(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="chat"):
        check_value(broken)


@pytest.mark.parametrize(
    ("id", "arguments"), [("q1", {}), ("chat", {}), ("c1", {"planted": [{"reply": "a"}]}), ("c1", {"reveal": "a"})]
)
def test_an_authors_mistake_is_told(lesson: Lesson, id: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=id):
        lesson.chat(id, "Hỏi thử.", **arguments)
