"""Configuration of learners' and class servers' JupyterLab: in Vietnamese, and only what each kind of user needs.

Written to ``hub/jupyter/learner`` and ``hub/jupyter/class`` in the state folder; a server sees its own one, read-only.
"""

from __future__ import annotations

import json
from pathlib import Path

from hub_config.settings import Settings

_NBGRADER_SERVER = ("assignment_list", "course_list", "formgrader", "validate_assignment")
_NBGRADER_LAB = ("assignment-list", "course-list", "create-assignment", "formgrader", "validate-assignment")
_SHOWN = {
    "learner": {"assignment_list", "assignment-list"},
    "class": {"formgrader", "validate_assignment", "create-assignment", "validate-assignment"},
}
# Not needed here, and each costs a start time and memory; jupyter_lsp even starts Node to look for language servers.
# formgrader's links lead to the "notebook" pages, so a class server keeps them.
_LEFT_OUT = {
    "learner": ("jupyter_lsp", "nbdime", "notebook", "voila.server_extension"),
    "class": ("jupyter_lsp", "nbdime", "voila.server_extension"),
}
_LAB_LEFT_OUT = ("nbdime-jupyterlab", "@voila-dashboards/jupyterlab-preview", "@jupyter-notebook/lab-extension")
_SERVER_CONFIG = """\
# Written by hub_config.jupyter_setup at each start of the hub; changes here are lost.
import os

c = get_config()  # noqa: F821
c.ServerApp.jpserver_extensions = {extensions!r}
c.LabApp.app_settings_dir = os.environ["BDHAI_LAB_SETTINGS"]
c.LabApp.news_url = None
# Kernels talk over files in a private folder: any process of this machine can listen to loopback ports.
c.KernelManager.transport = "ipc"
"""
_NBGRADER_CONFIG = {
    "learner": """\
# Written by hub_config.jupyter_setup at each start of the hub; changes here are lost.
import os

c = get_config()  # noqa: F821
c.Exchange.root = os.environ["BDHAI_EXCHANGE"]
c.CourseDirectory.student_id = os.environ["JUPYTERHUB_USER"]
""",
    "class": """\
# Written by hub_config.jupyter_setup at each start of the hub; changes here are lost.
import os

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = os.environ["BDHAI_CLASS"]
c.CourseDirectory.root = os.environ["BDHAI_COURSE_ROOT"]
c.Exchange.root = os.environ["BDHAI_EXCHANGE"]
c.ExchangeFactory.collect = "grader.collect_by_learner.CollectByLearner"
""",
}
_OVERRIDES = {
    "@jupyterlab/translation-extension:plugin": {"locale": "vi_VN"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def jupyter_config_dir(settings: Settings, kind: str) -> Path:
    """Return the folder of one kind of server, ``"learner"`` or ``"class"``."""
    return settings.hub_dir / "jupyter" / kind


def write_jupyter_config(settings: Settings) -> None:
    """Write both folders anew."""
    for kind, shown in _SHOWN.items():
        folder = jupyter_config_dir(settings, kind)
        lab = folder / "lab"
        lab.mkdir(parents=True, exist_ok=True)
        extensions = {f"nbgrader.server_extensions.{name}": name in shown for name in _NBGRADER_SERVER}
        extensions |= {name: False for name in _LEFT_OUT[kind]}
        disabled = {f"@jupyter/nbgrader:{name}": True for name in _NBGRADER_LAB if name not in shown}
        disabled |= {name: True for name in _LAB_LEFT_OUT}
        # The news pop-up asks in English whether it may call the internet.
        disabled["@jupyterlab/apputils-extension:announcements"] = True
        _write(folder / "jupyter_server_config.py", _SERVER_CONFIG.format(extensions=extensions))
        _write(folder / "nbgrader_config.py", _NBGRADER_CONFIG[kind])
        _write(lab / "overrides.json", json.dumps(_OVERRIDES, indent=1))
        _write(lab / "page_config.json", json.dumps({"disabledExtensions": disabled}, indent=1))


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
