"""Open the model that the settings name, once per worker."""

from decimal import Decimal

import structlog
from django.conf import settings

from companion.actions.usage import Price
from companion.engine import agent
from companion.scheduling.executor import Brain

OFFLINE = "offline"
DEFAULT_MODEL = "anthropic:claude-sonnet-5-5"
UNKNOWN_PRICE = Price(input_usd=Decimal(10), output_usd=Decimal(50))
"""For reserving only, when nobody has published a price: the dearest of today's, so that a limit holds."""

log = structlog.get_logger(__name__)


def model_name() -> str:
    """Name the model: as set, else Anthropic's when there is a key, else the offline one."""
    return settings.COMPANION_MODEL or (DEFAULT_MODEL if settings.ANTHROPIC_API_KEY else OFFLINE)


def open_brain() -> Brain:
    """Load the model library and open the model."""
    name = model_name()
    model = agent.open_model(name, api_key=settings.ANTHROPIC_API_KEY, base_url=settings.ANTHROPIC_BASE_URL)
    log.info("model.opened", model=name)
    return Brain(model=model, price=_price(name))


def _price(name: str) -> Price:
    return Price(input_usd=Decimal(0), output_usd=Decimal(0)) if name == OFFLINE else UNKNOWN_PRICE
