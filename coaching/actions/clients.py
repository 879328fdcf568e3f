"""Everything that changes a client's row."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

import structlog
from django.db.models import F

from coaching.models import Client, User

log = structlog.get_logger(__name__)


class ClientArchivedError(Exception):
    """This client is archived: restore them first."""


class ClientNotArchivedError(Exception):
    """This client is not archived, so there is nothing to restore."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDetails:
    """What a coach writes down about a client."""

    name: str
    email: str = ""
    pronouns: str = ""
    time_zone: str = "UTC"
    status: str = Client.Status.ACTIVE
    goal_summary: str = ""
    started_on: date | None = None
    total_sessions: int | None = None


def create_client(*, details: ClientDetails, by: User, now: datetime) -> Client:
    """Add a client to the open practice."""
    client = Client(**asdict(details), created_at=now)
    client.save()
    log.info("client.created", client=str(client.pk), by=str(by.pk))
    return client


def update_client(*, client: Client, details: ClientDetails, by: User, now: datetime) -> Client:
    """Write down new details. Raises ClientArchivedError: what is archived stays as it was."""
    changed = Client.objects.filter(pk=client.pk).exclude(status=Client.Status.ARCHIVED)
    if not changed.update(**asdict(details), updated_at=now):
        raise ClientArchivedError(f"client {client.pk} is archived")
    client.refresh_from_db()
    log.info("client.updated", client=str(client.pk), by=str(by.pk))
    return client


def archive_client(*, client: Client, by: User, now: datetime) -> Client:
    """Put a client away with everything about them. Raises ClientArchivedError when they already are."""
    here = Client.objects.filter(pk=client.pk).exclude(status=Client.Status.ARCHIVED)
    if not here.update(status=Client.Status.ARCHIVED, status_before_archive=F("status"), updated_at=now):
        raise ClientArchivedError(f"client {client.pk} is already archived")
    client.refresh_from_db()
    log.info("client.archived", client=str(client.pk), by=str(by.pk))
    return client


def restore_client(*, client: Client, by: User, now: datetime) -> Client:
    """Bring a client back as they were. Raises ClientNotArchivedError."""
    away = Client.objects.filter(pk=client.pk, status=Client.Status.ARCHIVED)
    if not away.update(status=F("status_before_archive"), status_before_archive="", updated_at=now):
        raise ClientNotArchivedError(f"client {client.pk} is not archived")
    client.refresh_from_db()
    log.info("client.restored", client=str(client.pk), by=str(by.pk))
    return client
