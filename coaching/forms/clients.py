"""Forms about clients."""

from datetime import date
from typing import Any

from django import forms

from coaching.actions.clients import ClientDetails
from coaching.forms.fields import LongTextField, TimeZoneField
from coaching.models import Client

MOST_SESSIONS = 500
"""More than this in one package is a slip of the finger."""

_CHOSEN_BY_HAND = (Client.Status.DRAFT, Client.Status.ACTIVE, Client.Status.PAUSED, Client.Status.ENDED)


class ClientForm(forms.Form):
    """What a coach writes down about a client."""

    name = forms.CharField(
        max_length=120,
        label="Name",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "What do you call them?"},
    )
    pronouns = forms.CharField(
        max_length=40,
        required=False,
        label="Pronouns",
        widget=forms.TextInput(attrs={"placeholder": "she/her"}),
    )
    email = forms.EmailField(
        max_length=254,
        required=False,
        label="Email",
        help_text="Nothing is sent to it from here.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "This does not look like an email address: name@example.com."},
    )
    time_zone = TimeZoneField(
        label="Time zone", help_text="Where they live: a city, or a name from the list."
    )
    goal_summary = LongTextField(
        max_length=300,
        required=False,
        label="What they came for",
        help_text="One sentence, in words that they would use too.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    status = forms.ChoiceField(label="Status")
    started_on = forms.DateField(
        required=False,
        label="Client since",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write the day as 2026-11-21."},
    )
    total_sessions = forms.IntegerField(
        min_value=1,
        max_value=MOST_SESSIONS,
        required=False,
        label="Package size",
        help_text="How many sessions; empty when open-ended.",
        error_messages={
            "min_value": "At least one session, or empty when it is open-ended.",
            "max_value": "%(limit_value)s sessions is the most for one package.",
            "invalid": "A whole number of sessions, such as 8.",
        },
    )

    def __init__(self, *args: Any, client: Client | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [*_CHOSEN_BY_HAND]
        if client is not None and client.status not in chosen:
            chosen.insert(1, Client.Status(client.status))
        self.fields["status"].choices = [(status.value, status.label) for status in chosen]  # type: ignore[attr-defined] # a choice field

    def clean_goal_summary(self) -> str:
        """Keep it to one line: it is shown as a sentence."""
        return " ".join(self.cleaned_data["goal_summary"].split())

    def details(self) -> ClientDetails:
        """Say what was written down, as the actions take it."""
        return ClientDetails(**self.cleaned_data)


def written_details(client: Client) -> dict[str, Any]:
    """Say what a client's form starts with."""
    return {name: getattr(client, name) for name in ClientForm.base_fields}


def fresh_details(*, time_zone: str, today: date) -> dict[str, Any]:
    """Say what a new client's form starts with: the coach's own zone, because most clients live near."""
    return {"time_zone": time_zone, "status": Client.Status.ACTIVE, "started_on": today}
