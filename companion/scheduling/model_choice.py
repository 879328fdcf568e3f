"""Which model answers, as the settings say. Loads no model library, so that pages may ask too."""

from django.conf import settings

OFFLINE = "offline"
"""The model that ships with the product."""
DEFAULT_MODEL = "anthropic:claude-sonnet-5-5"


def model_name() -> str:
    """Name the model: as set, else Anthropic's when there is a key, else the offline one."""
    return settings.COMPANION_MODEL or (DEFAULT_MODEL if settings.ANTHROPIC_API_KEY else OFFLINE)


def transcriber() -> str:
    """Name whose program turns recordings into words: what stands before the colon; empty without one."""
    return str(settings.TRANSCRIBER).partition(":")[0]


def provider() -> str:
    """Name whose model it is: what stands before the colon, or "offline"."""
    return model_name().partition(":")[0]
