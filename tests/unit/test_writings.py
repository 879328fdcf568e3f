"""Writes that are written once and sent together."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from coaching.models import Client, CoachingProfile, User
from companion.models import Conversation, Message, Turn, UsageEntry
from journeyloop.ids import uuid7
from journeyloop.tenancy import tenant
from journeyloop.tenancy.readings import slot
from journeyloop.tenancy.writings import Change, NewRow, write
from tests import factories
from tests.fakes.attempts import say

NEW = NewRow(
    lambda: Turn(
        id=slot("id"), conversation_id=slot("conversation"), number=slot("number"), refusals=slot("refusals")
    )
)
COUNTED = Change(lambda: Conversation.objects.filter(pk=slot("conversation")), last_number=slot("number"))


def test_a_change_and_a_row_go_together(
    practice: CoachingProfile, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    conversation = Conversation.objects.get()
    key = uuid7()

    with django_assert_num_queries(1):  # type: ignore[operator]
        _, (turn,) = write(
            COUNTED(conversation=conversation.pk, number=7),
            NEW(id=key, conversation=conversation.pk, number=7, refusals='["no"]'),
        )

    stored = Turn.objects.get(pk=key)
    assert turn == stored
    assert (turn.coach_id, turn.status, turn.refusals) == (practice.pk, "queued", ["no"])
    assert turn.queued_at == stored.queued_at
    assert Conversation.objects.get().last_number == 7


def test_the_rows_are_of_whoever_is_open(coach: User, stranger: User) -> None:
    for user in (coach, stranger):
        factories.unlock(user.coaching_profile)
        with tenant(user.coaching_profile.pk):
            turn = say()
            used = NewRow(
                lambda: UsageEntry(
                    id=slot("id"), turn_id=slot("turn"), fence=slot("fence"), reserved_usd=slot("usd")
                )
            )
            write(used(id=uuid7(), turn=turn.pk, fence=1, usd=0))
            assert UsageEntry.objects.get().coach_id == user.coaching_profile.pk


def test_no_change_reaches_another_practice(coach: User, stranger: User) -> None:
    with tenant(coach.coaching_profile.pk):
        client = factories.make_client("Of Alice")
    renamed = Change(lambda: Client.objects.filter(pk=slot("client")), name=slot("name"))

    with tenant(stranger.coaching_profile.pk):
        write(renamed(client=client.pk, name="Of Bob"))

    with tenant(coach.coaching_profile.pk):
        assert Client.objects.get().name == "Of Alice"


def test_what_differs_from_row_to_row_needs_a_slot(practice: CoachingProfile) -> None:
    frozen = NewRow(lambda: Message(conversation_id=slot("conversation"), turn_id=slot("turn")))

    with pytest.raises(TypeError, match=r"Message\.id needs a slot"):
        write(frozen(conversation=uuid7(), turn=uuid7()))


def test_a_time_that_django_would_have_set_is_missed_loudly(practice: CoachingProfile) -> None:
    unset = NewRow(lambda: Client(id=slot("id"), name=slot("name")))
    at_once = NewRow(lambda: Client(id=slot("id"), name=slot("name"), updated_at=slot("now")))

    with pytest.raises(DatabaseError, match="updated_at"), transaction.atomic():
        write(unset(id=uuid7(), name="Noor"))
    ((client,),) = write(at_once(id=uuid7(), name="Noor", now=datetime(2026, 3, 1, tzinfo=UTC)))

    assert Client.objects.get() == client
