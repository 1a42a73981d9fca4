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
