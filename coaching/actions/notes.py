"""The coach's private notes."""

from datetime import datetime

import structlog

from coaching.models import Client, CoachingSession, Note, User

log = structlog.get_logger(__name__)


def write_note(
    *, client: Client, text: str, by: User, now: datetime, session: CoachingSession | None = None
) -> Note:
    """Keep a note about a client, or about one of their sessions."""
    note = Note(client=client, session=session, text=text, created_at=now)
    note.save()
    log.info("note.written", note=str(note.pk), by=str(by.pk))
    return note


def rewrite_note(*, note: Note, text: str, by: User, now: datetime) -> Note:
    """Replace a note's text."""
    note.text, note.updated_at = text, now
    note.save(update_fields=["text", "updated_at"])
    log.info("note.rewritten", note=str(note.pk), by=str(by.pk))
    return note


def delete_note(*, note: Note, by: User) -> None:
    """Delete a note for good."""
    note_id = str(note.pk)
    note.delete()
    log.info("note.deleted", note=note_id, by=str(by.pk))
