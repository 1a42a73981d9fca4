"""Whatever the provider does: a clear Vietnamese sentence in OpenAI's shape, and the service goes on."""

import asyncio
import json
import socket
import time

import httpx
import openai
import pytest

from hub_config.settings import free_port
from tests.hub_config.assistant.installation import assistant_service, check_error, error_of, events
from tests.hub_config.assistant.provider import ANSWER, KEY

LONG = [{"role": "user", "content": "a" * 350}]


@pytest.mark.parametrize(
    ("mode", "status", "code"),
    [
        ("slow", 504, "upstream_slow"),
        ("gone", 502, "upstream_cut"),
        ("garbage", 502, "upstream_bad"),
        ("list", 502, "upstream_bad"),
        ("html", 502, "upstream_bad"),
        ("redirect", 502, "upstream_bad"),
        ("wrong-key", 502, "upstream_key"),
        ("no-money", 502, "upstream_money"),
        ("no-model", 502, "upstream_model"),
        ("busy", 429, "upstream_busy"),
        ("broken", 502, "upstream_failed"),
        ("refused", 400, "upstream_refused"),
        ("too-long", 400, "prompt_too_long"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_is_a_provider_that_does_not_answer_well_told_so(assistant, provider, mode, status, code, stream):
    response = assistant.ask("Chào", mode, stream=stream)
    assert error_of(response) == (status, code)
    assert provider.other_hits == 0
    assert assistant.used() == (0, 0)  # nothing came back, so nothing counts
    assert assistant.ask("Chào").status_code == 200


@pytest.mark.parametrize(("mode", "code"), [("no-choices", "upstream_bad"), ("error-200", "upstream_failed")])
def test_is_an_answer_without_an_answer_told_so(assistant, mode, code):
    assert error_of(assistant.ask("Chào", mode)) == (502, code)
    assert assistant.used() == (0, 0)


def test_is_a_providers_wait_passed_on(assistant):
    assert assistant.ask("Chào", "busy").headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("cut", "upstream_cut"),
        ("cut-early", "upstream_cut"),
        ("silent", "upstream_cut"),
        ("garbage-in-stream", "upstream_cut"),
        ("error-in-stream", "upstream_failed"),
        ("no-choices", "upstream_bad"),
    ],
)
def test_is_a_stream_that_breaks_told_so_after_what_came(assistant, mode, code):
    response = assistant.ask("Chào", mode, stream=True)
    assert response.status_code == 200
    *before, last = events(response.text)
    check_error(last["error"])
    assert last["error"]["code"] == code
    said = "".join(choice["delta"].get("content", "") for part in before for choice in part["choices"])
    tokens, requests = assistant.used()
    if said:
        assert ANSWER.startswith(said.strip()) and requests == 1 and tokens > 0
    else:
        assert (tokens, requests) == (0, 0)
    with pytest.raises(openai.APIError, match=last["error"]["message"][:20]):
        list(
            assistant.client().chat.completions.create(
                model=mode, messages=[{"role": "user", "content": "a"}], stream=True
            )
        )


def test_is_a_stream_whose_connection_breaks_told_so(assistant):
    *before, last = events(assistant.ask("cut", "kept", stream=True).text)
    assert before[0]["choices"][0]["delta"]["content"] == ANSWER
    assert last["error"]["code"] == "upstream_cut"


def test_is_a_provider_that_is_down_told_so(tmp_path, provider):
    with assistant_service(tmp_path / "state", provider, base_url=f"http://127.0.0.1:{free_port()}/v1") as assistant:
        response = assistant.ask("Chào")
        assert error_of(response) == (503, "upstream_down")
        assert int(response.headers["Retry-After"]) > 0


def test_is_an_endless_answer_cut_off(assistant, provider):
    response = assistant.ask("Chào", "endless", stream=True, max_tokens=100)
    *_, last = events(response.text)
    assert last["choices"][0]["finish_reason"] == "length"
    assert provider.hung_up.wait(10)
    assert 200 < assistant.used()[0] < 1000


def test_is_an_answer_that_takes_too_long_ended(tmp_path, provider):
    with assistant_service(
        tmp_path / "state", provider, answer_seconds=0.3, max_answer_tokens=1_000_000, tokens_a_day=0
    ) as assistant:
        *_, last = events(assistant.ask("Chào", "endless", stream=True).text)
        assert last["error"]["code"] == "upstream_cut"
        assert provider.hung_up.wait(10)


def test_does_hanging_up_stop_the_provider_and_still_count(assistant, provider):
    client = assistant.client()
    with client.chat.completions.create(
        model="stuck", messages=[{"role": "user", "content": "a" * 350}], stream=True
    ) as stream:
        assert "bdhai" in next(stream).model_extra
        next(stream)
    assert provider.hung_up.wait(10)
    tokens, requests = _settled(assistant)
    assert requests == 1 and 100 < tokens < 140  # the question, and the word that came


def test_does_hanging_up_before_the_first_word_stop_the_provider_and_count(tmp_path, provider):
    with assistant_service(tmp_path / "state", provider, silence_seconds=20) as assistant:
        for stream in (False, True):
            with pytest.raises(httpx.TimeoutException):
                body = {"model": "slow", "messages": LONG, "stream": stream}
                httpx.post(
                    f"{assistant.url}v1/chat/completions",
                    json=body,
                    headers={"Authorization": f"Bearer {assistant.name}"},
                    timeout=0.5,
                )
        for _ in range(100):
            if assistant.used()[1] == 2:
                break
            time.sleep(0.05)
        tokens, requests = assistant.used()
        assert requests == 2 and tokens > 200
        assert assistant.service.quota._running == {} and assistant.service.quota._reserved == {}


def test_is_a_prompt_of_a_megabyte_refused_before_it_goes_anywhere(assistant, provider):
    response = assistant.ask("rất dài " * 125_000)
    assert error_of(response) == (400, "prompt_too_long")
    assert provider.seen == [] and assistant.used() == (0, 0)


def test_is_a_body_without_end_cut_off(assistant):
    host, port = assistant.url.split("/")[2].split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        head = (
            f"POST /services/assistant/v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer hoa\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        connection.sendall(head.encode())
        for _ in range(70):
            connection.sendall(b"10000\r\n" + b"[" * 0x10000 + b"\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def test_do_two_hundred_learners_at_once_all_get_their_own_answer(tmp_path, provider):
    async def one(client: httpx.AsyncClient, number: int) -> str:
        body = {"model": "echo", "stream": True, "messages": [{"role": "user", "content": f"câu {number}"}]}
        headers = {"Authorization": f"Bearer hai-tram-{number}"}
        response = await client.post("v1/chat/completions", json=body, headers=headers)
        return "".join(part["choices"][0]["delta"].get("content", "") for part in events(response.text))

    async def all_of_them(url: str) -> list[str]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=120) as client:
            return await asyncio.gather(*(one(client, number) for number in range(200)))

    with assistant_service(tmp_path / "state", provider, silence_seconds=60, answer_seconds=120) as assistant:
        assert asyncio.run(all_of_them(assistant.url)) == [f"câu {number}" for number in range(200)]
        assert assistant.used("hai-tram-7")[1] == 1


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": "Chào"}, "messages"),
        ({"messages": [{"role": "vua", "content": "Chào"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": 7}]}, None),
        ({"model": 7}, "model"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"n": 50}, "n"),
        ({"bdhai": {"lesson": "../../etc/passwd"}}, "bdhai.lesson"),
        ({"tools": [{"type": "web_search"}]}, "tools.0.type"),
        ({"tools": [{"type": "mcp", "server_url": "http://127.0.0.1:1/"}]}, "tools.0.type"),
    ],
)
def test_is_a_request_of_the_wrong_shape_told_which_part(assistant, provider, change, param):
    response = assistant.post({"model": "good", "messages": [{"role": "user", "content": "Chào"}], **change})
    assert error_of(response) == (400, "bad_request")
    if param:
        assert response.json()["error"]["param"] == param
    assert provider.seen == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"base_url": "http://other.example/v1"}, "unsupported_parameter"),
        ({"web_search_options": {}}, "unsupported_parameter"),
        ({"service_tier": "priority"}, "unsupported_parameter"),
        ({"model": "dear-model"}, "model_not_found"),
        ({"model": "http://other.example/v1"}, "model_not_found"),
    ],
)
def test_can_a_request_not_choose_what_the_operator_did_not(assistant, provider, change, code):
    response = assistant.post({"model": "good", "messages": [{"role": "user", "content": "Chào"}], **change})
    assert error_of(response)[1] == code
    assert provider.seen == []


