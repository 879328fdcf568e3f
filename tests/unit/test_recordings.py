"""A recording becomes words only where a transcriber is named and both consents stand."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from coaching import consents as wordings
from coaching.actions import consents, transcripts
from coaching.actions.consents import NoConsentError
from coaching.actions.transcripts import File
from coaching.consents import Purpose
from coaching.forms.transcripts import UploadForm
from coaching.models import CoachingProfile, CoachingSession, Transcript, Utterance
from companion.actions.leases import ERRANDS
from companion.models import CompanionState, Errand
from companion.scheduling.brains import open_brain
from companion.scheduling.database import Database
from companion.scheduling.errands import carry_out
from journeyloop.tenancy import tenant
from tests import factories
from tests.factories import NOON
from tests.fakes.talk import agree
from tests.fakes.transcriber import Transcriber, transcriber

pytestmark = pytest.mark.usefixtures("committed")

SOUND = b"ID3\x04" + b"\x00" * 200
SAID = {
    "task": "transcribe",
    "text": "How was Sunday? I slept <b>well</b>.",
    "segments": [
        {"id": 0, "start": 0.0, "end": 2.5, "text": " How was Sunday?"},
        {"id": 1, "start": 2.5, "end": 6.0, "text": " I slept <b>well</b>."},
    ],
}
TOLD_APART = {
    "task": "transcribe",
    "text": "",
    "segments": [
        {"type": "x", "id": "a", "start": 0.0, "end": 2.0, "text": "How was Sunday?", "speaker": "Alice"},
        {"type": "x", "id": "b", "start": 2.0, "end": 4.0, "text": "I slept.", "speaker": "Tomás"},
    ],
}


@pytest.fixture
def ear(settings: Settings) -> Iterator[Transcriber]:
    with transcriber() as fake:
        settings.TRANSCRIBER, settings.TRANSCRIBER_API_KEY = "own:whisper-large", "a-key"
        settings.TRANSCRIBER_BASE_URL = fake.url
        fake.answer = SAID
        yield fake


@pytest.fixture
def session(ear: Transcriber) -> CoachingSession:
    """A session whose client agreed to both."""
    coach: CoachingProfile = factories.make_newcomer()
    with tenant(coach.pk):
        held: CoachingSession = factories.make_session(factories.make_client(), NOON - timedelta(hours=2))
        for purpose in (Purpose.RECORD, Purpose.AI_PROCESSING):
            agree(held.client, purpose)
    return held


def bring(session: CoachingSession) -> Transcript:
    with tenant(session.coach_id):
        file = File(name="talk.mp3", content=SOUND)
        return transcripts.receive(session=session, file=file, by=session.coach.user, now=NOON)


def heard(session: CoachingSession) -> Transcript:
    """Let the worker's own hands turn it into words."""

    (lease,) = ERRANDS.claim(limit=1)

    async def run() -> None:
        database = Database()
        try:
            await carry_out(lease, brain=open_brain("offline"), database=database)
        finally:
            database.close()

    asyncio.run(run())
    with tenant(session.coach_id):
        return Transcript.objects.get(session=session)


def test_a_recording_is_sent_once_and_its_words_land_with_their_times(
    session: CoachingSession, ear: Transcriber
) -> None:
    bring(session)

    transcript = heard(session)

    (asked,) = ear.asked
    assert (asked["file"], asked["model"], asked["authorization"]) == (
        SOUND,
        b"whisper-large",
        b"Bearer a-key",
    )
    assert (transcript.status, transcript.content, transcript.format) == ("read", None, "sound")
    assert "mishears" in transcript.remarks
    with tenant(session.coach_id):
        said = Utterance.objects.order_by("number").values_list("text", "starts_ms")
        assert list(said) == [("How was Sunday?", 0), ("I slept <b>well</b>.", 2500)]


def test_voices_that_are_told_apart_stay_apart(
    session: CoachingSession, ear: Transcriber, settings: Settings
) -> None:
    settings.TRANSCRIBER, ear.answer = "own:some-diarize", TOLD_APART
    bring(session)

    heard(session)

    assert ear.asked[0]["response_format"] == b"diarized_json"
    with tenant(session.coach_id):
        said = Utterance.objects.order_by("number").values_list("speaker__label", "text")
        assert list(said) == [("Alice", "How was Sunday?"), ("Tomás", "I slept.")]


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [(500, "queued", ""), (401, "failed", "does not let us in"), (400, "failed", "could make nothing")],
)
def test_what_goes_wrong_is_said_and_the_recording_kept(
    session: CoachingSession, ear: Transcriber, status: int, outcome: str, words: str
) -> None:
    ear.status, ear.answer = status, {"error": {"message": "no", "type": "x", "code": None}}
    bring(session)

    transcript = heard(session)

    assert bytes(transcript.content or b"") == SOUND
    assert words in transcript.problem
    with tenant(session.coach_id):
        assert Errand.objects.get().status == outcome


@pytest.mark.parametrize("purpose", [Purpose.RECORD, Purpose.AI_PROCESSING])
def test_without_either_consent_nothing_is_kept(session: CoachingSession, purpose: Purpose) -> None:
    withdraw(session, purpose)

    with pytest.raises(NoConsentError):
        bring(session)

    with tenant(session.coach_id):
        assert not Transcript.objects.exists()


def test_consent_that_is_taken_back_before_it_is_sent_keeps_it_unsent(
    session: CoachingSession, ear: Transcriber
) -> None:
    bring(session)
    withdraw(session, Purpose.AI_PROCESSING)

    transcript = heard(session)

    assert ear.asked == []
    assert transcript.status == "failed"
    assert "The file is kept" in transcript.problem


def test_a_companys_hearing_is_paid_out_of_the_daily_budget(
    session: CoachingSession, ear: Transcriber, settings: Settings
) -> None:
    settings.TRANSCRIBER = "openai:whisper-1"
    with tenant(session.coach_id):
        agree(session.client, Purpose.AI_PROCESSING)
        CompanionState.objects.update(daily_budget_usd=0)
    bring(session)

    transcript = heard(session)

    assert ear.asked == []
    assert "budget is used up" in transcript.problem
    assert bytes(transcript.content or b"") == SOUND


def withdraw(session: CoachingSession, purpose: Purpose) -> None:
    with tenant(session.coach_id):
        agree(session.client, purpose, given=False, now=NOON + timedelta(minutes=1))


def test_naming_a_transcriber_asks_every_client_again(session: CoachingSession, settings: Settings) -> None:
    wording = wordings.wording(Purpose.AI_PROCESSING)
    settings.TRANSCRIBER = "openai:whisper-1"

    with tenant(session.coach_id):
        assert "on the practice's own server" in wording.text
        assert "OpenAI, which is sent the sound" in wordings.wording(Purpose.AI_PROCESSING).text
        assert not consents.stands(client=session.client, purpose=Purpose.AI_PROCESSING)


def test_without_a_transcriber_a_recording_is_refused_and_the_form_asks_for_none(
    ear: Transcriber, settings: Settings
) -> None:
    offered = UploadForm().fields["file"].widget.attrs["accept"]
    settings.TRANSCRIBER = ""

    assert "audio/*" in offered
    assert "audio/*" not in UploadForm().fields["file"].widget.attrs["accept"]
