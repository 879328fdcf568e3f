"""
Forgetting: a fact, or all that came from one source, goes from the rows and from every prompt to come.

What coach and companion said to each other stays, but for the very words that are forgotten.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from coaching.models import Client
from companion.actions.blotting import blot_out
from companion.actions.memory import Row
from companion.engine.framing import plain
from companion.engine.memory import label_long
from companion.models import (
    ClientKnowledge,
    CompanionMemory,
    Conversation,
    Message,
    Proposal,
)

FORGOTTEN = "[forgotten]"


def forget_fact(*, fact: Row) -> None:
    """Remove one fact and all that it replaced, one after another; the coach asked for it."""
    gone = [fact]
    for each in gone:
        gone.extend(type(fact).objects.filter(superseded_by=each))
    _forget(gone)


def forget_source(*, source_id: UUID) -> None:
    """Remove every fact that was made of one source, and every card that would make another."""
    facts = [
        *CompanionMemory.objects.filter(source_id=source_id),
        *ClientKnowledge.objects.filter(source_id=source_id),
    ]
    _forget(facts, Q(fields__source_id=str(source_id)))


def forget_from_sessions(*, client: Client) -> None:
    """Remove every fact about a client that was made of their sessions, and every such card."""
    kind = ClientKnowledge.Source.SESSION
    facts = list(ClientKnowledge.objects.filter(client=client, source_kind=kind))
    _forget(facts, Q(client=client, fields__source_kind=kind))


def _forget(facts: list[Row], cards: Q | None = None) -> None:
    statements = [fact.statement for fact in facts]
    cards = (cards or Q()) | Q(text__in=statements) | Q(fields__statement__in=statements)
    waiting = list(Proposal.objects.filter(cards, kind=Proposal.Kind.MEMORY))
    words = [*statements, *(fact.quote for fact in facts)]
    words += [text for card in waiting for text in (card.text, *card.evidence)]
    _out_of_prompts(words)
    for each in [*facts, *waiting]:
        each.delete()


def _out_of_prompts(words: list[str]) -> None:
    """
    Take words out of all that a later prompt repeats.

    The beginning of each thread is written anew; that also tells a turn which is under way that what it read
    is forgotten (`turns.finish`). The lock keeps it from ending in between.
    """
    list(Conversation.objects.select_for_update().values("pk"))
    Conversation.objects.update(memory_text="", memory_told="", memory_taint=0)
    lines = [plain(label_long(text)) for text in words if text]
    for row, column in _holding(lines):
        kept = [line for line in getattr(row, column).splitlines() if not any(text in line for text in lines)]
        setattr(row, column, "\n".join(kept))
        row.save(update_fields=[column])
    blot_out(words, mark=FORGOTTEN)


def _holding(lines: Iterable[str]) -> list[tuple[Any, str]]:
    """Find the notes and summaries that repeat one of these lines."""
    notes, summaries = Q(pk=None), Q(pk=None)
    for text in lines:
        notes |= Q(context_note__contains=text)
        summaries |= Q(summary__contains=text)
    return [
        *((row, "context_note") for row in Message.objects.filter(notes)),
        *((row, "summary") for row in Conversation.objects.filter(summaries)),
    ]
