"""Reading a transcript: the file out of its row, into a process of its own, and what was said back."""

from django.utils import timezone

from coaching.actions import transcripts
from coaching.actions.consents import NoConsentError
from coaching.models import Transcript
from coaching.transcripts.apart import read_apart
from coaching.transcripts.shapes import Reading, TranscriptError
from companion.actions import errands
from companion.actions.errands import Claim, ErrandError
from companion.api import events
from companion.api.errands import analyse_when_read
from companion.models import Errand
from companion.scheduling.database import Database
from journeyloop.tenancy import tenant


async def read_transcript(claim: Claim, errand: Errand, database: Database) -> None:
    """Read the errand's file and store what was said, or say why it cannot be read."""
    try:
        content = await database.run(_open, claim, errand)
        reading = await read_apart(content)
        await database.run(_keep, claim, errand, reading)
    except TranscriptError as error:
        await database.run(_leave, claim, errand, error)
    except Transcript.DoesNotExist:
        await database.run(_drop, claim)


def _open(claim: Claim, errand: Errand) -> bytes:
    with tenant(claim.coach_id):
        try:
            return transcripts.begin_reading(transcript=_transcript(errand))
        except NoConsentError as refusal:
            raise ErrandError("no_consent", f"{refusal} The file is kept.") from refusal


def _keep(claim: Claim, errand: Errand, reading: Reading) -> None:
    with tenant(claim.coach_id):
        try:
            read = transcripts.keep_reading(
                transcript=_transcript(errand), reading=reading, now=timezone.now()
            )
        except NoConsentError as refusal:
            raise ErrandError("no_consent", f"{refusal} The file is kept.") from refusal
        events.tell(claim.coach_id, errands.finish(claim=claim))
        analyse_when_read(read)


def _leave(claim: Claim, errand: Errand, error: TranscriptError) -> None:
    with tenant(claim.coach_id):
        # The errand first: so does a withdrawal, and the two must not wait for each other.
        failed = errands.fail(claim=claim, error=ErrandError("unreadable", error.words))
        transcripts.leave_unread(transcript=_transcript(errand), words=error.words, line=error.line)
        events.tell(claim.coach_id, failed.told)


def _drop(claim: Claim) -> None:
    """End an errand whose transcript was deleted: there is nothing to say about it."""
    with tenant(claim.coach_id):
        events.tell(claim.coach_id, errands.finish(claim=claim))


def _transcript(errand: Errand) -> Transcript:
    """Find the errand's transcript. Raises DoesNotExist when it was deleted meanwhile."""
    if errand.transcript_id is None:
        raise Transcript.DoesNotExist
    found: Transcript = (
        Transcript.objects.select_related("client").without_file().get(pk=errand.transcript_id)
    )
    return found
