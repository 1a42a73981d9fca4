from tests.hub_config.assistant.installation import (
    assistant,
    provider,
    shared_assistant,
    shared_provider,
    unconfigured,
)

__all__ = ["assistant", "provider", "shared_assistant", "shared_provider", "unconfigured"]
