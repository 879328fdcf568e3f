"""How a template gets a proposal's card: it is included from a conversation that knows only the row."""

from django import template

from companion.api.proposals import Card, card_of
from companion.models import Proposal

register = template.Library()


@register.simple_tag
def proposal_card(proposal: Proposal, shown: Card | None = None) -> Card:
    """Give the card that a view has prepared for this proposal, otherwise one of the row as it is."""
    return shown if shown and shown.proposal.pk == proposal.pk else card_of(proposal)