def test_can_a_request_not_reach_another_address(assistant, provider):
    """By a picture that the provider would fetch, a header, or a path that climbs out."""
    picture = [{"type": "image_url", "image_url": {"url": provider.other}}]
    response = assistant.post({"model": "good", "messages": [{"role": "user", "content": picture}]})
    assert error_of(response) == (400, "unsupported_content")
    headers = {"Authorization": "Bearer hoa", "X-Forwarded-Host": provider.other, "OpenAI-Organization": "org-other"}
    body = {"model": "good", "messages": [{"role": "user", "content": "Chào"}]}
    assert httpx.post(f"{assistant.url}v1/chat/completions", json=body, headers=headers).status_code == 200
    assert "org-other" not in json.dumps(provider.headers[-1])
    for path in ("v1/files", "v1/responses", "v1/../../../v1/files", f"v1/{provider.other}", "v1/chat/completions/x"):
        assert error_of(httpx.post(assistant.url + path, json=body, headers=headers))[0] in (404, 405)
    assert provider.other_hits == 0


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 5000, b'{"a": "\\ud800"}', b"NaN"])
def test_is_malformed_json_told_so(assistant, body):
    headers = {"Authorization": "Bearer hoa", "Content-Type": "application/json"}
    response = httpx.post(f"{assistant.url}v1/chat/completions", content=body, headers=headers)
    assert error_of(response) == (400, "bad_json")


