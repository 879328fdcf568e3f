from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """The wall between practices."""

    name = "journeyloop.tenancy"
    label = "tenancy"
