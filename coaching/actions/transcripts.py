"""
Everything that happens to a transcript: it comes in, is read or cannot be, is understood, is deleted.

Each function is one short transaction. Reading itself happens elsewhere, between `begin_reading` and
`keep_reading` or `leave_unread`.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from coaching.actions import consents
from coaching.consents import Purpose
from coaching.models import Client, CoachingSession, Speaker, Transcript, User, Utterance
from coaching.transcripts import kinds
from coaching.transcripts.guessing import guess_roles
from coaching.transcripts.shapes import Reading
from coaching.withdrawals import Derived

log = structlog.get_logger(__name__)

Status = Transcript.Status
AT_ONCE = 2_000
"""Utterances stored by one statement."""
STOPPED = "The client no longer agrees to being recorded, so it was not read."


class TranscriptHereError(Exception):
    """The session has a transcript and nobody said that this one should take its place."""


class SameTranscriptError(Exception):
    """This very file is the session's transcript already."""


class StillReadingError(Exception):
    """A file of this session is being read; it has to come to its end first."""


class SessionAheadError(Exception):
    """The session has not begun, so nothing can have been said in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What was brought: its name is for people, its content says what it is."""

    name: str
    content: bytes


def _nobody(_transcript: Transcript) -> None:
    return None


_ask_to_read: Callable[[Transcript], object] = _nobody


def read_by(ask: Callable[[Transcript], object]) -> None:
    """Say how somebody is asked to read a transcript that has come in, in its transaction."""
    global _ask_to_read  # noqa: PLW0603 # one per process, set while it starts
    _ask_to_read = ask


def _nothing(*, session: CoachingSession) -> None:
    return None


_forget: Callable[..., None] = _nothing


def forgotten_by(forget: Callable[..., None]) -> None:
    """Say how what was made out of a session's words is deleted, in the transaction that deletes them."""
    global _forget  # noqa: PLW0603 # one per process, set while it starts
    _forget = forget


@transaction.atomic
def receive(
    *, session: CoachingSession, file: File, by: User, now: datetime, replaces: bool = False
) -> Transcript:
    """
    Keep a file and have it read. A transcript that is there stays until the new one has been read.

    Raises NoConsentError before anything is looked at; SessionAheadError, StillReadingError,
    TranscriptHereError unless `replaces`, SameTranscriptError.
    """
    _require(session.client, file.content)
    if session.starts_at > now:
        raise SessionAheadError(f"session {session.pk} begins later")
    digest = hashlib.sha256(file.content).hexdigest()
    _make_room(session, digest, replaces=replaces)
    transcript = Transcript(
        session=session,
        client=session.client,
        file_name=file.name,
        content=file.content,
        size=len(file.content),
        sha256=digest,
        uploaded_by=by,
        created_at=now,
    )
    transcript.save()
    _ask_to_read(transcript)
    log.info("transcript.received", transcript=str(transcript.pk), size=transcript.size, by=str(by.pk))
    return transcript


def _require(client: Client, content: bytes) -> None:
    """Ask for consent to the recording, and for sound also to AI, which turns it into words."""
    consents.require(client=client, purpose=Purpose.RECORD)
    if kinds.is_sound(content[: kinds.HEAD]):
        consents.require(client=client, purpose=Purpose.AI_PROCESSING)


def _make_room(session: CoachingSession, digest: str, *, replaces: bool) -> None:
    """Drop a file that could not be read: a better one has come."""
    there = list(Transcript.objects.of_session(session).without_file())
    if any(each.is_unfinished for each in there):
        raise StillReadingError(f"a file of session {session.pk} is being read")
    for each in there:
        if each.is_read and each.sha256 == digest:
            raise SameTranscriptError(f"transcript {each.pk} is the same file")
        if each.is_read and not replaces:
            raise TranscriptHereError(f"session {session.pk} has transcript {each.pk}")
    Transcript.objects.of_session(session).coming().delete()


@transaction.atomic
def read_again(*, transcript: Transcript, by: User) -> bool:
    """Have a file read once more that could not be read. Raises NoConsentError."""
    consents.require(client=transcript.client, purpose=Purpose.RECORD)
    failed = Transcript.objects.filter(pk=transcript.pk, status=Status.FAILED)
    if not failed.update(status=Status.RECEIVED, problem="", problem_line=None):
        return False
    _ask_to_read(transcript)
    log.info("transcript.again", transcript=str(transcript.pk), by=str(by.pk))
    return True


