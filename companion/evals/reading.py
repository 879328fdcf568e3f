"""Reads what came of a scenario out of its practice's rows. Needs the practice's open door."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from uuid import UUID

from django.db.models import Sum

from coaching.models import (
    Client,
    CoachingProfile,
    CoachingSession,
    Commitment,
    Note,
    Utterance,
)
from companion.engine import bootstrap
from companion.engine.personality import TITLES
from companion.evals.records import Card, Exchange, Kept, Record, Span, Stated, Version
from companion.models import (
    Claim,
    ClientKnowledge,
    CompanionMemory,
    CompanionPersonality,
    CompanionState,
    Conversation,
    Errand,
    Evidence,
    Message,
    MicroInteraction,
    PersonalityVersion,
    Proposal,
    Turn,
    UsageEntry,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What only the one who plays knows of an exchange."""

    turn_id: UUID
    is_bootstrap: bool
    must_ask_nothing: bool


def read(coach: CoachingProfile, *, heard: Sequence[Heard]) -> Record:
    """Read everything."""
    state = CompanionState.objects.get()
    used = UsageEntry.objects.aggregate(cost=Sum("cost_usd"))
    failed = Errand.objects.exclude(status=Errand.Status.DONE)
    return Record(
        coach=coach.user.name,
        exchanges=tuple(_exchange(each) for each in heard),
        quotable=tuple(_quotable()),
        told=tuple(_told()),
        versions=tuple(_versions(heard)),
        cards=tuple(
            Card(kind=each.kind, status=each.status, layer=each.layer, text=each.text)
            for each in Proposal.objects.order_by("created_at")
        ),
        kept=tuple(_kept()),
        spans=tuple(_spans()),
        claims=tuple(_stated()),
        promises=tuple(Commitment.objects.values_list("text", flat=True)),
        layer_tokens=dict(CompanionPersonality.objects.values_list("layer", "token_estimate")),
        is_unlocked=state.capabilities_unlocked,
        errands_failed=tuple(each.error_code or each.status for each in failed),
        calls_unsettled=UsageEntry.objects.filter(settled_at__isnull=True).count(),
        cost_usd=used["cost"] or Decimal(0),
        budget_usd=state.daily_budget_usd,
    )


def _exchange(heard: Heard) -> Exchange:
    turn = Turn.objects.get(pk=heard.turn_id)
    said = {message.role: message.text for message in Message.objects.filter(turn=turn)}
    question = MicroInteraction.objects.filter(turn=turn).first()
    return Exchange(
        said=said[Message.Role.COACH],
        answer=said.get(Message.Role.COMPANION, ""),
        error="" if turn.status == Turn.Status.DONE else turn.error_code or turn.status,
        refusals=tuple(each["code"] for each in turn.refusals),
        calls=UsageEntry.objects.filter(turn=turn).count(),
        is_bootstrap=heard.is_bootstrap,
        must_ask_nothing=heard.must_ask_nothing,
        options=tuple(question.options or ["…"]) if question else (),
    )


def _quotable() -> Iterator[str]:
    """Give what people said or wrote, each by itself."""
    yield from Message.objects.filter(role=Message.Role.COACH).values_list("text", flat=True)
    yield from Note.objects.values_list("text", flat=True)
    yield from Utterance.objects.values_list("text", flat=True)
    yield from CompanionPersonality.objects.written().values_list("text", flat=True)
    for client in Client.objects.all():
        yield from (client.name, client.goal_summary)


def _told() -> Iterator[str]:
    """Give what the model was shown, and what our own texts say."""
    for conversation in Conversation.objects.all():
        yield from (conversation.memory_text, conversation.memory_told)
    yield from Message.objects.values_list("context_note", flat=True)
    yield from Claim.objects.values_list("text", flat=True)
    yield from CoachingSession.objects.values_list("title", flat=True)
    yield from chain.from_iterable((each.question, each.reason) for each in bootstrap.TOPICS)
    yield from TITLES.values()
    yield f"{Client.objects.count()} clients, {CoachingSession.objects.count()} sessions"


def _versions(heard: Iterable[Heard]) -> Iterator[Version]:
    strangers = {each.turn_id for each in heard if each.is_bootstrap}
    for each in PersonalityVersion.objects.exclude(turn=None).select_related("personality"):
        yield Version(
            layer=each.personality.layer, source=each.source, is_bootstrap=each.turn_id in strangers
        )


def _kept() -> Iterator[Kept]:
    for table in (CompanionMemory, ClientKnowledge):
        for each in table.objects.order_by("created_at"):
            is_current = each.superseded_by_id is None and each.valid_until is None
            yield Kept(statement=each.statement, quote=each.quote, is_current=is_current)


def _spans() -> Iterator[Span]:
    for each in Evidence.objects.select_related("utterance"):
        yield Span(quote=each.quote, utterance=each.utterance.text, start=each.start, end=each.end)


def _stated() -> Iterator[Stated]:
    for claim in Claim.objects.in_reading_order().prefetch_related("evidence"):
        yield Stated(
            kind=claim.kind,
            text=claim.text,
            status=claim.status,
            is_inference=claim.is_inference,
            quotes=len(claim.evidence.all()),
        )
