"""Form fields that more than one form uses."""

from typing import Any

from django import forms

from coaching import time_zones


class LongTextField(forms.CharField):
    """A text whose length is judged after it was sent: a browser would cut off what was pasted, silently."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        words = {"max_length": "%(show_value)d characters; %(limit_value)d is the most. Nothing is lost yet."}
        words |= kwargs.pop("error_messages", {})
        super().__init__(max_length=max_length, error_messages=words, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out `maxlength`."""
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class TimeZoneField(forms.CharField):
    """An IANA zone, typed or picked from the page's list of zones; a city alone will do."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {
            "list": "zones",
            "autocomplete": "off",
            "spellcheck": "false",
            "placeholder": "Europe/Lisbon",
        }
        words = {"required": "Where? A large city nearby is enough."}
        super().__init__(max_length=64, widget=forms.TextInput(attrs=attrs), error_messages=words, **kwargs)

    def clean(self, value: Any) -> str:
        """Answer the zone's IANA name."""
        words = super().clean(value)
        try:
            return time_zones.find_zone(words)
        except time_zones.UnknownZoneError:
            raise forms.ValidationError(
                f"“{words}” is not a time zone that we know. Try the nearest large city, such as Lisbon."
            ) from None
