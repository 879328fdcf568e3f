from django.apps import AppConfig


class ClientPortalConfig(AppConfig):
    """What a client sees and does."""

    name = "client_portal"
