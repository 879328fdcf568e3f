"""What open pages are to hear of a change once it is committed: ids and versions, never content."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from companion.actions.contexts import PanelName
from companion.engine.response import PageKind
from companion.models import CompanionContext, Errand, Notification, Turn

EventName = Literal["chat-message", "main-update", "secondary-update", "notification", "errand-update"]

PANEL_EVENTS: dict[PanelName, EventName] = {"main": "main-update", "secondary": "secondary-update"}


@dataclass(frozen=True, slots=True)
class Told:
    """One event to come."""

    event: EventName
    data: dict[str, Any]


def of_turn(turn: Turn) -> Told:
    """Describe a change of a turn."""
    return Told("chat-message", {"turn": str(turn.pk), "message": None, "version": turn.fence})


def of_errand(errand: Errand) -> Told:
    """Describe a change of an errand, for the page of its session."""
    session = str(errand.session_id) if errand.session_id else None
    data = {"errand": str(errand.pk), "kind": errand.kind, "session": session, "version": errand.fence}
    return Told("errand-update", data)


def of_notice(notice: Notification, *, version: int) -> Told:
    """Describe a notice: version 1 brings it, 2 says that something became of it."""
    return Told("notification", {"id": str(notice.pk), "version": version})


def of_panel(name: PanelName) -> Told:
    """Describe what a panel shows now."""
    kind, object_id, version = CompanionContext.objects.get().panel(name)
    return _panel_event(PANEL_EVENTS[name], name, kind, object_id, version)


def of_page(kind: PageKind, object_id: UUID | None) -> Told:
    """Describe a page to lay over the panels; the main panel was turned to the same."""
    _kind, _object, version = CompanionContext.objects.get().panel("main")
    return _panel_event("main-update", "page", kind, object_id, version)


def _panel_event(event: EventName, panel: str, kind: str, object_id: UUID | None, version: int) -> Told:
    about = str(object_id) if object_id else None
    return Told(event, {"panel": panel, "kind": kind, "object": about, "version": version})
