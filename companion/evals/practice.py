"""A practice made for one scenario, and removed after it with everything of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from coaching.actions import accounts, clients, consents, notes, sessions
from coaching.actions.clients import ClientDetails
from coaching.actions.sessions import Booking
from coaching.consents import Purpose
from coaching.models import Client, CoachingProfile, CoachingSession, User
from companion.actions import bootstrapping, personality, provisioning
from companion.evals.shapes import Meeting, Person, Scenario
from companion.models import PersonalityVersion
from journeyloop.tenancy import tenant

TIME_ZONE = "Europe/Lisbon"
AGREED = (Purpose.RECORD, Purpose.QUOTES_IN_PREP)
"""What clients agree to from the start; to AI reading their words only once those have been brought."""


@contextmanager
def disposable(scenario: Scenario, *, now: datetime) -> Iterator[CoachingProfile]:
    """Make the practice of a scenario; nobody can sign in to it, and no mail reaches it."""
    user = User.objects.create_user(f"{uuid4()}@evaluation.invalid", name=scenario.coach, time_zone=TIME_ZONE)
    try:
        coach = accounts.open_practice(user=user)
        with tenant(coach.pk):
            provisioning.provision(coach=coach)
            _introduce(scenario, coach, now=now)
            for person in scenario.people:
                _add(person, by=user, now=now)
        yield coach
    finally:
        accounts.delete_account(user=user)


def _introduce(scenario: Scenario, coach: CoachingProfile, *, now: datetime) -> None:
    source = PersonalityVersion.Source.COACH
    for layer, text in scenario.layers.items():
        personality.write_layer(layer=layer, text=text, source=source, by=coach.user)
    bootstrapping.complete_if_ready(by=coach.user, now=now)


def _add(person: Person, *, by: User, now: datetime) -> None:
    details = ClientDetails(name=person.name, time_zone=TIME_ZONE, goal_summary=person.goal)
    met = now - timedelta(days=90)
    client = clients.create_client(details=details, by=by, now=met)
    if person.note:
        notes.write_note(client=client, text=person.note, by=by, now=met)
    if any(meeting.talk for meeting in person.meetings):
        for purpose in AGREED:
            consents.record(client=client, purpose=purpose, given=True, method="written", by=by, now=met)
    for meeting in person.meetings:
        _meet(meeting, client, by=by, now=now)


def agree_to_ai(*, by: User, now: datetime) -> None:
    """
    Let every client agree to AI reading their words, once these are there.

    Agreed before, each session would be analysed as soon as it is read, by whichever worker runs beside us
    and with its model.
    """
    for client in Client.objects.filter(consents__isnull=False).distinct():
        purpose = Purpose.AI_PROCESSING
        consents.record(client=client, purpose=purpose, given=True, method="written", by=by, now=now)


def _meet(meeting: Meeting, client: Client, *, by: User, now: datetime) -> CoachingSession:
    starts_at = (now + timedelta(days=meeting.days)).replace(minute=0, second=0, microsecond=0)
    booking = Booking(starts_at=starts_at, time_zone=TIME_ZONE, title=meeting.title)
    planned = min(starts_at, now) - timedelta(days=7)
    session = sessions.schedule_session(client=client, booking=booking, by=by, now=planned)
    after = session.ends_at + timedelta(minutes=5)
    if meeting.days < 0:
        sessions.complete_session(session=session, by=by, now=after)
    if meeting.note:
        notes.write_note(client=client, session=session, text=meeting.note, by=by, now=after)
    return session
