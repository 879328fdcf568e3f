"""The demo practice: believable, dated around today, and for development only."""

from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import Count

from coaching import demo
from coaching.demo import people
from coaching.models import (
    Client,
    CoachingProfile,
    CoachingSession,
    Commitment,
    Consent,
    Goal,
    GoalDelta,
    Note,
    Speaker,
    Transcript,
    User,
    Utterance,
)
from coaching.models.consents import standings_of
from journeyloop.tenancy import tenant

NOTES = [
    note
    for person in people.PEOPLE
    for note in (person.note, *(meeting.note for meeting in person.meetings))
    if note
]


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note[:24])
def test_a_note_is_as_long_as_a_coach_writes(note: str) -> None:
    assert 60 <= len(note.split()) <= 150


@pytest.mark.django_db
@pytest.mark.parametrize("hour", [0, 5, 13, 23])
@pytest.mark.parametrize("day", [18, 21])
def test_there_is_something_today_and_something_to_come(day: int, hour: int) -> None:
    now = datetime(2026, 3, day, hour, 30, tzinfo=UTC)

    practice = demo.make(now=now)

    with tenant(practice.coach.pk):
        every = CoachingSession.objects.all()
        today = [session for session in every if session.starts_at.date() == now.date()]
        assert len(today) == 2
        assert every.filter(starts_at__gt=now, status="scheduled").exists()
        assert all(
            8 <= session.starts_at.astimezone(practice.coach.user.zone).hour <= 17 for session in every
        )
        assert not every.filter(status="completed", starts_at__gt=now).exists()
        assert not Note.objects.filter(created_at__gt=now).exists()
        assert not Consent.objects.filter(at__gt=now).exists()
        assert not GoalDelta.objects.filter(at__gt=now).exists()
        assert not Commitment.objects.filter(settled_at__gt=now).exists()


@pytest.mark.django_db
def test_it_shows_each_kind_of_thing() -> None:
    practice = demo.make(now=datetime(2026, 3, 18, 7, 0, tzinfo=UTC))

    with tenant(practice.coach.pk):
        assert Client.objects.count() == 5
        statuses = CoachingSession.objects.values("status").annotate(number=Count("pk"))
        assert {row["status"] for row in statuses} == {"scheduled", "completed", "cancelled", "missed"}
        assert Client.objects.get(user__email="client@demo.local").name == "Adaeze Okonkwo"
        assert Client.objects.filter(status="paused").count() == 1
        assert {goal.status for goal in Goal.objects.kept()} == {"active", "paused"}
        assert {each.status for each in Commitment.objects.all()} == {"open", "done", "dropped"}
        assert Commitment.objects.waiting_on_coach().count() == 3
        ruth = Client.objects.get(name="Ruth Abelson")
        assert [each.given for each in standings_of(ruth).values()].count(True) == 1
    with tenant(practice.newcomer.pk):
        assert not Client.objects.exists()


@pytest.mark.django_db
def test_everybody_signs_in_with_the_password_that_is_shown() -> None:
    demo.make(now=datetime(2026, 3, 18, 7, 0, tzinfo=UTC))

    for email, _ in demo.SIGN_INS:
        user = authenticate(email=email, password=demo.PASSWORD)
        assert isinstance(user, User)
        assert user.emailaddress_set.get().verified
    assert User.objects.get(email="operator@demo.local").is_staff


@pytest.mark.django_db
def test_the_command_refuses_outside_development(settings: object) -> None:
    settings.DEBUG = False  # type: ignore[attr-defined]

    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo")

    assert not User.objects.exists()


def run(**options: bool) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


def test_the_command_keeps_what_is_there_and_resets_on_request(committed: None, settings: object) -> None:
    settings.DEBUG = True  # type: ignore[attr-defined]
    with time_machine.travel(datetime(2026, 3, 18, 7, 0, tzinfo=UTC), tick=False):
        assert "Password: journeyloop-demo" in run()
        first = CoachingProfile.objects.get(user__email="coach@demo.local")

        assert "already" in run()
        assert CoachingProfile.objects.get(user__email="coach@demo.local") == first

        run(reset=True)

    again = CoachingProfile.objects.get(user__email="coach@demo.local")
    assert again != first
    assert User.objects.count() == 4
    with tenant(again.pk):
        assert Client.objects.count() == 5


@pytest.mark.django_db
def test_three_sessions_in_a_row_have_their_words() -> None:
    practice = demo.make(now=datetime(2026, 3, 18, 9, 30, tzinfo=UTC))

    with tenant(practice.coach.pk):
        read = list(Transcript.objects.order_by("session__starts_at").select_related("client"))
        assert [(each.status, each.client.name) for each in read] == [("read", "Tomás Ferreira")] * 3
        assert all(each.utterance_count >= 60 and not each.remarks for each in read)
        assert set(Speaker.objects.values_list("label", "role")) == {("Maya", "coach"), ("Tomás", "client")}
        assert not Transcript.objects.filter(speakers_named_at__isnull=True).exists()
        assert Utterance.objects.search('"standing guard over a story"').count() == 1
