from django.apps import AppConfig


class CompanionConfig(AppConfig):
    """The coach's AI colleague."""

    name = "companion"

    def ready(self) -> None:
        """Tell the practice whose model would read a client's words."""
        from coaching import consents  # models are not there before this
        from companion.scheduling import model_choice

        consents.read_by(model_choice.provider)
