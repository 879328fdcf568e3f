"""Plain functions that make rows. Tenant rows need an open door."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from coaching.models import Client, CoachingProfile, CoachingSession, Note, User
from companion.actions import bootstrapping, conversations, personality, provisioning
from companion.models import Conversation, Message, PersonalityVersion, Turn
from journeyloop.tenancy import tenant

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
"""A Tuesday; the "now" of tests that need one."""

PASSWORD = "correct-horse-battery"


def make_coach(
    email: str = "", *, name: str = "Alice Moreau", time_zone: str = "Europe/Lisbon", unlocked: bool = False
) -> CoachingProfile:
    """A coach with a practice, and with their companion when `unlocked`."""
    user = User.objects.create_user(
        email or f"{uuid4()}@example.com",
        PASSWORD,
        name=name,
        time_zone=time_zone,
        time_zone_confirmed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    coach = CoachingProfile.objects.create(user=user)
    if unlocked:
        unlock(coach)
    return coach


def make_newcomer(**fields: Any) -> CoachingProfile:
    """A coach who has opened the companion once; it does not know them yet."""
    coach = make_coach(**fields)
    with tenant(coach.pk):
        provisioning.provision(coach=coach)
    return coach


def unlock(coach: CoachingProfile) -> None:
    """Let the companion know the coach, so that its abilities are unlocked."""
    with tenant(coach.pk):
        provisioning.provision(coach=coach)
        for layer in ("soul", "identity", "coach_knowledge"):
            personality.write_layer(
                layer=layer,
                text=f"What matters for {layer}.",
                source=PersonalityVersion.Source.COACH,
                by=coach.user,
            )
        bootstrapping.complete_if_ready(by=coach.user, now=datetime(2026, 3, 1, tzinfo=UTC))


def make_client(name: str = "Tomás Ferreira", **fields: Any) -> Client:
    """A client of the open tenant."""
    return Client.objects.create(name=name, **{"email": "tomas@example.com", **fields})


def make_session(client: Client, starts_at: datetime, **fields: Any) -> CoachingSession:
    """A session with that client."""
    fields = {"time_zone": "Europe/Lisbon", **fields}
    if fields.get("status") == "completed":
        fields.setdefault("completed_at", starts_at + timedelta(hours=1))
    if fields.get("status") == "cancelled":
        fields.setdefault("cancelled_at", starts_at - timedelta(hours=1))
    return CoachingSession.objects.create(client=client, starts_at=starts_at, **fields)


def make_note(client: Client, text: str = "Came in with a list.", **fields: Any) -> Note:
    """A private note on that client."""
    return Note.objects.create(client=client, text=text, **fields)


def make_turn(text: str = "Good morning", *, status: str = Turn.Status.QUEUED, **fields: Any) -> Turn:
    """The coach's message and its turn, in a state of your choice. Needs a provisioned companion."""
    turn = conversations.say(text=text).turn
    Turn.objects.filter(pk=turn.pk).update(status=status, **fields)
    turn.refresh_from_db()
    return turn


def make_exchange(said: str = "Good morning", answered: str = "Good morning, Alice.") -> Turn:
    """A turn that is over, with its answer."""
    turn = make_turn(said, status=Turn.Status.DONE)
    conversation = Conversation.objects.get(pk=turn.conversation_id)
    conversation.last_number += 1
    conversation.save(update_fields=["last_number"])
    Message.objects.create(
        conversation=conversation,
        turn=turn,
        number=conversation.last_number,
        role=Message.Role.COMPANION,
        text=answered,
    )
    return turn
