"""Reading a transcript: the file out of its row, into a process of its own, and what was said back."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from html import escape

from django.utils import timezone

from coaching import consents
from coaching.actions import transcripts
from coaching.actions.consents import NoConsentError
from coaching.models import Transcript
from coaching.transcripts import kinds
from coaching.transcripts.apart import read_apart
from coaching.transcripts.shapes import Reading, TranscriptError
from companion.actions import errands, provisioning, usage
from companion.actions.errands import ErrandError
from companion.actions.leases import Lease
from companion.api import events
from companion.api.errands import analyse_when_read
from companion.engine.hearing import Heard, NotHeardError, Transcriber
from companion.models import Errand
from companion.scheduling.database import Database
from companion.scheduling.executor import Brain
from journeyloop.tenancy import tenant

USD_A_BYTE = Decimal("0.0000001")
"""For reserving only: speech that is packed as tightly as can be, at more than any company asks."""
NOBODY_HEARS = "There is nobody here any more who turns recordings into words. Bring a transcript instead."
HEARD = "Turned into words by a program, which mishears: compare what matters with the recording."
BUDGET_SPENT = "Today's AI budget is used up. The recording is kept; try again tomorrow."


async def read_transcript(lease: Lease, errand: Errand, brain: Brain, database: Database) -> None:
    """Read the errand's file and store what was said, or say why it cannot be read."""
    try:
        content = await database.run(_open, lease, errand)
        is_sound = kinds.is_sound(content[: kinds.HEAD])
        reading = await (_hear(content, brain.transcriber) if is_sound else read_apart(content))
        await database.run(_keep, lease, errand, reading)
    except TranscriptError as error:
        await database.run(_leave, lease, errand, error)
    except Transcript.DoesNotExist:
        await database.run(_drop, lease)


async def _hear(sound: bytes, transcriber: Transcriber | None) -> Reading:
    """Have a recording turned into words; nothing of the database is held meanwhile."""
    if transcriber is None:
        raise TranscriptError(NOBODY_HEARS)
    try:
        heard = await transcriber.hear(sound, name=f"recording.{kinds.sound_ending(sound[: kinds.HEAD])}")
    except NotHeardError as error:
        raise ErrandError("not_heard", error.words, retryable=error.retryable) from error
    if not heard:
        raise TranscriptError("Nobody says anything in this recording.")
    # What came over the network is read like any file: apart, and within the same limits.
    reading = await read_apart(_as_file(heard).encode())
    return replace(reading, format="sound", remarks=[HEARD, *reading.remarks])


def _as_file(heard: Sequence[Heard]) -> str:
    if any(each.starts_ms is None for each in heard):
        return "\n".join(f"{each.speaker}: {each.text}" if each.speaker else each.text for each in heard)
    return "\n".join(["WEBVTT\n", *map(_cue, heard)])


def _cue(each: Heard) -> str:
    start = each.starts_ms or 0
    text, speaker = (escape(" ".join(words.split()), quote=False) for words in (each.text, each.speaker))
    voice = f"<v {speaker}>" if speaker else ""
    return f"{_time(start)} --> {_time(max(each.ends_ms or 0, start + 1))}\n{voice}{text}\n"


def _time(milliseconds: int) -> str:
    seconds, part = divmod(milliseconds, 1_000)
    return f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{part:03}"


def _open(lease: Lease, errand: Errand) -> bytes:
    with tenant(lease.coach_id):
        try:
            content = transcripts.begin_reading(transcript=_transcript(errand))
        except NoConsentError as refusal:
            raise ErrandError("no_consent", f"{refusal} The file is kept.") from refusal
        if kinds.is_sound(content[: kinds.HEAD]) and consents.hearer() not in {"", consents.OWN}:
            _reserve(lease, errand, size=len(content))
        return content


def _reserve(lease: Lease, errand: Errand, *, size: int) -> None:
    """Set aside what a company may ask for hearing it. Nobody says afterwards, so it stays with that."""
    provisioning.provision(coach=errand.coach)
    try:
        usage.reserve(
            call=usage.Call(work=errand, fence=lease.fence),
            model_name="transcriber",
            worst_usd=USD_A_BYTE * size,
            now=timezone.now(),
        )
    except usage.BudgetSpentError as error:
        raise ErrandError("budget", BUDGET_SPENT) from error


def _keep(lease: Lease, errand: Errand, reading: Reading) -> None:
    with tenant(lease.coach_id):
        try:
            read = transcripts.keep_reading(
                transcript=_transcript(errand), reading=reading, now=timezone.now()
            )
        except NoConsentError as refusal:
            raise ErrandError("no_consent", f"{refusal} The file is kept.") from refusal
        events.tell(lease.coach_id, errands.finish(lease=lease))
        analyse_when_read(read)


def _leave(lease: Lease, errand: Errand, error: TranscriptError) -> None:
    with tenant(lease.coach_id):
        # The errand first: so does a withdrawal, and the two must not wait for each other.
        failed = errands.fail(lease=lease, error=ErrandError("unreadable", error.words))
        transcripts.leave_unread(transcript=_transcript(errand), words=error.words, line=error.line)
        events.tell(lease.coach_id, failed.told)


def _drop(lease: Lease) -> None:
    """End an errand whose transcript was deleted: there is nothing to say about it."""
    with tenant(lease.coach_id):
        events.tell(lease.coach_id, errands.finish(lease=lease))


def _transcript(errand: Errand) -> Transcript:
    """Find the errand's transcript. Raises DoesNotExist when it was deleted meanwhile."""
    if errand.transcript_id is None:
        raise Transcript.DoesNotExist
    found: Transcript = (
        Transcript.objects.select_related("client").without_file().get(pk=errand.transcript_id)
    )
    return found
