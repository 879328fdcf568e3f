"""Open the model that the settings name, once per worker."""

from decimal import Decimal

import structlog
from django.conf import settings

from companion.actions.usage import Price
from companion.engine import agent
from companion.engine.hearing import Transcriber
from companion.scheduling.executor import Brain
from companion.scheduling.model_choice import OFFLINE, model_name

DEAREST = Price(input_usd=Decimal(10), output_usd=Decimal(50))
"""For reserving only: the dearest of today's, so that a limit holds whichever model is named."""

log = structlog.get_logger(__name__)


def open_brain(name: str = "") -> Brain:
    """Load the model library and open the model of that name, else the one that the settings name."""
    name = name or model_name()
    model = agent.open_model(name, api_key=settings.ANTHROPIC_API_KEY, base_url=settings.ANTHROPIC_BASE_URL)
    log.info("model.opened", model=name)
    return Brain(model=model, price=_price(name), transcriber=_transcriber())


def _transcriber() -> Transcriber | None:
    _whose, _, model = str(settings.TRANSCRIBER).partition(":")
    if not model:
        return None
    return agent.open_transcriber(
        model, api_key=settings.TRANSCRIBER_API_KEY, base_url=settings.TRANSCRIBER_BASE_URL
    )


def _price(name: str) -> Price:
    return Price(input_usd=Decimal(0), output_usd=Decimal(0)) if name == OFFLINE else DEAREST
