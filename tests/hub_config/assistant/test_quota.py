"""How much a learner and a class may use: counted right, kept over a restart, and refused kindly."""

import asyncio
import sqlite3
import threading
from datetime import UTC, datetime

import openai
import pytest

from hub_config.assistant_settings import AssistantSettings
from hub_config.services.assistant.errors import AssistantError
from hub_config.services.assistant.quota import Quota
from hub_config.services.assistant.usage_tables import Account, Used, open_usage_database
from tests.hub_config.assistant.installation import assistant_service, error_of

HELLO = [{"role": "user", "content": "Chào bạn"}]


def test_is_a_day_of_requests_over_kindly_and_properly(tmp_path, provider):
    with assistant_service(tmp_path / "state", provider, requests_a_day=2) as assistant:
        assert [assistant.ask("Chào").status_code for _ in range(2)] == [200, 200]
        response = assistant.ask("Chào")
        assert error_of(response) == (429, "requests_a_day")
        assert "2 lượt" in response.json()["error"]["message"] and "ngày mai" in response.json()["error"]["message"]
        assert 0 < int(response.headers["Retry-After"]) <= 24 * 3600
        # A program is told by the usual exception, and the client does not try again by itself.
        seen = len(provider.seen)
        with pytest.raises(openai.RateLimitError):
            assistant.client(max_retries=3).chat.completions.create(model="good", messages=HELLO)
        assert len(provider.seen) == seen
        assert assistant.ask("Chào", name="sen").status_code == 200


def test_is_a_day_of_tokens_over_and_told_before_it_is_overdrawn(tmp_path, provider):
    with assistant_service(tmp_path / "state", provider, tokens_a_day=400) as assistant:
        assistant.ask("Chào")
        assert provider.last["max_tokens"] < 400
        assistant.ask("Chào")
        left = assistant.usage()["day"]["tokens"]["left"]
        assert left == 400 - 2 * 140
        response = assistant.ask("a" * 4 * left)
        assert error_of(response) == (429, "tokens_a_day") and str(left) in response.json()["error"]["message"]
        assert assistant.ask("Chào").status_code == 200
        response = assistant.ask("Chào", stream=True)
        assert error_of(response) == (429, "tokens_a_day") and "ngày mai" in response.json()["error"]["message"]


def test_does_the_count_outlive_a_restart(tmp_path, provider):
    state = tmp_path / "state"
    with assistant_service(state, provider) as assistant:
        for stream in (False, True):
            assistant.ask("Chào", stream=stream)
    with assistant_service(state, provider, requests_a_day=3) as assistant:
        assert assistant.used() == (280, 2)
        assert assistant.ask("Chào").status_code == 200
        assert error_of(assistant.ask("Chào"))[1] == "requests_a_day"
        (month,) = assistant.usage()["classes"]
        assert (month["class"], month["tokens_used"]) == ("lop1", 420)


def test_is_what_was_counted_on_disk_without_a_tidy_end(tmp_path, provider):
    state = tmp_path / "state"
    with assistant_service(state, provider) as assistant:
        assistant.ask("Chào")
        for _ in range(200):
            with sqlite3.connect(state / "assistant.db") as database:
                rows = database.execute("select whose, name, tokens, requests from assistant_usage").fetchall()
            if rows:
                break
            threading.Event().wait(0.02)
        assert set(rows) == {("learner", "hoa", 140, 1), ("class", "lop1", 140, 1)}


def test_does_a_class_not_burn_more_than_its_month(tmp_path, provider):
    with assistant_service(tmp_path / "state", provider, class_tokens_a_month=300) as assistant:
        assert [assistant.ask("Chào", name=name).status_code for name in ("hoa", "sen")] == [200, 200]
        response = assistant.ask("Chào", name="hoa")
        assert error_of(response) == (429, "class_month") and "tháng này" in response.json()["error"]["message"]
        assert int(response.headers["Retry-After"]) > 0
        assert assistant.ask("Chào", name="lan").status_code == 200  # her other class pays
        classes = {row["class"]: row["tokens_used"] for row in assistant.usage("lan")["classes"]}
        assert classes == {"lop1": 280, "lop2": 140}
        assert assistant.ask("Chào", name="thay").status_code == 200  # in no class: only the own day counts


