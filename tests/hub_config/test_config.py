"""What does jupyterhub_config.py set, read on a bare Config() without a hub?"""

import json
from pathlib import Path

import pytest
from traitlets.config import Config

from hub_config import refusals
from hub_config.assistant_settings import AssistantSettings
from hub_config.managed_services import hub_services
from hub_config.roles import hub_roles
from hub_config.sandbox import missing_sandbox
from hub_config.settings import Settings
from hub_config.start import prepare

CONFIG = Path(refusals.__file__).with_name("jupyterhub_config.py")


@pytest.fixture
def loaded(settings, monkeypatch):
    prepare(settings)
    monkeypatch.setenv("BDHAI_STATE", str(settings.state))
    monkeypatch.setenv("BDHAI_PORT", "9199")
    config = Config()
    exec(
        compile(CONFIG.read_text(encoding="utf-8"), str(CONFIG), "exec"),
        {"get_config": lambda: config, "__file__": CONFIG},
    )
    return config


def test_everything_listens_on_loopback(loaded):
    assert loaded.JupyterHub.bind_url == "http://127.0.0.1:9199/"
    assert loaded.JupyterHub.hub_ip == "127.0.0.1"
    assert loaded.ConfigurableHTTPProxy.api_url.startswith("http://127.0.0.1:")
    for service in loaded.JupyterHub.services:
        assert service.get("url", "http://127.0.0.1:").startswith("http://127.0.0.1:")


def test_it_only_wires(loaded):
    assert len(CONFIG.read_text(encoding="utf-8").splitlines()) < 70
    assert loaded.JupyterHub.default_url == "/services/learn/"
    assert loaded.JupyterHub.cleanup_servers and loaded.JupyterHub.cleanup_proxy
    assert "nbgrader-demo" in loaded.JupyterHub.load_groups
    assert "admin_users" not in loaded.Authenticator and "allow_all" not in loaded.AccountsAuthenticator


def test_kit_services_ask_no_confirmation_and_servers_take_no_operator_variables(loaded):
    services = {service["name"]: service for service in loaded.JupyterHub.services}
    assert set(services) == {"learn", "classes", "assistant", "idle-culler"}
    unasked = {"service-learn", "service-classes", "service-assistant", "jupyterhub-user-lop-demo"}
    assert loaded.JupyterHub.tornado_settings["oauth_no_confirm_list"] == unasked
    assert not any(service.get("admin") for service in services.values())
    assert loaded.SandboxSpawner.env_keep == []
    assert "--timeout=1800" in services["idle-culler"]["command"]


def test_the_assistant_gets_its_settings_and_no_service_a_key(settings, monkeypatch):
    """JupyterHub keeps what a service is given in its database; the provider's key must not be among it."""
    settings = settings.model_copy(
        update={"assistant": AssistantSettings(base_url="http://127.0.0.1:1", models=("a",))}
    )
    monkeypatch.setenv("BDHAI_ASSISTANT_KEY", "sk-4711")
    services = {service["name"]: service for service in hub_services(settings)}
    assert json.loads(services["assistant"]["environment"]["BDHAI_ASSISTANT"])["models"] == ["a"]
    assert "sk-4711" not in repr(services) and "BDHAI_ASSISTANT" not in services["learn"]["environment"]
    listing = {role["name"]: role.get("services", []) for role in hub_roles([])}
    assert "assistant" not in listing["kit-services"]  # it needs to know nobody but who asks


def test_a_key_that_others_can_read_is_refused(settings):
    prepare(settings)
    (settings.state / "assistant-key.txt").write_text("sk-4711")
    (settings.state / "assistant-key.txt").chmod(0o644)
    (reason,) = [reason for reason in refusals.refusals(settings) if "khoá" in reason]
    assert "chmod 600" in reason and "sk-4711" not in reason


def test_the_state_folder_is_the_owners(settings):
    settings.state.mkdir(mode=0o755)
    prepare(settings)
    assert settings.state.stat().st_mode & 0o777 == 0o700


def test_beyond_loopback_demo_passwords_are_refused(settings):
    prepare(settings)
    reasons = refusals.refusals(settings.model_copy(update={"bind": "0.0.0.0", "port": 9198}))
    assert len([reason for reason in reasons if "make password USER=hocvien" in reason]) == 1


def test_beyond_loopback_no_sandbox_is_refused(settings, monkeypatch):
    monkeypatch.setattr(refusals, "missing_sandbox", lambda: "chưa cài bubblewrap")
    outside = settings.model_copy(update={"bind": "0.0.0.0", "port": 9198})
    assert len(refusals.refusals(outside)) == 1 and "chưa cài bubblewrap" in refusals.refusals(outside)[0]
    inside = settings.model_copy(update={"port": 9198})
    assert refusals.refusals(inside) == [] and not refusals.runs_sandboxed(inside)
    assert "không có vùng cách ly" in refusals.warnings(inside)[0]


def test_a_missing_program_is_noticed(monkeypatch):
    missing_sandbox.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        assert "bubblewrap" in missing_sandbox()
    finally:
        missing_sandbox.cache_clear()


def test_settings_may_demand_a_sandbox(settings, monkeypatch):
    monkeypatch.setattr(refusals, "missing_sandbox", lambda: "chưa cài bubblewrap")
    assert refusals.refusals(Settings(state=settings.state, port=9198, sandbox="required"))
