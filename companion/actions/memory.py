"""Keep facts with their words and their source, and call them to mind."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, QuerySet

from coaching.consents import Purpose, wording
from coaching.models import Consent, Note
from companion.actions import recollections
from companion.engine import memory as rules
from companion.engine.capabilities import Taint
from companion.engine.effects import Remember
from companion.engine.words import terms
from companion.models import ClientKnowledge, CompanionMemory, Message, Turn
from journeyloop.tenancy.readings import AnyOf, Reading, read, slot

CANDIDATES = 40
"""Facts that full-text search hands to the exact ranking."""
RECALL_TOKENS = 900
NOTES_A_CLIENT, MOST_NOTES = 3, 9
Row = CompanionMemory | ClientKnowledge


def keep(*, wish: Remember, message: Message, turn: Turn, taint: Taint, now: datetime) -> Row | None:
    """
    Keep one fact from the coach's message, or close the ones that it makes untrue.

    The same fact again is not kept twice (None). The quote was found in its source by the router.
    """
    table, scope = _table(wish.client_id)
    known = _found(table.objects.current().filter(**scope), any_of(wish.statement))
    verdicts = {row.pk: rules.compare(wish.statement, row.statement) for row in known}
    if wish.action == "forget":
        _close([row for row in known if verdicts[row.pk] != "different"], now=now)
        return None
    if "same" in verdicts.values():
        return None
    fact: Row = table.objects.create(
        **scope,
        statement=wish.statement,
        quote=wish.quote,
        source_kind=CompanionMemory.Source.COACH_MESSAGE,
        source_id=message.pk,
        said_by=CompanionMemory.SaidBy.COACH,
        observed_at=message.created_at,
        importance=wish.importance,
        taint=taint,
        turn=turn,
    )
    _close([row for row in known if verdicts[row.pk] == "updates"], now=now, by=fact)
    return fact


def forget(*, fact: Row) -> None:
    """Remove one fact and all that it replaced, one after another; the coach asked for it."""
    for replaced in type(fact).objects.filter(superseded_by=fact):
        forget(fact=replaced)
    fact.delete()


def recall(
    *, words: str, clients: Mapping[UUID, str], now: datetime, time_zone: str
) -> tuple[rules.Fact, ...]:
    """
    Call to mind what a message needs: facts about the coach; facts and notes on the clients it names.

    `clients` gives the name of each client that the message is about.
    """
    zone = ZoneInfo(time_zone)
    today, asked = now.astimezone(zone).date(), any_of(words)
    if not clients:
        (own,) = read(_OWN(asked=asked))
        ranked = rules.rank([_fact(row, "", zone) for row in own], query=words, today=today)
        return rules.fit(rules.relevant(ranked), budget=RECALL_TOKENS)
    of = {"clients": list(clients)}
    heard = {"wording": wording(Purpose.AI_PROCESSING).version, **of}
    own, said, newest, notes, claims = read(
        _OWN(asked=asked),
        _SAID(asked=asked, **heard),
        _NEWEST(**heard),
        _NOTES(**of),
        recollections.asked(clients, now=now),
    )
    facts = [_fact(row, "", zone) for row in own]
    meant = {row.pk: row for row in (*said, *newest)}
    facts += [_fact(row, f"{clients[row.client_id]}: ", zone) for row in meant.values()]
    facts += recollections.facts(claims, clients=clients, zone=zone)
    written = [_note_fact(note, clients[note.client_id], zone) for note in notes]
    ranked = rules.rank(facts, query=words, today=today)
    return (*written[: NOTES_A_CLIENT * len(clients)], *rules.fit(ranked, budget=RECALL_TOKENS))


def profile(rows: Iterable[Any], *, time_zone: str) -> tuple[rules.Fact, ...]:
    """Put the rows of PROFILE as the prompt reads them."""
    return tuple(_fact(row, "", ZoneInfo(time_zone)) for row in rows)


def _table(client_id: UUID | None) -> tuple[Any, dict[str, Any]]:
    return (ClientKnowledge, {"client_id": client_id}) if client_id else (CompanionMemory, {})


def _close(rows: Sequence[Row], *, now: datetime, by: Row | None = None) -> None:
    for row in rows:
        row.valid_until, row.superseded_by = now, by
        row.save(update_fields=["valid_until", "superseded_by"])


def any_of(words: str) -> str:
    """Ask full-text search for any of the words: what is wanted may say only one. Nothing finds nothing."""
    return " | ".join([term for term in dict.fromkeys(terms(words)) if term.isalnum()][:24])


def _found(facts: "QuerySet[Any]", asked: str) -> "QuerySet[Any]":
    query = SearchQuery(asked, search_type="raw", config="english")
    ranked: QuerySet[Any] = (
        facts.filter(search=query).alias(rank=SearchRank(F("search"), query)).defer("search")
    )
    return ranked.order_by("-rank", "-observed_at")[:CANDIDATES]


def _of_clients() -> "QuerySet[Any]":
    """Keep what is known of these clients, but not what the words of those brought who took consent back."""
    these = AnyOf(slot("clients"))
    said = Consent.objects.filter(client__in=these)
    silent = said.taken_back(Purpose.AI_PROCESSING, version=slot("wording")).values("client")
    theirs = (ClientKnowledge.Source.SESSION, ClientKnowledge.Source.CLIENT_MESSAGE)
    known = ClientKnowledge.objects.current().filter(client__in=these)
    return known.exclude(source_kind__in=theirs, client__in=silent)


PROFILE = Reading(
    lambda: (
        CompanionMemory.objects.current()
        .filter(importance__gte=4)
        .defer("search")
        .order_by("observed_at", "pk")[:20]
    )
)
"""The weightiest facts about the coach, which every prompt of a thread begins with."""
_OWN = Reading(lambda: _found(CompanionMemory.objects.current(), slot("asked")))
_SAID = Reading(lambda: _found(_of_clients(), slot("asked")))
_NEWEST = Reading(lambda: _of_clients().defer("search").order_by("-importance", "-observed_at")[:CANDIDATES])
_NOTES = Reading(
    lambda: Note.objects.filter(client__in=AnyOf(slot("clients"))).order_by("-created_at")[:MOST_NOTES]
)


def _fact(row: Row, about: str, zone: ZoneInfo) -> rules.Fact:
    said = row.observed_at.astimezone(zone)
    return rules.Fact(
        id=str(row.pk),
        statement=f"{about}{row.statement}",
        quote=row.quote,
        source=f"{row.get_source_kind_display().lower()}, {said.day} {said:%B %Y}",
        said_by=row.get_said_by_display().lower(),
        observed_on=said.date(),
        importance=row.importance,
        taint=Taint(row.taint),
    )


def _note_fact(note: Note, name: str, zone: ZoneInfo) -> rules.Fact:
    """Hand over a private note: the coach's own words, so it carries no taint."""
    written = note.created_at.astimezone(zone)
    return rules.Fact(
        id=str(note.pk),
        statement=f"{name}: your note of {written.day} {written:%B %Y}",
        quote=note.text,
        source="your notes",
        said_by="you",
        observed_on=written.date(),
        importance=4,
        taint=Taint.COACH,
    )