def test_is_a_form_instead_of_json_refused(assistant):
    response = httpx.post(f"{assistant.url}v1/chat/completions", data={"a": 1}, headers={"Authorization": "Bearer hoa"})
    assert error_of(response) == (415, "not_json")


@pytest.mark.parametrize("path", ["v1/models", "v1/usage", "v1/models/good"])
def test_is_a_token_of_another_hub_worth_nothing(assistant, path):
    for headers in ({"Authorization": "Bearer foreign-token"}, {}):
        assert error_of(httpx.get(assistant.url + path, headers=headers)) == (401, "not_logged_in")
    with pytest.raises(openai.AuthenticationError):
        assistant.client("foreign-token").chat.completions.create(
            model="good", messages=[{"role": "user", "content": "a"}]
        )


def test_is_another_learners_usage_out_of_reach(assistant):
    before = assistant.used("sen")
    assistant.ask("Chào", name="sen")
    response = httpx.get(f"{assistant.url}v1/usage?learner=sen", headers={"Authorization": "Bearer hoa"})
    assert error_of(response) == (403, "not_yours")
    assert assistant.used() == (0, 0) and assistant.used("sen") == (before[0] + 140, before[1] + 1)


def test_is_a_question_that_another_site_makes_a_browser_send_refused(assistant, provider):
    body = {"model": "good", "messages": [{"role": "user", "content": "Chào"}]}
    for headers, status in (
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ):
        with httpx.Client(cookies={"who": "hoa"}, headers=headers) as browser:
            assert browser.post(f"{assistant.url}v1/chat/completions", json=body).status_code == status
    assert len(provider.seen) == 1


def test_does_an_unforeseen_error_show_and_log_nothing_of_a_learners_text(assistant, caplog, capfd, monkeypatch):
    def fail(*_arguments: object) -> None:
        raise RuntimeError(f"chuyện riêng {KEY}")

    monkeypatch.setattr(assistant.service, "chat_model", fail)
    response = assistant.ask("chuyện riêng")
    assert error_of(response) == (500, "internal")
    output = capfd.readouterr()
    for place in (response.text, caplog.text, output.out, output.err):
        assert "chuyện riêng" not in place and KEY not in place
    assert "RuntimeError at" in caplog.text


def _settled(assistant) -> tuple[int, int]:
    """Return what was used once the service has noticed that the learner is gone."""
    for _ in range(200):
        if not assistant.service.quota._running:
            break
        time.sleep(0.02)
    return assistant.used()
