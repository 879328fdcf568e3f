"""
Claims: stored once by an analysis, and then the coach's to decide.

A decision changes the claim and nothing else: a promise that becomes an action, a goal that moves, are deeds
of their own which the coach's page does beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import structlog

from coaching.models import CoachingSession, User, Utterance
from companion.actions import material
from companion.engine.analysis import claims as engine
from companion.engine.analysis.findings import Owner, Stance
from companion.engine.analysis.joining import Analysis, counted, same
from companion.engine.analysis.principles import PrincipleKey
from companion.engine.analysis.regenerated import Regenerated
from companion.engine.analysis.talk import Talk
from companion.engine.prompt_assembler import ref
from companion.models import Claim, Evidence, SessionAnalysis, SessionIntelligence

Status = Claim.Status

log = structlog.get_logger(__name__)


class ClaimGoneError(Exception):
    """A newer analysis has taken this claim's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How an analysis was made."""

    model_name: str
    parts: int
    transcript_id: UUID
    read_at: datetime
    """When the words were read."""


def store(*, session: CoachingSession, analysis: Analysis, talk: Talk, made: Made) -> SessionIntelligence:
    """
    Store a new version of what a session was about.

    What the coach decided stays. Claims that still waited make room for the new ones, and what was decided
    already is not proposed again.
    """
    found, _ = SessionIntelligence.objects.select_for_update().get_or_create(
        session=session, defaults={"client": session.client}
    )
    decided = _make_room(found)
    _describe(found, analysis, talk, made)
    new = [claim for claim in analysis.claims if not any(same(claim, each) for each in decided)]
    _write(found, new)
    retell(intelligence=found)
    log.info("intelligence.stored", session=str(session.pk), version=found.version, claims=len(new))
    return found


def store_old(*, session: CoachingSession, old: Regenerated, now: datetime) -> SessionAnalysis:
    """Store what the old way says, in place of what it said before."""
    columns = {
        "client": session.client,
        "summary": "\n".join(old.sentences),
        "numbers": list(old.numbers),
        "topics": list(old.topics),
        "generated_at": now,
    }
    analysis, _ = SessionAnalysis.objects.update_or_create(session=session, defaults=columns)
    return analysis


def _make_room(found: SessionIntelligence) -> list[engine.Claim]:
    """Take away what was not decided; returns what was, as the engine sees it."""
    claims = Claim.objects.filter(intelligence=found)
    claims.filter(status=Status.STALE).delete()
    Evidence.objects.filter(claim__in=claims.open()).delete()
    claims.open().update(status=Status.STALE)
    return [_as_found(row) for row in claims.filter(status__in=Claim.DECIDED).with_evidence()]


def _describe(found: SessionIntelligence, analysis: Analysis, talk: Talk, made: Made) -> None:
    found.version += 1
    found.transcript_id, found.model_name, found.parts = made.transcript_id, made.model_name, made.parts
    found.analysed_at = made.read_at
    found.left_out = [
        {"kind": kind, "reason": reason, "count": count} for kind, reason, count in counted(analysis.dropped)
    ]
    for name, value in asdict(talk).items():
        setattr(found, name, value)
    found.save()


def _write(found: SessionIntelligence, claims: Iterable[engine.Claim]) -> None:
    utterances = dict(Utterance.objects.filter(transcript=found.transcript_id).values_list("number", "pk"))
    goals = material.by_ref(goal.pk for goal in material.goals(found.session))
    loops = material.by_ref(loop.pk for loop in material.loops(found.session))
    rows, spans = [], []
    for order, claim in enumerate(claims):
        row = _row(found, claim, order=order, goals=goals, loops=loops)
        rows.append(row)
        spans += [_evidence(row, span, utterances) for span in claim.evidence]
    Claim.objects.bulk_create(rows)
    Evidence.objects.bulk_create(spans)


