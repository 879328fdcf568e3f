"""Short notices: shown, kept or put away."""

from datetime import datetime
from uuid import UUID

from companion.models import Notification, Turn

TEXT_LIMIT = 240


def notify(*, text: str, turn: Turn | None = None, undo_version: UUID | None = None) -> Notification:
    """Tell the coach something in a line."""
    short = text if len(text) <= TEXT_LIMIT else f"{text[: TEXT_LIMIT - 1]}…"
    return Notification.objects.create(text=short, turn=turn, undo_version=undo_version)


def keep(*, notification: Notification) -> None:
    """Leave it on the screen until it is put away."""
    Notification.objects.filter(pk=notification.pk).update(is_kept=True)


def withdraw_undo(*, version_id: UUID, now: datetime) -> list[Notification]:
    """Put away the notices that offer to undo this version; returns them."""
    offering = list(Notification.objects.waiting().filter(undo_version=version_id))
    for each in offering:
        dismiss(notification=each, now=now)
    return offering


def dismiss(*, notification: Notification, now: datetime) -> None:
    """Put it away."""
    Notification.objects.filter(pk=notification.pk, dismissed_at=None).update(dismissed_at=now)
