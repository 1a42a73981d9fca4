"""Are settings read from where the page says, and are wrong ones told in one line?"""

import socket

import pytest

from hub_config.settings import SettingsError, load_settings, port_is_free


def test_environment_goes_before_the_file(tmp_path):
    (tmp_path / "settings.yml").write_text("port: 8111\nidle_minutes: 7\n", encoding="utf-8")
    settings = load_settings({"BDHAI_STATE": str(tmp_path), "BDHAI_PORT": "8222"})
    assert (settings.state, settings.port, settings.idle_minutes) == (tmp_path, 8222, 7)
    assert settings.local_url == "http://127.0.0.1:8222/"


def test_defaults_stay_on_loopback(tmp_path):
    settings = load_settings({"BDHAI_STATE": str(tmp_path)})
    assert settings.on_loopback and settings.port == 8000 and settings.sandbox == "auto"


@pytest.mark.parametrize("text", ["port: nhiều", "colour: red", "port: 70000", "- a", "port: ["])
def test_what_does_not_fit_is_one_line(tmp_path, text):
    (tmp_path / "settings.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        load_settings({"BDHAI_STATE": str(tmp_path)})
    assert "\n" not in str(error.value) and len(str(error.value)) > 20


def test_the_assistants_settings_come_from_the_file_or_as_one_variable(tmp_path):
    text = "assistant:\n  base_url: https://ai.vidu.vn/v1/\n  models: [lon, nho]\n  shield: {phone: stop}\n"
    (tmp_path / "settings.yml").write_text(text, encoding="utf-8")
    assistant = load_settings({"BDHAI_STATE": str(tmp_path)}).assistant
    assert (assistant.base_url, assistant.models) == ("https://ai.vidu.vn/v1", ("lon", "nho"))
    assert assistant.policy["phone"] == "stop" and assistant.policy["cccd"] == "mask"
    assert assistant.tokens_field == "max_tokens"
    handed_on = load_settings({"BDHAI_STATE": str(tmp_path / "other"), "BDHAI_ASSISTANT": assistant.model_dump_json()})
    assert handed_on.assistant == assistant


@pytest.mark.parametrize(
    "given",
    [
        "{base_url: 'ftp://a/v1', models: [a]}",
        "{base_url: 'https://sk-key@a/v1', models: [a]}",
        "{base_url: 'https://a/v1'}",
        "{key: sk-secret}",
        "{shield: {phone: perhaps}}",
        "{at_once: -1}",
        "[",
        "text",
    ],
)
def test_assistant_settings_that_do_not_fit_are_named_and_not_quoted(tmp_path, given):
    with pytest.raises(SettingsError, match=r"assistant") as error:
        load_settings({"BDHAI_STATE": str(tmp_path), "BDHAI_ASSISTANT": given})
    assert "sk-" not in str(error.value) and error.value.__cause__ is None


def test_a_named_file_must_exist(tmp_path):
    with pytest.raises(SettingsError, match="Không thấy"):
        load_settings({"BDHAI_STATE": str(tmp_path), "BDHAI_SETTINGS": str(tmp_path / "none.yml")})


def test_only_loopback_counts_as_loopback():
    for bind, expected in {
        "127.0.0.1": True,
        "::1": True,
        "localhost": True,
        "0.0.0.0": False,
        "10.0.0.1": False,
    }.items():
        assert load_settings({"BDHAI_BIND": bind}).on_loopback is expected, bind


def test_a_taken_port_is_seen():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not port_is_free(taken.getsockname()[1])
