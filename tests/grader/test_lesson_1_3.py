"""Does the chat of lesson 1.3 show, without a provider, what a good request gains?"""

import pytest

from course.ai.replies import reply
from course.curriculum import load_curriculum
from grader.judge import prepare
from grader.workspace import Workspace

LESSON = "level1/03"


@pytest.mark.parametrize("audience", load_curriculum().audiences)
def test_the_ready_made_requests_have_answers_that_differ(audience: str) -> None:
    prepared = prepare(Workspace.from_environment().source_notebook(LESSON), LESSON, audience)
    _, chat = prepared.lesson.shown["c1"]
    vague, full = ([{"role": "user", "content": text}] for text in chat.tries)
    short, good = reply(vague, LESSON, audience), reply(full, LESSON, audience)
    assert short.matched and short.missing and "chung chung" in short.text
    assert good.matched and not good.missing
    assert reply([*vague, {"role": "assistant", "content": short.text}, *full], LESSON, audience).text == good.text
