"""
What sessions brought, called to mind for a message: claims that the coach let stand, with their words.

They are the client's words however often the coach has read them, so a turn that recalls one is tainted by
it. The words themselves are told only where the client agreed to being quoted in preparation.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery

from coaching.consents import Purpose, wording
from coaching.models import Consent
from companion.engine import memory as rules
from companion.engine.analysis.quotes import unquoted
from companion.engine.capabilities import Taint
from companion.models import Claim, Evidence
from companion.models.statements import STALE_AFTER
from journeyloop.tenancy.readings import AnyOf, Filled, Reading, slot

MOST = 60
"""Claims that are looked through, of the newest sessions first."""
WEIGHTY = frozenset({Claim.Kind.COMMITMENT, Claim.Kind.QUESTION})
LABELS: Mapping[str, str] = {
    Claim.Kind.SUMMARY: "in the session",
    Claim.Kind.THEME: "theme",
    Claim.Kind.COMMITMENT: "promised",
    Claim.Kind.QUESTION: "left open",
    Claim.Kind.HYPOTHESIS: "tentative",
    Claim.Kind.GOAL: "about a goal",
    Claim.Kind.OBSERVATION: "observed",
    Claim.Kind.LOOP: "pattern",
    Claim.Kind.STRENGTH: "what worked in the coaching",
    Claim.Kind.OPPORTUNITY: "to try in the coaching",
}


def asked(clients: Iterable[UUID], *, now: datetime) -> Filled:
    """Ask for what the sessions of these clients brought."""
    return _CLAIMS(
        clients=list(clients),
        stale=now - STALE_AFTER,
        ai_wording=wording(Purpose.AI_PROCESSING).version,
    )


def facts(
    rows: Iterable[Any], *, clients: Mapping[UUID, str], quoted: Container[UUID], zone: ZoneInfo
) -> list[rules.Fact]:
    """Give what was read the form of all that is recalled; `quoted` are the clients who agreed to that."""
    return [_fact(row, clients[row.client_id], zone, may_quote=row.client_id in quoted) for row in rows]


def _claims() -> "QuerySet[Any, Any]":
    theirs = AnyOf("client", slot("clients"))
    said = Consent.objects.filter(theirs)
    silent = said.taken_back(Purpose.AI_PROCESSING, version=slot("ai_wording")).values("client")
    words = Evidence.objects.filter(claim=OuterRef("pk"), side=Evidence.Side.SUPPORTS)
    first = words.order_by("utterance__number", "start")
    claims = Claim.objects.standing().filter(theirs).exclude(client__in=silent)
    found: QuerySet[Any, Any] = (
        claims.exclude(kind=Claim.Kind.HYPOTHESIS, session__starts_at__lt=slot("stale"))
        .annotate(
            quote=Subquery(first.values("quote")[:1]),
            speaker=Subquery(first.values("utterance__speaker__role")[:1]),
        )
        .order_by("-session__starts_at", "order")
        .values_list(
            "pk",
            "client_id",
            "kind",
            "text",
            "edited_text",
            "due",
            "session__starts_at",
            "quote",
            "speaker",
            named=True,
        )[:MOST]
    )
    return found


_CLAIMS = Reading(_claims)


def _fact(row: Any, name: str, zone: ZoneInfo, *, may_quote: bool) -> rules.Fact:
    held = row.session__starts_at.astimezone(zone)
    words = row.edited_text or row.text
    words = words if may_quote else unquoted(words, row.quote or "")
    due = f" ({row.due})" if row.due and may_quote else ""
    return rules.Fact(
        id=str(row.pk),
        statement=f"{name}: {LABELS[row.kind]}: {words}{due}",
        quote=(row.quote or "") if may_quote else "",
        source=f"session, {held.day} {held:%B %Y}",
        said_by=row.speaker or "companion",
        observed_on=held.date(),
        importance=4 if row.kind in WEIGHTY else 3,
        taint=Taint.CLIENT,
    )
