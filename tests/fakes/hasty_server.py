"""The real server with short lives and heartbeats, so that a test need not wait ten minutes."""

from journeyloop.asgi import application  # isort: skip # it loads the apps that the next line needs

from companion.api.events import streams

__all__ = ["application"]

streams.LIFETIME_SECONDS = (2.0, 2.5)
streams.HEARTBEAT_SECONDS = 0.5
