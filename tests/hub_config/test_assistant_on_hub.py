"""The assistant on a real hub: from a learner's sandboxed notebook, from a token, from a browser's session."""

import contextlib

import httpx
import openai
import pytest

from course.ai.client import MODEL
from course.ai.replies import LABEL

ASSISTANT = "/services/assistant/"
ASK = [{"role": "user", "content": "Chào bạn"}]


def test_does_a_lesson_in_a_learners_sandbox_reach_it(own_hub, learner):
    code = """
import os
from course.ai.client import MODEL, assistant
ask = [{"role": "user", "content": "Chào bạn"}]
chunks = list(assistant().chat.completions.create(model=MODEL, messages=ask, stream=True))
print("".join(chunk.choices[0].delta.content or "" for chunk in chunks)[:30])
print("|", chunks[-1].model_extra["bdhai"]["prepared"])
print(os.environ["BDHAI_ASSISTANT_URL"], [name for name in os.environ if "KEY" in name and "JUPYTER" not in name])
"""
    printed = own_hub.execute("hocvien", learner, code)
    assert f"{LABEL[:20]}" in printed and "| True" in printed
    assert f"{own_hub.url}{ASSISTANT}v1 []" in printed


def test_does_an_unmodified_client_work_with_a_hub_token_and_no_other(own_hub):
    url = f"{own_hub.url}{ASSISTANT}v1"
    client = openai.OpenAI(base_url=url, api_key=own_hub.token("hocvien"), max_retries=0)
    assert client.chat.completions.create(model=MODEL, messages=ASK).choices[0].message.content.startswith(LABEL)
    usage = client.get("/usage", cast_to=httpx.Response).json()
    assert [row["class"] for row in usage["classes"]] == ["demo"] and usage["day"]["requests"]["used"] > 0
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=url, api_key="of-another-hub", max_retries=0).models.list()


def test_does_a_browser_that_is_logged_in_to_the_hub_get_in_by_itself(own_hub):
    """As the lesson page does it: refused, made known by one fetch of the service's root, then answered."""
    with contextlib.closing(own_hub.log_in("hocvien")) as browser:
        same_origin = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
        body = {"model": MODEL, "messages": ASK}
        assert browser.post(f"{ASSISTANT}v1/chat/completions", json=body, headers=same_origin).status_code == 401
        unread = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors"}
        assert browser.get(ASSISTANT, headers=unread).status_code == 204
        answer = browser.post(f"{ASSISTANT}v1/chat/completions", json=body, headers=same_origin)
        assert answer.json()["bdhai"]["prepared"] is True
        foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
        assert browser.post(f"{ASSISTANT}v1/chat/completions", json=body, headers=foreign).status_code == 403


def test_does_the_hub_hold_no_more_than_counts(own_hub):
    for text in ("Chào bạn",):
        for path in [*own_hub.state.glob("*.db*"), *(own_hub.state / "hub").glob("*.log")]:
            assert text.encode() not in path.read_bytes()
    assert (own_hub.state / "assistant.db").exists()
