"""How shares are written."""

from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """Write a share from 0 to 1 as whole percent."""
    return f"{share:.0%}"
