"""Read what the two panels show: a few queries for each kind, whatever the practice's size."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from coaching.models import Client, CoachingSession, Note
from coaching.models.sessions import SessionQuerySet
from companion.actions.contexts import PanelName
from companion.api import abilities, analyses, layers
from companion.api.desk import Desk
from companion.api.proposals import card_of
from companion.engine import bootstrap as rules
from companion.engine.capabilities import BOOTSTRAP_LAYERS
from companion.models import (
    ClientKnowledge,
    CompanionMemory,
    Layer,
    PanelKind,
    Proposal,
)
from journeyloop.tenancy.readings import Reading, Tally, read, slot

WEEK = timedelta(days=7)
SESSIONS, FACTS, NOTES, CARDS = 30, 12, 3, 8
"""How much of each a panel shows."""

ICONS: Mapping[PanelKind, str] = {
    PanelKind.BOOTSTRAP: "icons/messages-square.svg",
    PanelKind.CALENDAR: "icons/calendar-days.svg",
    PanelKind.PROPOSALS: "icons/inbox.svg",
    PanelKind.MEMORY: "icons/brain.svg",
    PanelKind.PERSONALITY: "icons/fingerprint-pattern.svg",
    PanelKind.ABILITIES: "icons/lock-open.svg",
    PanelKind.CLIENT: "icons/user.svg",
    PanelKind.SESSION: "icons/clock.svg",
}
ALWAYS = (
    PanelKind.CALENDAR,
    PanelKind.PROPOSALS,
    PanelKind.MEMORY,
    PanelKind.PERSONALITY,
    PanelKind.ABILITIES,
)
"""What a coach may turn to at any time; the others come with a conversation about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One thing that a panel could show instead."""

    kind: PanelKind
    is_current: bool
    count: int = 0

    @property
    def icon(self) -> str:
        """Its sign."""
        return ICONS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel as it stands: `content` is what its kind's template reads."""

    name: PanelName
    kind: PanelKind
    tabs: Sequence[Tab]
    content: Mapping[str, Any]
    now: datetime
    object_id: UUID | None
    """The client or session that it shows, where its kind needs one."""

    @property
    def template(self) -> str:
        """The fragment for this kind."""
        return f"companion/partials/panels/{self.kind}.html"

    @property
    def title(self) -> str:
        """The panel's heading."""
        return str(self.content.get("title") or self.kind.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Whose panel is read, when, and about what."""

    desk: Desk
    name: PanelName
    now: datetime
    object_id: UUID | None

    @property
    def about(self) -> UUID:
        """Name the client or session. Raises _GoneError when the panel names none."""
        if self.object_id is None:
            raise _GoneError
        return self.object_id


class _GoneError(Exception):
    """The client or session that a panel showed is not there any more."""


def panel(desk: Desk, name: PanelName, *, now: datetime) -> Panel:
    """Read one panel; what cannot be shown gives way to the calendar."""
    stored, object_id, _version = desk.context.panel(name)
    kind = PanelKind(stored) if stored in PanelKind.values else PanelKind.CALENDAR
    wanted = _Wanted(desk=desk, name=name, now=now, object_id=object_id)
    try:
        content = _READERS[kind](wanted)
    except _GoneError:
        kind = PanelKind.CALENDAR
        content = _calendar(wanted)
    return Panel(name=name, kind=kind, tabs=_tabs(kind, desk), content=content, now=now, object_id=object_id)


def _tabs(current: PanelKind, desk: Desk) -> list[Tab]:
    waiting = len(desk.waiting)
    extra = () if current in ALWAYS else (current,)
    first = () if PanelKind.BOOTSTRAP in extra or not desk.is_running else (PanelKind.BOOTSTRAP,)
    return [
        Tab(kind=kind, is_current=kind == current, count=waiting if kind == PanelKind.PROPOSALS else 0)
        for kind in (*extra, *first, *ALWAYS)
    ]


def _bootstrap(wanted: _Wanted) -> dict[str, Any]:
    rows = {row.key: row for row in wanted.desk.topics}
    situation = wanted.desk.situation
    following = rules.next_topic(situation.topics)
    waiting = {row.layer: row for row in wanted.desk.waiting if row.kind == Proposal.Kind.LAYER}
    return {
        "state": wanted.desk.state,
        "topics": [
            {"topic": rules.topic(state.key), "row": rows.get(state.key), "state": state}
            for state in situation.topics
        ],
        "following": following,
        "settled": sum(state.status in {"answered", "skipped"} for state in situation.topics),
        "layers": [
            {
                "title": Layer(name).label,
                "name": name,
                "is_set": name in situation.confirmed,
                "proposal": waiting.get(name),
            }
            for name in BOOTSTRAP_LAYERS
        ],
    }


def _personality(wanted: _Wanted) -> dict[str, Any]:
    cards = layers.cards()
    return {"cards": cards, "total": layers.total(cards)}


def _client(wanted: _Wanted) -> dict[str, Any]:
    held = Count("sessions", filter=Q(sessions__status=CoachingSession.Status.COMPLETED))
    client = Client.objects.annotate(held=held).filter(pk=wanted.about).first()
    if client is None:
        raise _GoneError
    sessions = CoachingSession.objects.filter(client=client)
    known = ClientKnowledge.objects.filter(client=client).current().defer("search")
    known = known.order_by("-importance", "-observed_at")
    return {
        "title": client.name,
        "client": client,
        "next": sessions.upcoming(now=wanted.now).first(),
        "last": sessions.filter(status=CoachingSession.Status.COMPLETED).order_by("-starts_at").first(),
        "notes": Note.objects.filter(client=client).order_by("-created_at")[:NOTES],
        "facts": [{"fact": fact, "about": ""} for fact in known[:FACTS]],
        "claims": analyses.lately(client),
    }


def _session(wanted: _Wanted) -> dict[str, Any]:
    session = CoachingSession.objects.with_client().filter(pk=wanted.about).first()
    if session is None:
        raise _GoneError
    notes = Note.objects.filter(Q(session=session) | Q(client=session.client_id, session=None))
    return {
        "title": session.client.name,
        "session": session,
        "notes": notes.select_related("session").order_by("-created_at")[: NOTES + 1],
        "claims": analyses.highlights(session),
    }


def _calendar(wanted: _Wanted) -> dict[str, Any]:
    now, coming = wanted.now, CoachingSession.objects.with_client().upcoming(now=wanted.now)
    shown, (unsettled,) = read(_SOON(now=now, until=now + WEEK), _UNSETTLED(now=now))
    return {
        "days": [
            {"first": sessions[0], "sessions": sessions}
            for sessions in (list(group) for _, group in groupby(shown, key=_day))
        ],
        "after": None if shown else coming.first(),
        "unsettled": unsettled,
    }


def _soon() -> SessionQuerySet:
    coming = CoachingSession.objects.with_client().upcoming(now=slot("now"))
    return coming.filter(starts_at__lt=slot("until"))[:SESSIONS]


_SOON = Reading(_soon)
_UNSETTLED = Tally(lambda: CoachingSession.objects.unsettled(now=slot("now")).values("pk"))


def _day(session: CoachingSession) -> date:
    """Tell the day on which it begins, where the coach is."""
    return timezone.localdate(session.starts_at)


def _proposals(wanted: _Wanted) -> dict[str, Any]:
    waiting = wanted.desk.waiting
    return {
        "cards": [card_of(each, place=wanted.name) for each in waiting[:CARDS]],
        "is_cut": len(waiting) > CARDS,
    }


def _memory(wanted: _Wanted) -> dict[str, Any]:
    own = CompanionMemory.objects.current().defer("search").order_by("-observed_at")
    about_clients = ClientKnowledge.objects.current().select_related("client").defer("search")
    newest = [{"fact": fact, "about": ""} for fact in own[: FACTS + 1]]
    newest += [
        {"fact": fact, "about": fact.client.name}
        for fact in about_clients.order_by("-observed_at")[: FACTS + 1]
    ]
    newest.sort(key=lambda each: each["fact"].observed_at, reverse=True)
    return {"facts": newest[:FACTS], "is_cut": len(newest) > FACTS}


def _abilities(wanted: _Wanted) -> dict[str, Any]:
    state = wanted.desk.state
    missing = rules.missing(wanted.desk.situation.confirmed) if not state.capabilities_unlocked else ()
    return {
        "state": state,
        "always": abilities.ALWAYS,
        "unlockable": abilities.unlockable(),
        "missing": [Layer(name).label for name in missing],
    }


_READERS: Mapping[PanelKind, Callable[[_Wanted], dict[str, Any]]] = {
    PanelKind.BOOTSTRAP: _bootstrap,
    PanelKind.PERSONALITY: _personality,
    PanelKind.CLIENT: _client,
    PanelKind.SESSION: _session,
    PanelKind.CALENDAR: _calendar,
    PanelKind.PROPOSALS: _proposals,
    PanelKind.MEMORY: _memory,
    PanelKind.ABILITIES: _abilities,
}
