"""The services behind the hub: each one a small ASGI application of its own."""
