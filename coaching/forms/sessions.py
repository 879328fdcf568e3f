"""Forms about sessions. Times are typed as the coach's wall clock shows them and stored as instants."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import URLValidator

from coaching import time_zones
from coaching.actions.sessions import Booking
from coaching.models import Client, CoachingSession

LENGTHS = (15, 30, 45, 50, 60, 75, 90, 120, 180, 240)
"""Minutes on offer."""


class BookingForm(forms.Form):
    """When, how long and where: what planning and moving a session have in common."""

    date = forms.DateField(
        label="Date",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Which day?", "invalid": "Write the day as 2027-03-28."},
    )
    time = forms.TimeField(
        label="Time",
        widget=forms.TimeInput({"type": "time", "step": "300"}, format="%H:%M"),
        error_messages={"required": "At what time?", "invalid": "Write the time as 14:30."},
    )
    duration_minutes = forms.TypedChoiceField(coerce=int, label="Length")
    title = forms.CharField(
        max_length=160,
        required=False,
        label="Title",
        help_text="For your own list; leave it empty for a plain session.",
    )
    session_type = forms.ChoiceField(choices=CoachingSession.Type.choices, label="Kind")
    meeting_url = forms.URLField(
        required=False,
        label="Meeting link",
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        validators=[URLValidator(schemes=["https", "http"])],
        error_messages={"invalid": "This does not look like a link: https://meet.example.com/room."},
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        lengths = sorted({*LENGTHS, int(self.initial.get("duration_minutes") or 60)})
        self.fields["duration_minutes"].choices = [(n, f"{n} minutes") for n in lengths]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Turn date and time into an instant, under `starts_at`."""
        found = super().clean() or self.cleaned_data
        if "date" in found and "time" in found:
            self._find_instant(datetime.combine(found["date"], found["time"]))
        return found

    def _find_instant(self, wall: datetime) -> None:
        try:
            self.cleaned_data["starts_at"] = time_zones.instant(wall, self.zone)
        except time_zones.NoSuchTimeError as gap:
            where = time_zones.city(self.zone.key)
            words = (
                f"There is no {wall:%H:%M} on that day in {where}: the clocks go forward. "
                f"The first time after it is {gap.resumes_at:%H:%M}."
            )
            self.add_error("time", words)
        self.cleaned_data["comes_twice"] = time_zones.comes_twice(wall, self.zone)

    def booking(self) -> Booking:
        """Say what was agreed, as the actions take it."""
        names = ("starts_at", "duration_minutes", "title", "session_type", "meeting_url")
        return Booking(time_zone=self.zone.key, **{name: self.cleaned_data[name] for name in names})


class SessionForm(BookingForm):
    """A new session with one of the coach's clients."""

    client = forms.ChoiceField(
        label="Client",
        error_messages={
            "required": "Who is it with?",
            "invalid_choice": "This client is not in your current list any more.",
        },
    )
    field_order = ("client", "date", "time", "duration_minutes")

    def __init__(self, *args: Any, clients: Iterable[Client], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clients = {str(client.pk): client for client in clients}
        names = [(key, client.name) for key, client in self.clients.items()]
        self.fields["client"].choices = [("", "Choose a client"), *names]  # type: ignore[attr-defined]

    def chosen_client(self) -> Client:
        """Return the client that was chosen, one of those that the view offered."""
        return self.clients[self.cleaned_data["client"]]


class CancelForm(forms.Form):
    """Why a session is called off; nobody has to say."""

    reason = forms.CharField(
        max_length=300,
        required=False,
        label="Reason",
        help_text="For your own memory. Nobody is told.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def booking_of(session: CoachingSession, zone: ZoneInfo) -> dict[str, Any]:
    """Say what a planned session's form starts with, on the coach's clock."""
    wall = session.starts_at.astimezone(zone)
    names = ("duration_minutes", "title", "session_type", "meeting_url")
    return {"date": wall.date(), "time": wall.time(), **{name: getattr(session, name) for name in names}}
