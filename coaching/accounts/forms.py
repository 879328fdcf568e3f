"""Forms about a person's own account."""

from typing import Any

from allauth.account.forms import SignupForm
from django import forms
from django.db import transaction
from django.http import HttpRequest

from coaching import time_zones
from coaching.actions import accounts
from coaching.forms.fields import TimeZoneField
from coaching.models import User

_WORDS = {
    "name": {"required": "What may we call you?"},
    "email": {
        "required": "Which address will you sign in with?",
        "invalid": "This does not look like an email address: name@example.com.",
    },
    "password1": {"required": "Choose a password."},
}


class CoachSignUpForm(SignupForm):  # type: ignore[misc] # allauth ships no types
    """Sign up as a coach: a name besides e-mail and password; the browser adds its time zone."""

    name = forms.CharField(
        max_length=120,
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    time_zone = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-browser-zone": ""})
    )
    field_order = ("name", "email", "password1", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs.pop("autofocus", None)
        for name, words in _WORDS.items():
            self.fields[name].error_messages.update(words)

    def clean_time_zone(self) -> str:
        """Take what the browser says if it is a zone; what it is not, the settings ask for later."""
        try:
            return time_zones.find_zone(self.cleaned_data["time_zone"])
        except time_zones.UnknownZoneError:
            return "UTC"

    def save(self, request: HttpRequest) -> User:
        """Make the user and their practice, or neither."""
        with transaction.atomic():
            user: User = super().save(request)
            user.name, user.time_zone = self.cleaned_data["name"], self.cleaned_data["time_zone"]
            user.save(update_fields=["name", "time_zone"])
            accounts.open_practice(user=user)
        return user


class NameForm(forms.Form):
    """What to be called."""

    name = forms.CharField(
        max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"})
    )


class TimeZoneForm(forms.Form):
    """The zone in which one's times are shown."""

    time_zone = TimeZoneField(label="Time zone", help_text="A city, such as Lisbon, or a name from the list.")


class KeyForm(forms.Form):
    """A new API key."""

    key_name = forms.CharField(
        max_length=80,
        label="What is it for?",
        widget=forms.TextInput(attrs={"placeholder": "Calendar script"}),
    )
