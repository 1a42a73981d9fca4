"""What leaves the hub, what is kept on it, and where the provider's key may be seen: nowhere."""

import json
import logging
import os
import sqlite3

import pytest

from hub_config.assistant_settings import KEY_VARIABLE, AssistantSettings, KeyRefused, hand_over_key, read_key
from tests.hub_config.assistant.installation import assistant_service, error_of, events
from tests.hub_config.assistant.provider import KEY

PHONE, OTHER = "0302345678", "0307654321"
SECRET = "chuyện cái ao cá bị bồi lấp"


def test_does_a_phone_number_stay_here_and_come_back_in_the_answer(assistant, provider):
    messages = [
        {"role": "system", "content": f"Bạn trả lời cho số {PHONE}."},
        {"role": "user", "content": [{"type": "text", "text": f"Gọi {PHONE} hay {OTHER}?"}]},
        {"role": "assistant", "content": f"Gọi {OTHER}."},
        {"role": "user", "content": f"Nhắc lại hai số: {OTHER}, {PHONE}"},
    ]
    answer = assistant.post({"model": "echo", "messages": messages}).json()
    assert answer["choices"][0]["message"]["content"] == messages[-1]["content"]
    sent = provider.bodies[-1].decode()
    assert PHONE not in sent and OTHER not in sent
    masked = answer["bdhai"]["masked"]
    assert [(item["kind"], item["label"]) for item in masked] == [("phone", "số điện thoại")] * 2
    assert all(item["placeholder"] in sent for item in masked)
    assert PHONE not in json.dumps(answer["bdhai"])
    # The same number has the same placeholder in every message, so that the conversation still makes sense.
    contents = json.dumps([message["content"] for message in provider.last["messages"]], ensure_ascii=False)
    assert [contents.count(item["placeholder"]) for item in masked] == [3, 3]


def test_does_it_come_back_in_a_stream_however_it_is_cut(assistant, provider):
    text = f"Số của bà con là {PHONE}, gọi [sớm] nhé"
    parts = events(assistant.ask(text, "echo", stream=True).text)
    assert PHONE not in provider.bodies[-1].decode()
    said = "".join(choice["delta"].get("content", "") for part in parts for choice in part["choices"])
    assert said == text
    assert parts[0]["bdhai"]["masked"] == parts[-1]["bdhai"]["masked"] != []


def test_are_functions_and_embeddings_shielded_too(assistant, provider):
    tool = {"type": "function", "function": {"name": "goi", "description": f"gọi {PHONE}"}}
    assistant.ask("Chào", tools=[tool], stop=[PHONE])
    assert PHONE not in provider.bodies[-1].decode()
    assistant.post({"model": "nghia", "input": [f"gọi {PHONE}", "mưa"]}, path="embeddings")
    assert PHONE not in provider.bodies[-1].decode() and provider.last["input"][1] == "mưa"


def test_is_what_the_policy_stops_stopped_by_kind_never_by_value(tmp_path, provider, caplog):
    caplog.set_level(logging.DEBUG)
    with assistant_service(tmp_path / "state", provider, shield={"phone": "stop", "email": "allow"}) as assistant:
        response = assistant.ask(f"Gọi {PHONE} giúp tôi")
        assert error_of(response) == (400, "personal_data")
        error = response.json()["error"]
        assert error["kinds"] == ["phone"] and "số điện thoại" in error["message"]
        assert PHONE not in response.text and PHONE not in caplog.text
        assert provider.seen == [] and assistant.used() == (0, 0)
        assistant.ask("Viết cho thu@vidu.vn")
        assert "thu@vidu.vn" in provider.bodies[-1].decode()


def test_does_no_log_and_no_table_hold_what_was_asked(tmp_path, provider, caplog, capfd):
    """Every kind of end: answered, streamed, refused, broken, hung up, over the quota, of the wrong shape."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "openai"):  # the test's own clients, not the service
        logging.getLogger(name).setLevel(logging.WARNING)
    state = tmp_path / "state"
    with assistant_service(state, provider, requests_a_day=10) as assistant:
        for mode in ("echo", "wrong-key", "broken", "html", "garbage", "cut", "garbage-in-stream", "refused"):
            for stream in (False, True):
                assistant.ask(SECRET, mode, stream=stream)
        with assistant.client().chat.completions.create(
            model="stuck", messages=[{"role": "user", "content": SECRET}], stream=True
        ) as stream:
            next(stream)
        assert provider.hung_up.wait(10)
        assistant.post({"model": SECRET, "messages": [{"role": SECRET, "content": SECRET}]})
        assistant.post({"model": "good", "messages": [{"role": "user", "content": SECRET}], SECRET: 1})
        for _ in range(10):
            assistant.ask(SECRET)
        assistant.post({"model": "nghia", "input": SECRET}, path="embeddings")
    with sqlite3.connect(state / "assistant.db") as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        assert tables == ["assistant_usage"]
        rows = database.execute("select * from assistant_usage").fetchall()
    assert {row[1] for row in rows} == {"hoa", "lop1"} and all(type(count) is int for row in rows for count in row[3:])
    output = capfd.readouterr()
    files = [path for path in state.rglob("*") if path.is_file() and path.name != "assistant-key.txt"]
    places = [caplog.text, output.out, output.err, *(path.read_bytes().decode("utf-8", "replace") for path in files)]
    for place in places:
        for text in (SECRET, "bồi lấp", json.dumps(SECRET)[5:-5], KEY):
            assert text not in place
    assert "upstream_key" in caplog.text  # the log was there to be read


def test_is_the_key_nowhere_in_what_a_learner_can_get(assistant):
    texts = [json.dumps(assistant.usage()), repr(assistant.service), repr(assistant.service.assistant)]
    texts += [assistant.ask("Chào", mode).text for mode in ("wrong-key", "refused", "error-200", "error-in-stream")]
    assert not any(KEY in text for text in texts)


def test_is_the_key_read_from_where_only_the_owner_can_read(tmp_path, monkeypatch):
    settings = AssistantSettings()
    assert read_key(settings, tmp_path, {}) is None
    file = tmp_path / "assistant-key.txt"
    file.write_text(f"{KEY}\n")
    file.chmod(0o644)
    with pytest.raises(KeyRefused, match="chmod 600") as refused:
        read_key(settings, tmp_path, {})
    assert KEY not in str(refused.value)
    file.chmod(0o600)
    assert read_key(settings, tmp_path, {}) == KEY
    assert read_key(settings, tmp_path, {KEY_VARIABLE: "sk-other"}) == "sk-other"
    with pytest.raises(KeyRefused, match="đúng một dòng"):
        read_key(settings, tmp_path, {KEY_VARIABLE: "sk-a\nsk-b"})
    with pytest.raises(KeyRefused, match="Không thấy"):
        read_key(AssistantSettings(key_file=tmp_path / "none"), tmp_path, {})
    # What the hub's start was given in its environment goes to the service by a file, and out of the environment.
    (tmp_path / "hub").mkdir()
    monkeypatch.setenv(KEY_VARIABLE, "sk-handed-over")
    hand_over_key(tmp_path)
    assert KEY_VARIABLE not in os.environ
    assert (tmp_path / "hub" / "assistant-key").stat().st_mode & 0o777 == 0o600
    assert read_key(settings, tmp_path, {}) == "sk-handed-over"
    hand_over_key(tmp_path)
    assert read_key(settings, tmp_path, {}) == KEY
