"""Without a provider: replies written beforehand by the same protocol, never taken for an AI's."""

import time

import pytest

from course.ai import search
from course.ai.client import MODEL
from course.ai.replies import LABEL, reply
from tests.hub_config.assistant.installation import assistant_service, error_of, events

ASK = [{"role": "user", "content": "Viết thông báo họp thôn cho bà con"}]


def test_does_an_unmodified_client_get_a_reply_that_says_what_it_is(unconfigured):
    answer = unconfigured.client().chat.completions.create(model=MODEL, messages=ASK)
    expected = reply(ASK, None, None)
    assert answer.choices[0].message.content == expected.marked and LABEL in expected.marked
    about = answer.model_extra["bdhai"]
    assert (about["assistant"], about["prepared"]) == (LABEL, True)
    assert (about["matched"], about["missing"]) == (expected.matched, expected.missing)
    assert answer.model != "gpt" and answer.usage.total_tokens > 0


def test_does_it_stream_word_by_word_with_lesson_and_audience(unconfigured):
    extra = {"lesson": "level1/03", "audience": "nong-dan", "shows_label": True}
    chunks = list(
        unconfigured.client().chat.completions.create(
            model=MODEL, messages=ASK, stream=True, extra_body={"bdhai": extra}
        )
    )
    expected = reply(ASK, "level1/03", "nong-dan")
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == expected.text
    assert len(chunks) > len(expected.text.split())
    about = [chunk.model_extra["bdhai"] for chunk in chunks if "bdhai" in chunk.model_extra]
    assert len(about) == 2 and all(one["prepared"] for one in about)
    assert about[0]["left"]["requests"] == 200 and about[1]["left"]["requests"] == 199


def test_does_it_count_like_an_ai(tmp_path):
    with assistant_service(tmp_path / "state", None, key=None, requests_a_day=1) as assistant:
        assert assistant.ask("Chào", MODEL).status_code == 200
        assert error_of(assistant.ask("Chào", MODEL)) == (429, "requests_a_day")
        assert assistant.usage()["prepared"] is True


def test_is_a_question_that_nobody_wrote_a_reply_for_told_so(unconfigured):
    parts = events(unconfigured.ask("Quần thể thiên hà xoắn ốc quay thế nào?", MODEL, stream=True).text)
    assert parts[0]["bdhai"]["matched"] is False
    said = "".join(choice["delta"].get("content", "") for part in parts for choice in part["choices"])
    assert "chưa có câu trả lời soạn sẵn" in said.lower()


def test_does_the_shield_show_what_it_would_mask(unconfigured):
    answer = unconfigured.ask("Viết thông báo họp thôn, ai bận gọi 0302345678", MODEL).json()
    assert [item["kind"] for item in answer["bdhai"]["masked"]] == ["phone"]


def test_does_hanging_up_still_count(unconfigured):
    with unconfigured.client().chat.completions.create(model=MODEL, messages=ASK, stream=True) as stream:
        next(stream)
    for _ in range(100):
        tokens, requests = unconfigured.used()
        if requests:
            break
        time.sleep(0.02)
    assert requests == 1 and tokens > 0


@pytest.mark.skipif(not search.installed(), reason="the extra for search by meaning is not installed")
def test_do_embeddings_made_here_find_what_means_the_same(unconfigured):
    """By an unmodified client, which asks for packed numbers; and nothing is taken from the tokens of the day."""
    client = unconfigured.client()
    question = client.embeddings.create(model=MODEL, input="Khi nào thì đốn chè?").data[0].embedding
    passages = ["Chợ phiên họp ngày 4 và ngày 9.", "Đốn chè vào tháng Chạp, khi cây ngủ đông."]
    found = client.embeddings.create(
        model=search.MODEL, input=passages, encoding_format="float", extra_body={"bdhai": {"kind": "passage"}}
    )
    nearness = [sum(a * b for a, b in zip(question, one.embedding, strict=True)) for one in found.data]
    assert len(question) == search.DIMENSIONS and nearness[1] > nearness[0]
    assert unconfigured.used() == (0, 2)
    assert search.MODEL in [model.id for model in client.models.list()]


def test_is_search_by_meaning_that_is_not_installed_told_so(unconfigured, monkeypatch):
    def embed(*_arguments: object) -> None:
        raise search.NotInstalled

    monkeypatch.setattr(search, "embed", embed)
    response = unconfigured.post({"model": MODEL, "input": "Chào"}, path="embeddings")
    assert response.status_code == 404 and "bdhai install search" in response.json()["error"]["message"]
    assert unconfigured.used() == (0, 0)


def test_is_another_model_told_so(unconfigured):
    response = unconfigured.ask("Chào", "gpt-5")
    assert error_of(response) == (404, "model_not_found") and MODEL in response.json()["error"]["message"]


def test_is_a_missing_transcription_told_so(unconfigured):
    response = unconfigured.post({}, path="audio/transcriptions")
    assert error_of(response) == (404, "not_available")
