from django.apps import AppConfig


class ClientPortalConfig(AppConfig):
    """What a client sees and does; empty so far."""

    name = "client_portal"
