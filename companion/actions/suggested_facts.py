"""
Facts that wait for the coach's word: what a card keeps of one, and what becomes of it when they agree.

Whose words it rests on stays with it, and so does how far they are trusted.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from companion.actions import memory
from companion.engine.capabilities import Taint
from companion.engine.effects import ProposeFact
from companion.engine.memory import Origin
from companion.models import CompanionMemory, Proposal

STATEMENT_LIMIT = 500


class UnfitFactError(Exception):
    """The fact cannot be kept as it is; the words are for the coach."""


def is_waiting(effect: ProposeFact) -> bool:
    """Whether a card for the same thing waits already."""
    waiting = Proposal.objects.pending().filter(kind=Proposal.Kind.MEMORY, client=effect.client_id)
    return waiting.filter(fields__action=effect.action, fields__statement=effect.statement).exists()


def fields_of(effect: ProposeFact, origin: Origin, *, taint: Taint) -> dict[str, Any]:
    """List what a card keeps beside the statement and its quote."""
    return {
        "action": effect.action,
        "statement": effect.statement,
        "importance": effect.importance,
        "source_kind": origin.kind,
        "source_id": str(origin.id) if origin.id else None,
        "said_by": origin.said_by,
        "observed_at": origin.observed_at.isoformat(),
        "taint": taint,
    }


def accept(*, proposal: Proposal, now: datetime) -> None:
    """Keep, or close, what the card says, in the coach's wording. Raises UnfitFactError."""
    if proposal.fields["action"] == "forget":
        memory.close(statement=proposal.fields["statement"], client_id=proposal.client_id, now=now)
        return
    statement = " ".join(proposal.text.split())
    if len(statement) > STATEMENT_LIMIT:
        raise UnfitFactError(
            f"A fact may have {STATEMENT_LIMIT} characters; this one has {len(statement):,}."
        )
    candidate = memory.Candidate(
        client_id=proposal.client_id,
        statement=statement,
        quote=proposal.evidence[0],
        importance=proposal.fields["importance"],
        origin=origin_of(proposal),
    )
    memory.keep(candidate=candidate, turn=proposal.turn, now=now)


def origin_of(proposal: Proposal) -> Origin:
    """Read whose words a card rests on."""
    fields = proposal.fields
    return Origin(
        kind=CompanionMemory.Source(fields["source_kind"]),
        id=UUID(fields["source_id"]) if fields["source_id"] else None,
        said_by=CompanionMemory.SaidBy(fields["said_by"]),
        observed_at=datetime.fromisoformat(fields["observed_at"]),
        taint=Taint(fields["taint"]),
    )
