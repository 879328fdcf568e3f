"""What the panels show and which mode the companion is in."""

from typing import Literal
from uuid import UUID

from django.db.models import F

from coaching.models import Client, CoachingSession
from companion.engine.response import PageKind
from companion.models import CompanionContext, PanelKind

PanelName = Literal["main", "secondary"]
NEEDS_OBJECT = {PanelKind.CLIENT: Client, PanelKind.SESSION: CoachingSession}


class NothingToShowError(Exception):
    """A panel was asked to show a client or a session that is not there."""


def show(*, panel: PanelName, kind: PanelKind, object_id: UUID | None = None) -> None:
    """Put something into a panel. Raises NothingToShowError."""
    model = NEEDS_OBJECT.get(kind)
    if model and not model.objects.filter(pk=object_id).exists():
        raise NothingToShowError(f"there is no {kind} {object_id}")
    CompanionContext.objects.update(
        **{
            f"{panel}_kind": kind,
            f"{panel}_object": object_id if model else None,
            f"{panel}_version": F(f"{panel}_version") + 1,
        }
    )


def push(*, kind: PageKind, object_id: UUID | None = None) -> None:
    """
    Turn the main panel to what a page is about, as the page is laid over it. Raises NothingToShowError.

    So whoever puts the page away, or had no page open, finds the matter there with its link.
    """
    beneath = PanelKind.CLIENT if kind == "observations" else PanelKind(kind)
    show(panel="main", kind=beneath, object_id=object_id)


def touch(panel: PanelName) -> None:
    """Count a change in what a panel already shows."""
    CompanionContext.objects.update(**{f"{panel}_version": F(f"{panel}_version") + 1})


def set_mode(*, mode: str, client: Client | None = None) -> CompanionContext:
    """Change the mode and the client in focus."""
    context = CompanionContext.objects.get()
    context.mode, context.active_client = mode, client
    context.save(update_fields=["mode", "active_client", "updated_at"])
    return context