def _row(
    found: SessionIntelligence,
    claim: engine.Claim,
    *,
    order: int,
    goals: Mapping[str, UUID],
    loops: Mapping[str, UUID],
) -> Claim:
    return Claim(
        coach_id=found.coach_id,
        intelligence=found,
        session_id=found.session_id,
        client_id=found.client_id,
        kind=claim.kind,
        version=found.version,
        order=order,
        text=claim.text,
        is_inference=claim.is_inference,
        model_name=found.model_name,
        owner=claim.owner or "",
        due=claim.due,
        alternative=claim.alternative,
        goal_id=goals.get(claim.goal),
        stance=claim.stance or "",
        goal_delta=claim.goal_delta,
        milestone=claim.milestone,
        trigger=claim.trigger,
        behaviour=claim.behaviour,
        payoff=claim.payoff,
        loop_state=claim.state or "",
        earlier_id=loops.get(claim.earlier),
        principle=claim.principle or "",
    )


def _evidence(row: Claim, span: engine.Span, utterances: Mapping[int, UUID]) -> Evidence:
    return Evidence(
        coach_id=row.coach_id,
        claim=row,
        client_id=row.client_id,
        utterance_id=utterances[span.number],
        quote=span.words,
        start=span.start,
        end=span.end,
        side=span.side,
    )


def _as_found(row: Claim) -> engine.Claim:
    """Give a stored claim back to the engine, as far as telling it from others needs it."""
    spans = tuple(
        engine.Span(number=each.utterance.number, start=each.start, end=each.end, words=each.quote)
        for each in row.evidence.all()
    )
    return engine.Claim(
        kind=cast(engine.Kind, row.kind),
        text=row.text,
        evidence=spans,
        owner=cast(Owner | None, row.owner or None),
        goal=ref(row.goal_id) if row.goal_id else "",
        stance=cast(Stance | None, row.stance or None),
        principle=cast(PrincipleKey | None, row.principle or None),
    )


def accept(*, claim: Claim, by: User, now: datetime) -> Claim:
    """Let a claim stand as it is. Raises ClaimGoneError."""
    return _decide(claim, Status.ACCEPTED, by=by, now=now)


def edit(*, claim: Claim, text: str, by: User, now: datetime) -> Claim:
    """Let a claim stand in the coach's words; the same words as before accept it. Raises ClaimGoneError."""
    text = text.strip()
    if text == claim.text:
        return accept(claim=claim, by=by, now=now)
    return _decide(claim, Status.EDITED, by=by, now=now, text=text)


def reject(*, claim: Claim, by: User, now: datetime) -> Claim:
    """Put a claim aside, without asking why. Raises ClaimGoneError."""
    return _decide(claim, Status.REJECTED, by=by, now=now)


def reopen(*, claim: Claim) -> Claim:
    """Take a decision back. Raises ClaimGoneError."""
    return _change(claim, status=Status.PROPOSED, edited_text="", decided_at=None, decided_by=None)


def _decide(claim: Claim, status: Status, *, by: User, now: datetime, text: str = "") -> Claim:
    decided = _change(claim, status=status, edited_text=text, decided_at=now, decided_by=by)
    log.info("claim.decided", claim=str(claim.pk), status=str(status), by=str(by.pk))
    return decided


def _change(claim: Claim, **columns: Any) -> Claim:
    if not Claim.objects.filter(pk=claim.pk).exclude(status=Status.STALE).update(**columns):
        raise ClaimGoneError(f"claim {claim.pk} has been replaced")
    claim.refresh_from_db(fields=list(columns))
    if claim.kind == Claim.Kind.SUMMARY:
        retell(intelligence=claim.intelligence)
    return claim


def retell(*, intelligence: SessionIntelligence) -> None:
    """Write the summary anew from the claims that it is made of."""
    told = Claim.objects.filter(intelligence=intelligence).of_kind(Claim.Kind.SUMMARY).not_rejected()
    intelligence.summary = " ".join(claim.words for claim in told.in_reading_order())
    intelligence.save(update_fields=["summary", "updated_at"])
