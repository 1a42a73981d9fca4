"""What the parts of the learn service share: database, release, pages, worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from grader.database import Database, LearnerRow, open_database
from grader.workspace import Workspace
from hub_config.services.learn.grading_worker import GradingWorker
from hub_config.services.learn.released import Released
from hub_config.services.shared.identity import Authenticator
from hub_config.services.shared.people import account_names
from hub_config.services.shared.rendering import Renderer
from hub_config.services.shared.settings import ServiceSettings


@dataclass
class LearnService:
    """The parts of one running learn service."""

    settings: ServiceSettings
    authenticator: Authenticator
    database: Database = field(init=False)
    released: Released = field(init=False)
    renderer: Renderer = field(init=False)
    worker: GradingWorker = field(init=False)

    def __post_init__(self) -> None:
        workspace = self.settings.workspace
        workspace.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.database = open_database(self.settings.database_url, busy_timeout_ms=self.settings.busy_timeout_ms)
        self.released = Released(workspace.manifest)
        static = workspace.release / "static"
        self.renderer = Renderer(Path(__file__).parent, self.prefix, self.settings.hub_prefix, static)
        self.worker = GradingWorker(workspace, self.database)

    @property
    def prefix(self) -> str:
        """The service's path, with a slash at both ends."""
        return self.settings.prefix

    @property
    def workspace(self) -> Workspace:
        """The paths of this installation."""
        return self.settings.workspace

    def learner(self, name: str) -> LearnerRow:
        """Return a learner with the name to show; one not seen before is returned without being written."""
        learner = self.database.learner(name) or LearnerRow(name=name, display_name=None, audience=None)
        if not learner.display_name:
            learner.display_name = account_names(self.workspace.state, [name]).get(name, name)
        return learner
