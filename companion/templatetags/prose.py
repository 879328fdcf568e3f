"""The template filter for text that a model wrote."""

from django import template
from django.utils.safestring import SafeString

from companion.api import rendering

register = template.Library()


@register.filter
def prose(markdown: str) -> SafeString:
    """Render markdown as safe HTML: `{{ message.text|prose }}`."""
    return rendering.prose(markdown)
