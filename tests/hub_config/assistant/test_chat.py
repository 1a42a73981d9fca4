"""An unmodified openai client and plain curl, against a provider that does what it should."""

import json

import pytest

from course.ai.client import MODEL
from tests.hub_config.assistant.installation import curl, events
from tests.hub_config.assistant.provider import ANSWER, KEY

HELLO = [{"role": "user", "content": "Chào bạn"}]


def test_does_an_unmodified_client_get_an_answer(assistant, provider):
    answer = assistant.client().chat.completions.create(model="good", messages=HELLO)
    assert answer.choices[0].message.content == ANSWER * 3
    about = answer.model_extra["bdhai"]
    assert (about["assistant"], about["prepared"], about["matched"]) == ("Trợ lý thử", False, True)
    assert about["left"] == {"tokens": 60_000 - 140, "requests": 199}
    assert provider.last["messages"] == HELLO
    assert provider.headers[-1]["Authorization"] == f"Bearer {KEY}"


def test_does_an_unmodified_client_get_a_stream(assistant, provider):
    chunks = list(assistant.client().chat.completions.create(model="good", messages=HELLO, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks).strip() == (ANSWER * 3).strip()
    assert chunks[-1].choices[0].finish_reason == "stop"
    with_about = [chunk for chunk in chunks if "bdhai" in chunk.model_extra]
    assert with_about == [chunks[0], chunks[-1]]
    assert chunks[0].model_extra["bdhai"]["left"] == {"tokens": 60_000, "requests": 200}
    assert chunks[-1].model_extra["bdhai"]["left"] == {"tokens": 60_000 - 140, "requests": 199}
    assert not any(chunk.usage for chunk in chunks)  # the service asked the provider for it, the learner did not


def test_does_a_client_that_asks_for_usage_get_it_last(assistant):
    options = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = list(assistant.client().chat.completions.create(model="good", messages=HELLO, **options))
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == 140
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert "bdhai" in chunks[-1].model_extra and "bdhai" not in chunks[-2].model_extra


@pytest.mark.parametrize("stream", [False, True])
def test_does_plain_curl_work(assistant, stream):
    body = json.dumps({"model": MODEL, "messages": HELLO, "stream": stream})
    headers = ["-H", f"Authorization: Bearer {assistant.name}", "-H", "Content-Type: application/json"]
    said = curl("-N", *headers, "-d", body, f"{assistant.url}v1/chat/completions")
    found = events(said) if stream else [json.loads(said)]
    assert found[0]["bdhai"]["assistant"] == "Trợ lý thử"
    said = [choice.get("delta") or choice.get("message") for part in found for choice in part["choices"]]
    assert "".join((one or {}).get("content") or "" for one in said).strip() == (ANSWER * 3).strip()


def test_does_one_connection_to_the_provider_serve_one_stream_after_the_other(assistant, provider):
    """Each new one would cost the learner the handshakes of TCP and TLS."""
    for _ in range(3):
        list(assistant.client().chat.completions.create(model="kept", messages=HELLO, stream=True))
    assert len(provider.connections) == 3 and len(set(provider.connections)) == 1


def test_does_the_usual_name_stand_for_the_first_model(assistant, provider):
    assistant.client().chat.completions.create(model=MODEL, messages=HELLO)
    assert provider.last["model"] == "good"
    models = [model.id for model in assistant.client().models.list()]
    assert models[:2] == [MODEL, "good"]
    assert assistant.client().models.retrieve("good").id == "good"


def test_is_the_length_of_an_answer_limited_whatever_is_asked(assistant, provider):
    assistant.ask("Chào")
    assert provider.last["max_tokens"] == 2000
    assistant.ask("Chào", max_tokens=100_000)
    assert provider.last["max_tokens"] == 2000
    assistant.ask("Chào", max_completion_tokens=50)
    assert provider.last["max_tokens"] == 50 and "max_completion_tokens" not in provider.last


def test_does_what_would_tell_who_asks_or_keep_the_words_stay_here(assistant, provider):
    options = {"user": "hoa", "metadata": {"class": "lop1"}, "store": True, "temperature": 0.2, "stop": ["###"]}
    messages = [{"role": "user", "content": "Chào", "name": "Hoa", "bdhai": {"x": 1}}]
    answer = assistant.post({"model": "good", "messages": messages, "bdhai": {"lesson": "level1/03"}, **options})
    assert answer.status_code == 200
    assert set(provider.last) == {"model", "messages", "temperature", "stop", "max_tokens"}
    assert provider.last["messages"] == [{"role": "user", "content": "Chào"}]
    assert "hoa" not in json.dumps(provider.headers[-1]).lower()


def test_do_functions_of_the_learners_own_program_work(assistant):
    tool = {"type": "function", "function": {"name": "goi", "parameters": {"type": "object", "properties": {}}}}
    text = 'Gọi 0302345678 "nhé"'
    asked = {"model": "tools", "messages": [{"role": "user", "content": text}], "tools": [tool]}
    whole = assistant.client().chat.completions.create(**asked)
    assert json.loads(whole.choices[0].message.tool_calls[0].function.arguments) == {"loi": text}
    pieces = ""
    for chunk in assistant.client().chat.completions.create(**asked, stream=True):
        for call in chunk.choices[0].delta.tool_calls or ():
            pieces += call.function.arguments or ""
    assert json.loads(pieces) == {"loi": text}
    said = {"role": "tool", "tool_call_id": "call_1", "content": "đã gọi"}
    history = [*asked["messages"], whole.choices[0].message.model_dump(), said]
    assert assistant.client().chat.completions.create(model="good", messages=history).choices


def test_are_embeddings_passed_on(assistant, provider):
    client = assistant.client()
    found = client.embeddings.create(model="nghia", input=["mưa", "nắng to"])
    assert [item.embedding for item in found.data] == [[3.0, 1.0], [7.0, 1.0]]
    assert assistant.used() == (7, 1)
    assert provider.last["input"] == ["mưa", "nắng to"]


def test_is_a_recording_written_down(assistant, provider):
    client = assistant.client()
    said = client.audio.transcriptions.create(model="ghi", file=("cua-hoa.wav", b"RIFF....", "audio/wav"))
    assert said.text == "Họp ở nhà văn hoá"
    assert b"cua-hoa" not in provider.bodies[-1] and b"ghi-am.wav" in provider.bodies[-1]
    assert b"RIFF...." in provider.bodies[-1]
    assert assistant.used()[1] == 1
