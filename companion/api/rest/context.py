"""GET context/: what the conversation is about. POST is for tests and, in production, for staff."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from coaching.accounts.tokens import TEST_SCOPE
from coaching.models import Client
from companion.actions import contexts
from companion.api.rest.access import may_stage_tests, practice_of
from companion.api.rest.errors import RefusedError
from companion.engine.response import Mode
from companion.models import CompanionContext

router = Router(tags=["context"])


class ClientShape(Schema):
    """The client in focus."""

    id: UUID
    name: str


class ContextShape(Schema):
    """The companion's mode."""

    mode: str
    active_client: ClientShape | None
    updated_at: datetime


class ContextChange(Schema):
    """The mode to take."""

    mode: Mode
    client_id: UUID | None = None


@router.get("context/", response=ContextShape)
def context(request: HttpRequest) -> ContextShape:
    """Tell what the conversation is about."""
    practice_of(request)
    return _shape(CompanionContext.objects.select_related("active_client").get())


@router.post("context/", response=ContextShape)
def change(request: HttpRequest, wish: ContextChange) -> ContextShape:
    """Set the mode and the client in focus, for a test."""
    practice_of(request)
    if not may_stage_tests(request):
        raise RefusedError(
            "staff_only", f"Only staff, or a token with the scope `{TEST_SCOPE}`, may set this."
        )
    client = get_object_or_404(Client.objects, pk=wish.client_id) if wish.client_id else None
    return _shape(contexts.set_mode(mode=wish.mode, client=client))


def _shape(row: CompanionContext) -> ContextShape:
    client = row.active_client
    return ContextShape(
        mode=row.mode,
        active_client=ClientShape(id=client.pk, name=client.name) if client else None,
        updated_at=row.updated_at,
    )
