"""GET memory/: how much the companion knows, and the newest of it with its source."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from coaching.models import Client
from companion.api.rest.access import practice_of
from companion.models import ClientKnowledge, CompanionMemory, SessionIntelligence

router = Router(tags=["memory"])
RECENT = 20
MemoryLayer = Literal["coach_profile", "client_knowledge", "session_intelligence"]


class StatsShape(Schema):
    """Entries in force."""

    coach_profile_entries: int
    client_knowledge_entries: int
    session_intelligence_entries: int


class EntryShape(Schema):
    """One thing known, and where from."""

    id: UUID
    layer: MemoryLayer
    client_id: UUID | None
    statement: str
    quote: str
    source: str
    said_by: str
    observed_at: datetime
    importance: int | None


class MemoryShape(Schema):
    """What the companion knows."""

    stats: StatsShape
    recent: list[EntryShape]


@router.get("memory/", response=MemoryShape)
def memory(
    request: HttpRequest, layer: MemoryLayer | None = None, client_id: UUID | None = None
) -> MemoryShape:
    """Tell what the companion knows; `client_id` keeps to one client and leaves the profile out."""
    practice_of(request)
    if client_id:
        get_object_or_404(Client.objects, pk=client_id)
    rows = _rows(client_id)
    counts = {f"{name}_entries": each.count() for name, each in rows.items()}
    found = [
        _SHAPES[name](row) for name, each in rows.items() if layer in {None, name} for row in each[:RECENT]
    ]
    found.sort(key=lambda entry: entry.observed_at, reverse=True)
    return MemoryShape(stats=StatsShape(**counts), recent=found[:RECENT])


def _rows(client_id: UUID | None) -> dict[MemoryLayer, Any]:
    own = CompanionMemory.objects.current().defer("search").order_by("-observed_at")
    clients = ClientKnowledge.objects.current().defer("search").order_by("-observed_at")
    sessions = SessionIntelligence.objects.select_related("session").order_by("-session__starts_at")
    if client_id:
        own, clients, sessions = (
            own.none(),
            clients.filter(client=client_id),
            sessions.filter(client=client_id),
        )
    return {"coach_profile": own, "client_knowledge": clients, "session_intelligence": sessions}


def _fact(layer: MemoryLayer) -> Callable[[Any], EntryShape]:
    def shape(row: Any) -> EntryShape:
        return EntryShape(
            id=row.pk,
            layer=layer,
            client_id=getattr(row, "client_id", None),
            statement=row.statement,
            quote=row.quote,
            source=row.source_kind,
            said_by=row.said_by,
            observed_at=row.observed_at,
            importance=row.importance,
        )

    return shape


def _session(row: SessionIntelligence) -> EntryShape:
    return EntryShape(
        id=row.pk,
        layer="session_intelligence",
        client_id=row.client_id,
        statement=row.summary,
        quote="",
        source="session",
        said_by="",
        observed_at=row.session.starts_at,
        importance=None,
    )


_SHAPES: Mapping[MemoryLayer, Callable[[Any], EntryShape]] = {
    "coach_profile": _fact("coach_profile"),
    "client_knowledge": _fact("client_knowledge"),
    "session_intelligence": _session,
}
