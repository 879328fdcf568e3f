"""How a debrief writes figures."""

from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """Write a share from 0 to 1: 38 %."""
    return f"{round(share * 100)} %"
