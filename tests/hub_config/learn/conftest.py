from tests.hub_config.learn.installation import client, released, service, workspace

__all__ = ["client", "released", "service", "workspace"]
