from django.apps import AppConfig


class CompanionConfig(AppConfig):
    """The coach's AI colleague."""

    name = "companion"
