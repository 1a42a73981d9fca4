"""What the parts of the learn service share: database, release, pages, worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from grader.attempts import AttemptsPolicy, LearnerLocks
from grader.database import Database, open_database
from grader.database_tables import LearnerRow
from grader.grading_worker import GradingWorker
from grader.intake import Intake
from grader.released import Released
from grader.workspace import Workspace
from hub_config.services.learn.intake_thread import IntakeThread
from hub_config.services.learn.submitting import HandingIn
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
    handing_in: HandingIn = field(init=False)
    intake: Intake = field(init=False)
    watching: IntakeThread = field(init=False)

    def __post_init__(self) -> None:
        workspace = self.settings.workspace
        workspace.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.database = open_database(self.settings.database_url, busy_timeout_ms=self.settings.busy_timeout_ms)
        self.released = Released(workspace.manifest)
        static = workspace.release / "static"
        self.renderer = Renderer(Path(__file__).parent, self.prefix, self.settings.hub_prefix, static)
        policy, locks = AttemptsPolicy.of(workspace), LearnerLocks()
        self.worker = GradingWorker(workspace, self.database, counts=policy.counts)
        self.handing_in = HandingIn(workspace, self.database, self.worker, policy, locks)
        self.intake = Intake(workspace, self.database, policy, locks)
        self.watching = IntakeThread(self.intake, self.worker)

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
