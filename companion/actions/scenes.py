"""Read rows into what a prompt is built from. The one place where rows become prompt context."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Q, Subquery

from coaching.models import Client, CoachingSession, User
from companion.actions import bootstrapping, histories, memory
from companion.actions.skills import as_rules_see
from companion.engine import prompt_assembler as p
from companion.engine.capabilities import Rights, Taint
from companion.engine.memory import Fact
from companion.engine.personality import Layer
from companion.engine.response import LayerName, Trigger
from companion.engine.router import Grounds
from companion.engine.skills import Skill, choose
from companion.engine.words import terms
from companion.models import (
    CompanionContext,
    CompanionPersonality,
    CompanionSkill,
    CompanionState,
    Conversation,
    Message,
    Proposal,
    Turn,
)

CLIENTS, WEEK = 40, timedelta(days=7)
TRIGGERS_OF_MODE: Mapping[str, tuple[Trigger, ...]] = {
    CompanionContext.Mode.PRE_SESSION: ("session_approaching",),
    CompanionContext.Mode.POST_SESSION: ("session_complete",),
}
CLIENTS_AT_ONCE = 3
"""More names than this in one message call up no single client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a turn knows, and the grounds on which its wishes are judged."""

    message: Message
    context: p.TurnContext
    grounds: Grounds
    memory_told: str
    """The memory section as the model knows it once it has read this; true only when it has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a turn is told beside its message."""

    memory: p.MemoryContext
    told: str
    """The memory section as it goes on the wire."""
    fresh: str = ""
    """The same as it would read now."""
    changes: str = ""
    recalled: tuple[Fact, ...] = ()
    past: tuple[p.PastTurn, ...] = ()
    summary: str = ""
    happened: tuple[str, ...] = ()


def look(*, turn: Turn, coach: User, now: datetime) -> Scene:
    """Read everything that one turn may know."""
    message = Message.objects.get(turn=turn.clean_of_id or turn.pk, role=Message.Role.COACH)
    state = CompanionState.objects.get()
    known = _nothing_else(coach) if turn.kind == Turn.Kind.CLEAN else _all(turn, message, coach, now)
    rights = Rights(
        unlocked=state.capabilities_unlocked,
        bootstrap=state.bootstrap_status != CompanionState.Bootstrap.COMPLETE,
        taint=p.taint_of(known.memory, recalled=known.recalled, history=known.past),
    )
    context = p.TurnContext(
        layers=_layers(),
        rights=rights,
        memory=known.told,
        message=message.text,
        note=_note(known, rights, coach, now),
        skills=_skills(message.text),
        summary=known.summary,
        history=known.past,
    )
    return Scene(
        message=message,
        context=context,
        grounds=_grounds(message, known, rights),
        memory_told=known.fresh,
    )


def _nothing_else(coach: User) -> _Known:
    """A clean turn sees the coach's own message, the layers and the skills, and nothing that others said."""
    memory_section = p.MemoryContext(coach_name=coach.short_name)
    return _Known(memory=memory_section, told=p.render_memory(memory_section))


def _all(turn: Turn, message: Message, coach: User, now: datetime) -> _Known:
    section = _memory(coach, now)
    past, summary = histories.read(turn)
    fresh = p.render_memory(section)
    told, changes = _tell(turn.conversation, fresh)
    return _Known(
        memory=section,
        told=told,
        fresh=fresh,
        changes=changes,
        recalled=memory.recall(
            words=message.text, clients=_meant(message, section), now=now, time_zone=coach.time_zone
        ),
        past=past,
        summary=summary,
        happened=_happened(message),
    )


def _note(known: _Known, rights: Rights, coach: User, now: datetime) -> str:
    return p.render_note(
        p.NoteContext(
            local_time=now.astimezone(ZoneInfo(coach.time_zone)),
            zone=coach.time_zone,
            recalled=known.recalled,
            bootstrap=bootstrapping.situation() if rights.bootstrap else None,
            changes=known.changes,
            happened=known.happened,
            foreign_words=rights.taint >= Taint.CLIENT,
        )
    )


