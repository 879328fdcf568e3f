"""A transcript from the file to its utterances, through the worker's own hands and a process of its own."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from coaching.actions import consents, transcripts
from coaching.actions.consents import NoConsentError
from coaching.actions.transcripts import File
from coaching.consents import Purpose
from coaching.models import Client, CoachingProfile, CoachingSession, Speaker, Transcript, Utterance
from companion.actions import errands
from companion.actions.leases import ERRANDS
from companion.models import Errand
from companion.scheduling.database import Database
from companion.scheduling.errands import carry_out
from journeyloop.tenancy import tenant
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.usefixtures("committed")

TALK = b"""WEBVTT

00:01.000 --> 00:04.000
<v Alice>What would make this hour useful?

00:04.000 --> 00:09.500
<v Tom\xc3\xa1s>I would like to sleep on Sundays.
"""
OTHER = b"Alice: How was Sunday?\nTom\xc3\xa1s: I slept.\n"
BROKEN = b"WEBVTT\n\n00:01.000 --> later\nHello\n"


@pytest.fixture
def coach() -> CoachingProfile:
    return factories.make_newcomer()


@pytest.fixture
def session(coach: CoachingProfile) -> CoachingSession:
    with tenant(coach.pk):
        return factories.make_session(factories.make_client(), NOON - timedelta(hours=2))


@pytest.fixture
def agreed(session: CoachingSession) -> CoachingSession:
    say(session, given=True)
    return session


def say(session: CoachingSession, *, given: bool) -> None:
    with tenant(session.coach_id):
        consents.record(
            client=session.client,
            purpose=Purpose.RECORD,
            given=given,
            method="said",
            by=session.coach.user,
            now=NOON,
        )


def bring(session: CoachingSession, content: bytes, *, name: str = "talk.vtt", **how: bool) -> Transcript:
    with tenant(session.coach_id):
        return transcripts.receive(
            session=session, file=File(name=name, content=content), by=session.coach.user, now=NOON, **how
        )


def work() -> None:
    """Carry whatever is due, as the worker does."""

    async def carry() -> None:
        database = Database()
        for lease in await database.run(ERRANDS.claim, limit=9):
            await carry_out(lease, brain=None, database=database)  # type: ignore[arg-type]
        database.close()

    asyncio.run(carry())


def look(session: CoachingSession) -> list[Transcript]:
    with tenant(session.coach_id):
        return list(Transcript.objects.of_session(session).order_by("created_at", "id"))


def said(session: CoachingSession) -> list[tuple[str, str]]:
    with tenant(session.coach_id):
        return [(each.speaker.label, each.text) for each in Utterance.objects.of_session(session)]


def test_a_file_becomes_utterances_with_speakers_and_times(agreed: CoachingSession) -> None:
    bring(agreed, TALK)
    work()

    (transcript,) = look(agreed)
    assert (transcript.status, transcript.format, transcript.content) == ("read", "vtt", None)
    assert (transcript.utterance_count, transcript.word_count) == (2, 13)
    assert said(agreed) == [
        ("Alice", "What would make this hour useful?"),
        ("Tomás", "I would like to sleep on Sundays."),
    ]
    with tenant(agreed.coach_id):
        second = Utterance.objects.get(number=2)
        assert (second.starts_ms, second.ends_ms) == (4_000, 9_500)
        assert dict(Speaker.objects.values_list("label", "role")) == {"Alice": "coach", "Tomás": "client"}
        assert Errand.objects.get().status == "done"


def test_without_consent_nothing_is_kept(session: CoachingSession) -> None:
    with pytest.raises(NoConsentError):
        bring(session, TALK)

    assert look(session) == []
    with tenant(session.coach_id):
        assert not Errand.objects.exists()


def test_a_file_that_cannot_be_read_is_kept_with_its_line(agreed: CoachingSession) -> None:
    bring(agreed, BROKEN)
    work()

    (transcript,) = look(agreed)
    assert (transcript.status, transcript.problem_line) == ("failed", 3)
    assert "Line 3" in transcript.problem
    assert bytes(transcript.content or b"") == BROKEN


def test_a_failed_file_can_be_read_again(agreed: CoachingSession) -> None:
    transcript = bring(agreed, BROKEN)
    work()
    with tenant(agreed.coach_id):
        Transcript.objects.update(content=TALK)
        assert transcripts.read_again(transcript=transcript, by=agreed.coach.user)
        assert not transcripts.read_again(transcript=transcript, by=agreed.coach.user)
    work()

    assert [each.status for each in look(agreed)] == ["read"]


def test_a_newer_file_takes_the_place_only_once_it_is_read(agreed: CoachingSession) -> None:
    bring(agreed, TALK)
    work()
    bring(agreed, BROKEN, replaces=True)
    work()
    assert [each.status for each in look(agreed)] == ["read", "failed"]
    assert len(said(agreed)) == 2

    bring(agreed, OTHER, replaces=True)
    work()

    (transcript,) = look(agreed)
    assert transcript.format == "txt"
    assert said(agreed) == [("Alice", "How was Sunday?"), ("Tomás", "I slept.")]


def test_a_transcript_is_replaced_only_when_the_coach_says_so(agreed: CoachingSession) -> None:
    bring(agreed, TALK)
    with pytest.raises(transcripts.StillReadingError):
        bring(agreed, OTHER)
    work()

    with pytest.raises(transcripts.TranscriptHereError):
        bring(agreed, OTHER)
    with pytest.raises(transcripts.SameTranscriptError):
        bring(agreed, TALK, replaces=True)


def test_nothing_was_said_in_a_session_that_lies_ahead(coach: CoachingProfile) -> None:
    with tenant(coach.pk):
        ahead = factories.make_session(factories.make_client(), NOON + timedelta(hours=1))
    say(ahead, given=True)

    with pytest.raises(transcripts.SessionAheadError):
        bring(ahead, TALK)


@pytest.mark.parametrize("moment", ["before it is read", "while it is read"])
def test_a_withdrawal_stops_the_reading(
    agreed: CoachingSession, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(agreed, TALK)
    if moment == "before it is read":
        say(agreed, given=False)
    else:
        during(monkeypatch, lambda: say(agreed, given=False))
    work()

    (transcript,) = look(agreed)
    assert (transcript.status, transcript.problem) == ("failed", transcripts.STOPPED)
    assert bytes(transcript.content or b"") == TALK
    assert said(agreed) == []
    with tenant(agreed.coach_id):
        assert Errand.objects.get().status == "cancelled"


def test_a_transcript_that_is_deleted_while_it_is_read_stays_deleted(
    agreed: CoachingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript = bring(agreed, TALK)

    def delete() -> None:
        with tenant(agreed.coach_id):
            transcripts.delete(transcript=transcript, by=agreed.coach.user)

    during(monkeypatch, delete)
    work()

    assert look(agreed) == []
    assert said(agreed) == []
    with tenant(agreed.coach_id):
        assert Errand.objects.get().status == "done", "nothing is left to do"


def test_an_errand_that_breaks_for_good_leaves_a_file_that_can_be_read_again(
    agreed: CoachingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(agreed, TALK)
    with tenant(agreed.coach_id):
        Errand.objects.update(attempts=2)

    def explode() -> None:
        raise ValueError("nobody expected this")

    during(monkeypatch, explode)
    work()

    (transcript,) = look(agreed)
    assert (transcript.status, transcript.problem) == ("failed", errands.WORDS["broken"])


def during(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]) -> None:
    """Let this happen between the file's way out and the reading's way in."""
    from companion.scheduling import reading

    read = reading.read_apart

    async def read_and(content: bytes) -> object:
        answer = await read(content)
        await Database().run(deed)
        return answer

    monkeypatch.setattr(reading, "read_apart", read_and)


def test_withdrawing_offers_to_delete_the_transcripts(agreed: CoachingSession) -> None:
    bring(agreed, TALK)
    work()
    client: Client = agreed.client

    with tenant(agreed.coach_id):
        (derived,) = transcripts.derived_from_recording(client)
        assert derived.count == 1
        transcripts.delete_recording(client=client, by=agreed.coach.user, now=NOON)

    assert look(agreed) == []


def test_the_coach_says_who_is_who(agreed: CoachingSession) -> None:
    transcript = bring(agreed, TALK)
    work()

    with tenant(agreed.coach_id):
        transcripts.name_speakers(
            transcript=transcript,
            roles={1: Speaker.Role.CLIENT, 2: Speaker.Role.COACH},
            by=agreed.coach.user,
            now=NOON,
        )
        assert dict(Speaker.objects.values_list("label", "role")) == {"Alice": "client", "Tomás": "coach"}
        assert Transcript.objects.get().speakers_named_at == NOON
