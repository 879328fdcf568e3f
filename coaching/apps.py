from django.apps import AppConfig


class CoachingConfig(AppConfig):
    """The practice: coaches, clients and sessions. Knows no AI."""

    name = "coaching"

    def ready(self) -> None:
        """Say what is sealed, and listen to what allauth does with accounts."""
        from coaching.accounts import audit, second_step
        from journeyloop import crypto

        crypto.register("mfa_authenticator", second_step.reseal)
        audit.listen()
