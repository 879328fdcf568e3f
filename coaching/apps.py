from django.apps import AppConfig


class CoachingConfig(AppConfig):
    """The practice: coaches, clients and sessions. Knows no AI."""

    name = "coaching"
