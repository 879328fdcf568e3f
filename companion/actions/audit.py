"""Keep the append-only record of deeds."""

from uuid import UUID

from coaching.models import User
from companion.models import AuditEvent


def note(deed: str, *, by: User | None, object_id: UUID | None = None, detail: str = "") -> AuditEvent:
    """Write down one deed beside it, in its transaction. Ids and keys only, never content."""
    return AuditEvent.objects.create(deed=deed, by=by, object_id=object_id, detail=detail)
