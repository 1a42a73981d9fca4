"""JupyterHub's configuration: only wires; what can be chosen is in ``settings.py``."""

from pathlib import Path

from hub_config.authenticator import AccountsAuthenticator
from hub_config.classes import hub_groups, load_classes
from hub_config.jupyter_setup import write_jupyter_config
from hub_config.managed_services import hub_services
from hub_config.nbgrader_setup import prepare_class
from hub_config.proxy import proxy_command
from hub_config.refusals import runs_sandboxed
from hub_config.roles import clients_without_confirmation, hub_roles
from hub_config.settings import free_port, load_settings
from hub_config.spawner import SandboxSpawner

c = get_config()  # type: ignore[name-defined]  # noqa: F821

settings = load_settings()
rooms = load_classes(settings.classes_file)
hub_dir = settings.hub_dir
write_jupyter_config(settings)
for room in rooms:
    prepare_class(settings, room)

c.JupyterHub.bind_url = f"http://{settings.bind}:{settings.port}/"
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = settings.hub_port or free_port()
c.JupyterHub.db_url = f"sqlite:///{hub_dir / 'jupyterhub.sqlite'}"
c.JupyterHub.upgrade_db = True
c.JupyterHub.cookie_secret_file = str(hub_dir / "cookie_secret")
c.JupyterHub.default_url = "/services/learn/"
c.JupyterHub.template_paths = [str(Path(__file__).with_name("templates"))]
c.JupyterHub.cleanup_servers = True
c.JupyterHub.cleanup_proxy = True

c.ConfigurableHTTPProxy.command = proxy_command()
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_api_port or free_port()}"
c.ConfigurableHTTPProxy.pid_file = str(hub_dir / "proxy.pid")

c.JupyterHub.authenticator_class = AccountsAuthenticator
c.AccountsAuthenticator.kit = settings
c.JupyterHub.load_groups = hub_groups(rooms)
c.JupyterHub.load_roles = hub_roles(rooms)
c.JupyterHub.services = hub_services(settings)
c.JupyterHub.tornado_settings = {"oauth_no_confirm_list": clients_without_confirmation(rooms)}

c.JupyterHub.spawner_class = SandboxSpawner
c.SandboxSpawner.kit = settings
c.SandboxSpawner.sandboxed = runs_sandboxed(settings)
c.SandboxSpawner.env_keep = []
c.SandboxSpawner.start_timeout = settings.start_timeout
c.SandboxSpawner.http_timeout = settings.start_timeout
c.SandboxSpawner.interrupt_timeout = 10
c.SandboxSpawner.term_timeout = 5