def test_may_a_learner_ask_only_so_many_at_a_time(tmp_path, provider):
    with assistant_service(tmp_path / "state", provider, at_once=2, silence_seconds=20) as assistant:
        client = assistant.client()
        streams = [client.chat.completions.create(model="stuck", messages=HELLO, stream=True) for _ in range(2)]
        for stream in streams:
            next(stream)
        response = assistant.ask("Chào")
        assert error_of(response) == (429, "at_once") and "2 câu" in response.json()["error"]["message"]
        assert assistant.ask("Chào", name="sen").status_code == 200
        for stream in streams:
            stream.close()
        assert provider.hung_up.wait(10)
        for _ in range(100):
            response = assistant.ask("Chào")
            if response.status_code == 200:
                break
            threading.Event().wait(0.05)
        assert response.status_code == 200


def test_can_a_rush_not_take_the_last_tokens_twice(tmp_path, provider):
    with assistant_service(tmp_path / "state", provider, tokens_a_day=300) as assistant:
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(assistant.ask("Chào"))) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # Whoever came first had what was left reserved for the answer, so the others had to wait their turn.
        assert sum(answer.status_code == 200 for answer in answers) <= 2
        assert assistant.used()[0] <= 300


def test_do_a_day_and_a_month_begin_anew_in_vietnams_time(tmp_path):
    asyncio.run(_do_a_day_and_a_month_begin_anew_in_vietnams_time(tmp_path))


async def _do_a_day_and_a_month_begin_anew_in_vietnams_time(tmp_path):
    moment = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)  # a minute before midnight in Vietnam
    database = open_usage_database(f"sqlite:///{tmp_path / 'a.db'}")
    limits = AssistantSettings(requests_a_day=1, class_tokens_a_month=1000)
    quota = Quota(limits, database, lambda: moment)
    (await quota.admit("hoa", ["lop1"], 10, 100)).settle(950)
    with pytest.raises(AssistantError) as refused:
        await quota.admit("hoa", ["lop1"], 10, 100)
    assert refused.value.wait_seconds == 61
    with pytest.raises(AssistantError) as refused:
        await quota.admit("sen", ["lop1"], 50, 100)
    assert (refused.value.code, refused.value.wait_seconds) == ("class_month", 61)
    moment = datetime(2026, 11, 30, 17, 1, tzinfo=UTC)
    (await quota.admit("hoa", ["lop1"], 50, 100)).settle(60)
    await quota.stop()
    used = database.used([Account("learner", "hoa", "2026-12-01"), Account("class", "lop1", "2026-11")])
    assert list(used.values()) == [Used(60, 1), Used(950, 1)]
    database.close()


def test_is_nothing_lost_when_the_disk_refuses_for_a_while(tmp_path, caplog):
    asyncio.run(_is_nothing_lost_when_the_disk_refuses_for_a_while(tmp_path, caplog))


async def _is_nothing_lost_when_the_disk_refuses_for_a_while(tmp_path, caplog):
    database = open_usage_database(f"sqlite:///{tmp_path / 'a.db'}", busy_timeout_ms=50)
    quota = Quota(AssistantSettings(), database)
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    (await quota.admit("hoa", [], 10, 100)).settle(30)
    assert not await quota._write()
    assert "Could not write what was used: DatabaseBusy" in caplog.text
    other.execute("ROLLBACK")
    other.close()
    await quota.stop()
    assert database.used([Account("learner", "hoa", quota._accounts("hoa", [])[0].period)]).popitem()[1] == Used(30, 1)
    database.close()