@transaction.atomic
def begin_reading(*, transcript: Transcript) -> bytes:
    """Take the file out to be read. Raises NoConsentError."""
    consents.require(client=transcript.client, purpose=Purpose.RECORD)
    coming = Transcript.objects.select_for_update().coming().get(pk=transcript.pk)
    content = bytes(coming.content or b"")
    _require(transcript.client, content)
    coming.status = Status.READING
    coming.save(update_fields=["status"])
    return content


@transaction.atomic
def keep_reading(*, transcript: Transcript, reading: Reading, now: datetime) -> Transcript:
    """
    Store what was said, in the place of the session's earlier transcript.

    The file itself is not needed any more. Raises NoConsentError.
    """
    consents.require(client=transcript.client, purpose=Purpose.RECORD)
    if reading.format == "sound":
        consents.require(client=transcript.client, purpose=Purpose.AI_PROCESSING)
    kept = Transcript.objects.select_for_update().coming().without_file().get(pk=transcript.pk)
    Transcript.objects.filter(session=kept.session_id).read().delete()
    _store(kept, reading)
    kept.status, kept.content, kept.read_at = Status.READ, None, now
    kept.format, kept.remarks = reading.format, "\n".join(reading.remarks)
    kept.utterance_count = len(reading.said)
    kept.word_count = sum(len(each.text.split()) for each in reading.said)
    kept.save(
        update_fields=["status", "content", "read_at", "format", "remarks", "utterance_count", "word_count"]
    )
    log.info("transcript.read", transcript=str(kept.pk), utterances=kept.utterance_count)
    return kept


def _store(transcript: Transcript, reading: Reading) -> None:
    speakers = _speakers(transcript, list(dict.fromkeys(each.speaker for each in reading.said)))
    utterances = (
        Utterance(
            coach_id=transcript.coach_id,
            transcript=transcript,
            session_id=transcript.session_id,
            client_id=transcript.client_id,
            speaker=speakers[each.speaker],
            number=number,
            starts_ms=each.starts_ms,
            ends_ms=each.ends_ms,
            text=each.text,
        )
        for number, each in enumerate(reading.said, start=1)
    )
    Utterance.objects.bulk_create(utterances, batch_size=AT_ONCE)


def _speakers(transcript: Transcript, labels: Sequence[str]) -> Mapping[str, Speaker]:
    roles = guess_roles(labels, coach=transcript.coach.user.name, client=transcript.client.name)
    made = Speaker.objects.bulk_create(
        Speaker(
            coach_id=transcript.coach_id,
            transcript=transcript,
            client_id=transcript.client_id,
            number=number,
            label=label,
            role=roles[label],
        )
        for number, label in enumerate(labels, start=1)
    )
    return {speaker.label: speaker for speaker in made}


def leave_unread(*, transcript: Transcript, words: str, line: int | None = None) -> None:
    """Say why a file could not be read, and keep it."""
    Transcript.objects.coming().filter(pk=transcript.pk).update(
        status=Status.FAILED, problem=words, problem_line=line
    )


def name_speakers(
    *, transcript: Transcript, roles: Mapping[int, Speaker.Role], by: User, now: datetime
) -> None:
    """Keep what the coach says about who is who, by the speakers' numbers."""
    for number, role in roles.items():
        Speaker.objects.filter(transcript=transcript, number=number).update(role=role)
    Transcript.objects.filter(pk=transcript.pk).update(speakers_named_at=now)
    log.info("transcript.speakers_named", transcript=str(transcript.pk), by=str(by.pk))


def delete(*, transcript: Transcript, by: User) -> None:
    """Delete a transcript with everything that was said in it, and what was made out of that."""
    if transcript.is_read:
        _forget(session=transcript.session)
    Transcript.objects.filter(pk=transcript.pk).delete()
    log.info("transcript.deleted", transcript=str(transcript.pk), by=str(by.pk))


def stop_for(*, client: Client) -> None:
    """Leave this client's files unread, as they no longer agree to being recorded."""
    Transcript.objects.filter(client=client, status__in=Transcript.UNFINISHED).update(
        status=Status.FAILED, problem=STOPPED
    )


def derived_from_recording(client: Client) -> list[Derived]:
    """Say how many transcripts there are of a client."""
    return [Derived(what="transcript,transcripts", count=Transcript.objects.filter(client=client).count())]


def delete_recording(*, client: Client, by: User, now: datetime) -> None:
    """Delete all transcripts of a client."""
    Transcript.objects.filter(client=client).delete()
    log.info("transcript.all_deleted", client=str(client.pk), by=str(by.pk))