def _grounds(message: Message, known: _Known, rights: Rights) -> Grounds:
    return Grounds(
        rights=rights,
        message=message.text,
        earlier=tuple(turn.message for turn in known.past),
        clients=p.client_refs(known.memory),
        sessions=p.session_refs(known.memory),
    )


def _layers() -> tuple[Layer, ...]:
    rows = CompanionPersonality.objects.written().values_list("layer", "text")
    return tuple(Layer(name=cast(LayerName, layer), text=text) for layer, text in rows)


def _skills(query: str) -> tuple[Skill, ...]:
    """Choose the skills for a message, and for the session that the coach is preparing or looking back on."""
    mode = CompanionContext.objects.values_list("mode", flat=True).first()
    triggers: list[Trigger] = ["message", *TRIGGERS_OF_MODE.get(mode or "", ())]
    # Retired ones and other triggers too: the coach's own hides the shared one of its name.
    rows = CompanionSkill.objects.all()
    return choose([as_rules_see(row, body=row.body) for row in rows], triggers=triggers, query=query).active


def _memory(coach: User, now: datetime) -> p.MemoryContext:
    zone = ZoneInfo(coach.time_zone)
    return p.MemoryContext(
        coach_name=coach.short_name,
        clients=_clients(zone, now),
        sessions=_sessions(zone, now),
        profile=memory.profile(time_zone=coach.time_zone),
    )


def _clients(zone: ZoneInfo, now: datetime) -> tuple[p.ClientLine, ...]:
    """List the clients in the order of their names: the same rows always give the same bytes."""
    held = Max("sessions__starts_at", filter=Q(sessions__status="completed"))
    coming = Min("sessions__starts_at", filter=Q(sessions__status="scheduled", sessions__starts_at__gte=now))
    rows = (
        Client.objects.current()
        .annotate(held_at=held, coming_at=coming)
        .order_by("name", "pk")
        .values_list("id", "name", "status", "pronouns", "goal_summary", "held_at", "coming_at")
    )
    return tuple(
        p.ClientLine(
            id=client_id,
            name=name,
            status=status,
            pronouns=pronouns,
            goal=goal,
            last_session=_when(held_at, zone),
            next_session=_when(coming_at, zone),
        )
        for client_id, name, status, pronouns, goal, held_at, coming_at in rows[:CLIENTS]
    )


def _sessions(zone: ZoneInfo, now: datetime) -> tuple[p.SessionLine, ...]:
    near = CoachingSession.objects.upcoming(now=now).filter(starts_at__lt=now + WEEK).with_client()
    return tuple(
        p.SessionLine(
            id=row.pk, client_name=row.client.name, starts=_when(row.starts_at, zone), title=row.title
        )
        for row in near[:CLIENTS]
    )


def _when(instant: datetime | None, zone: ZoneInfo) -> str:
    if instant is None:
        return ""
    local = instant.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


def _meant(message: Message, section: p.MemoryContext) -> dict[UUID, str]:
    """Find the clients that a message is about: the one whose page is open, and those it names."""
    words = set(terms(message.text))
    meant = {
        client.id: client.name
        for client in section.clients
        if client.id == message.client_id or words & set(terms(client.name))
    }
    return dict(list(meant.items())[:CLIENTS_AT_ONCE])


def _tell(conversation: Conversation, fresh: str) -> tuple[str, str]:
    """Freeze part 4 with a thread's first message; afterwards say only what has changed since."""
    if not conversation.memory_text:
        conversation.memory_text = conversation.memory_told = fresh
        conversation.save(update_fields=["memory_text", "memory_told"])
        return fresh, ""
    return conversation.memory_text, p.changes(conversation.memory_told, fresh)


def _happened(message: Message) -> tuple[str, ...]:
    """Tell what the coach decided with a click since the last message that was answered."""
    before = Message.objects.filter(
        conversation=message.conversation_id,
        number__lt=message.number,
        role=Message.Role.COACH,
        turn__status=Turn.Status.DONE,
    ).order_by("-number")
    decided = (
        Proposal.objects.filter(decided_at__gte=Subquery(before.values("created_at")[:1]))
        .exclude(status=Proposal.Status.STALE)
        .order_by("decided_at")
        .values_list("status", "title")
    )
    return tuple(f"the coach {status} your proposal “{title}”" for status, title in decided)
