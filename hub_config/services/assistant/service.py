"""What the parts of the assistant service share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from course.ai import search
from course.ai.client import MODEL as USUAL_MODEL
from hub_config.assistant_settings import AssistantSettings, read_key
from hub_config.services.assistant.errors import AssistantError
from hub_config.services.assistant.prepared import MODEL as PREPARED
from hub_config.services.assistant.quota import Quota
from hub_config.services.assistant.upstream import Upstream
from hub_config.services.assistant.usage_tables import UsageDatabase, open_usage_database
from hub_config.services.shared.identity import Authenticator, Identity
from hub_config.services.shared.settings import ServiceSettings

LOCAL_EMBEDDINGS = search.MODEL
"""The name of the embeddings that are made on this machine where the provider makes none."""


@dataclass
class AssistantService:
    """The parts of one running assistant service."""

    settings: ServiceSettings
    assistant: AssistantSettings
    authenticator: Authenticator
    key: str | None = field(default=None, repr=False)
    database: UsageDatabase = field(init=False)
    quota: Quota = field(init=False)
    upstream: Upstream | None = field(init=False)

    def __post_init__(self) -> None:
        self.settings.workspace.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.database = open_usage_database(self.settings.database_url, busy_timeout_ms=self.settings.busy_timeout_ms)
        self.quota = Quota(self.assistant, self.database)
        self.upstream = Upstream(self.assistant, self.key) if self.assistant.base_url else None

    @classmethod
    def with_key(
        cls, settings: ServiceSettings, assistant: AssistantSettings, authenticator: Authenticator
    ) -> AssistantService:
        """Make a service whose key is where the operator put it.

        Raises
        ------
        KeyRefused
            If there is one that cannot be used.
        """
        return cls(settings, assistant, authenticator, read_key(assistant, settings.workspace.state))

    @property
    def prefix(self) -> str:
        """The service's path, with a slash at both ends."""
        return self.settings.prefix

    @property
    def prepared(self) -> bool:
        """Whether replies written beforehand answer, no AI."""
        return self.upstream is None

    @property
    def shown_name(self) -> str:
        """The name of what answers, for learners."""
        from course.ai.replies import LABEL

        return LABEL if self.prepared else self.assistant.name

    def models(self) -> list[str]:
        """Return the models that learners may ask for, the usual one first."""
        extra = [self.assistant.embedding_model, self.assistant.transcription_model] if self.upstream else []
        if not any(extra[:1]) and search.installed():
            extra.append(LOCAL_EMBEDDINGS)
        chat = self.assistant.models if self.upstream else (PREPARED,)
        return list(dict.fromkeys([USUAL_MODEL, *chat, *(name for name in extra if name)]))

    def chat_model(self, wanted: str) -> str:
        """Return the provider's model for the one that was asked for.

        Raises
        ------
        AssistantError
            ``model_not_found``.
        """
        chat = self.assistant.models if self.upstream else (PREPARED,)
        if wanted == USUAL_MODEL:
            return chat[0]
        if wanted not in chat:
            named = ", ".join(f"“{name}”" for name in (USUAL_MODEL, *chat))
            raise AssistantError("model_not_found", f"Lớp không có mô hình AI này. Hãy chọn: {named}.", param="model")
        return wanted

    def payers(self, identity: Identity) -> list[str]:
        """Return the classes whose month a person's questions count to: those they learn in, else those they teach."""
        return identity.classes or identity.taught_classes

    def about(self, learner: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return what rides beside an answer as ``bdhai``."""
        return {"assistant": self.shown_name, "prepared": self.prepared, **facts, "left": self.quota.left(learner)}
