"""How figures are written."""

from datetime import datetime
from decimal import Decimal

from django import template

register = template.Library()

NOTHING = "\N{EN DASH}"
MINUTE, HOUR, DAY = 60, 3600, 86_400


@register.filter
def seconds(value: float | None) -> str:
    """Write a length of time: 34 ms, 2.3 s, 41 s, 3 min, 2 h, 4 days; a dash for None."""
    if value is None:
        return NOTHING
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < MINUTE:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    if value < HOUR:
        return f"{value // MINUTE:.0f} min"
    return f"{value // HOUR:.0f} h" if value < 2 * DAY else f"{value // DAY:.0f} days"


@register.filter
def ago(moment: datetime, now: datetime) -> str:
    """Write how long ago something was, in whole seconds at least."""
    passed = max(int((now - moment).total_seconds()), 0)
    return "just now" if passed == 0 else f"{seconds(float(passed)).replace('.0 ', ' ')} ago"


@register.filter
def count(value: int) -> str:
    """Write a number with its thousands apart."""
    return f"{value:,}"


@register.filter
def usd(value: Decimal | None) -> str:
    """Write dollars, small ones with the digits that matter; a dash for None."""
    if value is None:
        return NOTHING
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.4f}"


@register.filter
def percent(share: float) -> str:
    """Write a share from 0 to 1 as whole percent."""
    return f"{share:.0%}"
