"""A self-learner's own assistant: started beside JupyterLab, for whoever holds its token, ended with it."""

import os
import subprocess
import sys

import httpx
import openai
import pytest

from course.ai.client import MODEL, NoAssistant, assistant, has_assistant, model
from course.ai.replies import LABEL
from grader.local_assistant import local_assistant
from hub_config.assistant_settings import AssistantSettings
from hub_config.services.assistant.local import own_provider
from tests.hub_config.assistant.provider import ANSWER, KEY

ASK = [{"role": "user", "content": "Chào bạn"}]
_NAMES = ("BDHAI_ASSISTANT_URL", "BDHAI_ASSISTANT_TOKEN", "JUPYTERHUB_API_TOKEN", "OPENAI_API_KEY", "OPENAI_MODEL")


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """An environment in which nobody has set an assistant up."""
    for name in (*_NAMES, "OPENAI_BASE_URL", "BDHAI_ASSISTANT_KEY", "BDHAI_ASSISTANT", "BDHAI_SETTINGS"):
        monkeypatch.delenv(name, raising=False)


def _set(monkeypatch, variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_does_a_lesson_find_it_and_nobody_else(tmp_path, monkeypatch):
    with local_assistant({"BDHAI_STATE": str(tmp_path)}) as variables:
        _set(monkeypatch, variables)
        assert has_assistant() and model() == MODEL
        answer = assistant().chat.completions.create(model=MODEL, messages=ASK)
        assert answer.choices[0].message.content.startswith(LABEL)
        assert answer.model_extra["bdhai"]["prepared"] is True
        with pytest.raises(openai.AuthenticationError):
            openai.OpenAI(base_url=variables["BDHAI_ASSISTANT_URL"], api_key="guess", max_retries=0).models.list()
        root = variables["BDHAI_ASSISTANT_URL"].removesuffix("v1")
        assert httpx.get(root, headers={"Sec-Fetch-Mode": "navigate"}).status_code == 401
    with pytest.raises(openai.APIConnectionError):
        assistant(max_retries=0, timeout=2).models.list()


def test_is_a_learners_own_key_used_behind_the_shield(tmp_path, monkeypatch, provider):
    own = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": provider.url, "OPENAI_MODEL": "echo"}
    with local_assistant({"BDHAI_STATE": str(tmp_path), **own}) as variables:
        _set(monkeypatch, variables | own)
        text = "Gọi 0302345678 nhé"
        answer = assistant().chat.completions.create(model=model(), messages=[{"role": "user", "content": text}])
        assert answer.choices[0].message.content == text
        assert b"0302345678" not in provider.bodies[-1]


def test_is_ones_own_key_used_where_there_is_no_service(monkeypatch, provider):
    assert not has_assistant()
    with pytest.raises(NoAssistant, match="bdhai learn"):
        assistant()
    _set(monkeypatch, {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": provider.url})
    with pytest.raises(NoAssistant, match="OPENAI_MODEL"):
        model()
    monkeypatch.setenv("OPENAI_MODEL", "good")
    answer = assistant().chat.completions.create(model=model(), messages=ASK)
    assert answer.choices[0].message.content == ANSWER * 3


def test_does_a_hubs_token_go_to_the_service_and_only_there(monkeypatch):
    _set(monkeypatch, {"BDHAI_ASSISTANT_URL": "http://127.0.0.1:9/v1", "JUPYTERHUB_API_TOKEN": "hub-token"})
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    client = assistant()
    assert (str(client.base_url), client.api_key) == ("http://127.0.0.1:9/v1/", "hub-token")
    own = assistant(own_key=True)
    assert own.api_key == "sk-own" and own.base_url != client.base_url


def test_does_what_the_operator_configured_go_before_an_own_key():
    configured = AssistantSettings(base_url="http://127.0.0.1:1/v1", models=("a",))
    environment = {"OPENAI_API_KEY": "sk-own", "OPENAI_MODEL": "b"}
    assert own_provider(configured, environment) == (configured, None)
    mine, key = own_provider(AssistantSettings(), environment)
    assert (mine.base_url, mine.models, key) == ("https://api.openai.com/v1", ("b",), "sk-own")


def test_is_a_key_that_others_can_read_told_in_one_line(tmp_path):
    (tmp_path / "assistant-key.txt").write_text("sk-4711")
    (tmp_path / "assistant-key.txt").chmod(0o644)
    command = [sys.executable, "-m", "hub_config.services.assistant", "--local"]
    environment = os.environ | {"BDHAI_STATE": str(tmp_path)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1 and "sk-4711" not in run.stdout + run.stderr
    assert run.stderr.strip().startswith("Tệp khoá") and len(run.stderr.strip().splitlines()) == 1
