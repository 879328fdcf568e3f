"""Keep facts with their words and their source, and call them to mind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Func, OuterRef, QuerySet, UUIDField

from coaching.consents import Purpose, wording
from coaching.models import Client, Consent, Note
from companion.actions import recollections
from companion.engine import memory as rules
from companion.engine.analysis.quotes import unquoted
from companion.engine.capabilities import Taint
from companion.engine.words import terms
from companion.models import ClientKnowledge, CompanionMemory, Turn
from journeyloop.tenancy.readings import AnyOf, Reading, read, slot

CANDIDATES = 40
"""Facts that full-text search hands to the exact ranking."""
RECALL_TOKENS = 900
NOTES_A_CLIENT, MOST_NOTES = 3, 9
THEIRS = frozenset({ClientKnowledge.Source.SESSION, ClientKnowledge.Source.CLIENT_MESSAGE})
"""Sources that hold a client's own words."""
Row = CompanionMemory | ClientKnowledge
COLUMNS = (
    "id",
    "statement",
    "quote",
    "source_kind",
    "source_id",
    "said_by",
    "observed_at",
    "importance",
    "taint",
)
"""What a prompt says of a fact. Rows and not instances: to make a hundred of those takes milliseconds."""
SOURCES = {value: name.lower() for value, name in CompanionMemory.Source.choices}
SPEAKERS = {value: name.lower() for value, name in CompanionMemory.SaidBy.choices}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A statement that may become a fact, with the words that show it."""

    client_id: UUID | None
    """None: it is about the coach."""
    statement: str
    quote: str
    importance: int
    origin: rules.Origin


class Unnested(Func):
    """The elements of an array, a row each."""

    function = "unnest"
    set_returning = True
    output_field = UUIDField()


class Asked(SearchQuery):
    """Words to look for, taken apart once: a plan made for any words would do so for every fact."""

    template = "(SELECT %(function)s(%(expressions)s))"


def keep(*, candidate: Candidate, turn: Turn | None, now: datetime) -> Row | None:
    """
    Keep one fact, and close the ones that it makes untrue.

    The same fact again is not kept twice (None). Its quote was found in its source by the router.
    """
    table, scope = _table(candidate.client_id)
    alike = _alike(candidate.statement, candidate.client_id)
    if "same" in alike.values():
        return None
    origin = candidate.origin
    fact: Row = table.objects.create(
        **scope,
        statement=candidate.statement,
        quote=candidate.quote,
        source_kind=origin.kind,
        source_id=origin.id,
        said_by=origin.said_by,
        observed_at=origin.observed_at,
        importance=candidate.importance,
        taint=origin.taint,
        turn=turn,
    )
    _close([row for row, verdict in alike.items() if verdict == "updates"], now=now, by=fact)
    return fact


def close(*, statement: str, client_id: UUID | None, now: datetime) -> None:
    """Close every fact that says this, or says otherwise about the same."""
    alike = _alike(statement, client_id)
    _close([row for row, verdict in alike.items() if verdict != "different"], now=now)


def is_known(*, statement: str, client_id: UUID | None) -> bool:
    """Whether a fact in force says the same."""
    return "same" in _alike(statement, client_id).values()


def _alike(statement: str, client_id: UUID | None) -> dict[Row, str]:
    """Compare a statement with the facts in force that share words with it."""
    table, scope = _table(client_id)
    known = _found(table.objects.current().filter(**scope), any_of(statement))
    return {row: rules.compare(statement, row.statement) for row in known}


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
    own, said, weighty, notes, agreed, claims = read(
        _OWN(asked=asked),
        _SAID(asked=asked, **heard),
        _WEIGHTY(**heard),
        _NOTES(**of),
        _QUOTED(quote_wording=wording(Purpose.QUOTES_IN_PREP).version, **of),
        recollections.asked(clients, now=now),
    )
    facts = [_fact(row, "", zone) for row in own]
    meant = {row.id: row for row in (*said, *weighty)}
    quoted = {row.client_id for row in agreed}
    for row in meant.values():
        # A client's own words are told where they agreed to it; what came of them without.
        is_silent = row.source_kind in THEIRS and row.client_id not in quoted
        facts.append(_fact(row, f"{clients[row.client_id]}: ", zone, is_silent=is_silent))
    facts += recollections.facts(claims, clients=clients, quoted=quoted, zone=zone)
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
    """Keep the facts that say most of what is asked, in no order."""
    query = Asked(asked, search_type="raw", config="english")
    ranked = facts.filter(search=query).alias(rank=SearchRank(F("search"), query))
    # By their ids: PostgreSQL copies whatever it sorts, and that is thousands of rows for forty.
    best = ranked.order_by("-rank", "-observed_at").values("pk")[:CANDIDATES]
    found: QuerySet[Any] = facts.model.objects.filter(pk__in=best).defer("search")
    return found


def _of_clients() -> "QuerySet[Any]":
    return _to_be_recalled().filter(AnyOf("client", slot("clients")))


def _to_be_recalled() -> "QuerySet[Any]":
    """Keep what is known of clients, but not what the words of those brought who took consent back."""
    said = Consent.objects.filter(AnyOf("client", slot("clients")))
    silent = said.taken_back(Purpose.AI_PROCESSING, version=slot("wording")).values("client")
    # An array, which PostgreSQL makes once; it would look into a sub-select for every fact.
    return ClientKnowledge.objects.current().exclude(
        AnyOf("client", ArraySubquery(silent)), source_kind__in=THEIRS
    )


def _weightiest() -> "QuerySet[Any]":
    """Keep the weightiest of each of these clients, which an index has in order however many there are."""
    order = ("-importance", "-observed_at")
    of_one = _to_be_recalled().filter(client=OuterRef("pk")).order_by(*order).values("pk")[:CANDIDATES]
    each = Client.objects.filter(AnyOf("pk", slot("clients"))).values_list(Unnested(ArraySubquery(of_one)))
    weighty: QuerySet[Any] = ClientKnowledge.objects.filter(pk__in=each)
    return weighty.order_by(*order)[:CANDIDATES]


def _who_may_be_quoted() -> "QuerySet[Any, Any]":
    said = Consent.objects.filter(AnyOf("client", slot("clients")))
    agreed: QuerySet[Any, Any] = said.given(Purpose.QUOTES_IN_PREP, version=slot("quote_wording"))
    return agreed.values_list("client_id", named=True)


PROFILE = Reading(
    lambda: (
        CompanionMemory.objects.current()
        .filter(importance__gte=4)
        .order_by("observed_at", "pk")
        .values_list(*COLUMNS, named=True)[:20]
    )
)
"""The weightiest facts about the coach, which every prompt of a thread begins with."""
_OWN = Reading(
    lambda: _found(CompanionMemory.objects.current(), slot("asked")).values_list(*COLUMNS, named=True)
)
_SAID = Reading(lambda: _found(_of_clients(), slot("asked")).values_list(*COLUMNS, "client_id", named=True))
_WEIGHTY = Reading(lambda: _weightiest().values_list(*COLUMNS, "client_id", named=True))
_QUOTED = Reading(_who_may_be_quoted)
_NOTES = Reading(
    lambda: Note.objects.filter(AnyOf("client", slot("clients"))).order_by("-created_at")[:MOST_NOTES]
)


def _fact(row: Any, about: str, zone: ZoneInfo, *, is_silent: bool = False) -> rules.Fact:
    """Give a row the form in which it is recalled; `is_silent` leaves out words that are not to be quoted."""
    on, taint = row.observed_at.astimezone(zone).date(), Taint(row.taint)
    return rules.Fact(
        id=str(row.id),
        statement=f"{about}{unquoted(row.statement, row.quote) if is_silent else row.statement}",
        quote="" if is_silent else row.quote,
        source=_source(row.source_kind, on),
        said_by=SPEAKERS[row.said_by],
        observed_on=on,
        importance=row.importance,
        taint=taint,
        origin=rules.Origin(row.source_kind, row.source_id, row.said_by, row.observed_at, taint),
    )


@lru_cache(maxsize=4_096)
def _source(kind: str, on: date) -> str:
    return f"{SOURCES[kind]}, {on.day} {on:%B %Y}"


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
