"""Turn rows into what a prompt is built from. The one place where rows become prompt context."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from coaching.models import User
from companion.actions import bootstrapping, histories, memory
from companion.actions import scene_readings as rows
from companion.actions.leases import Lease
from companion.actions.skills import as_rules_see
from companion.engine import prompt_assembler as p
from companion.engine.capabilities import Rights, Taint, worst
from companion.engine.framing import label
from companion.engine.memory import Fact, Source
from companion.engine.personality import Layer
from companion.engine.response import LayerName, Trigger
from companion.engine.router import Grounds
from companion.engine.skills import Skill, choose
from companion.engine.words import terms
from companion.models import (
    CompanionContext,
    CompanionSkill,
    CompanionState,
    Conversation,
    Message,
    Turn,
)
from journeyloop.tenancy.readings import read

WEEK = timedelta(days=7)
TRIGGERS_OF_MODE: Mapping[str, tuple[Trigger, ...]] = {
    CompanionContext.Mode.PRE_SESSION: ("session_approaching",),
    CompanionContext.Mode.POST_SESSION: ("session_complete",),
}
CLIENTS_AT_ONCE = 3
"""More names than this in one message call up no single client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a turn knows, and the grounds on which its wishes are judged."""

    turn: Turn
    context: p.TurnContext
    grounds: Grounds
    memory_told: str
    """The memory section as the model knows it once it has read this; true only when it has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """What every turn is about, and the rows that a turn in the conversation is told beside."""

    turn: Turn
    conversation: Conversation
    coach: User
    message: Message
    state: CompanionState
    mode: str
    layers: Sequence[Any]
    skills: Sequence[CompanionSkill]
    clients: Sequence[Any]
    sessions: Sequence[Any]
    profile: Sequence[Any]
    past: Sequence[Any]
    decided: Sequence[Any]


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
    taint: Taint = Taint.COACH
    """The least trusted of all this."""


def look(*, lease: Lease, now: datetime, model_name: str) -> Scene | None:
    """Read everything that this model may know in one turn; None when the lease no longer holds it."""
    begun = _begin(lease, now)
    if begun is None:
        return None
    is_clean = begun.turn.kind == Turn.Kind.CLEAN
    known = _nothing_else(begun) if is_clean else _all(begun, now, model_name)
    is_bootstrap = begun.state.bootstrap_status != CompanionState.Bootstrap.COMPLETE
    if is_bootstrap and known.taint >= Taint.CLIENT:
        known = _own_words(known, begun.conversation)
    rights = Rights(
        unlocked=begun.state.capabilities_unlocked,
        bootstrap=is_bootstrap,
        taint=worst([known.taint, Taint(begun.message.taint)]),
    )
    context = p.TurnContext(
        layers=_layers(begun.layers),
        rights=rights,
        memory=known.told,
        message=begun.message.text,
        note=_note(known, rights, begun.coach, now),
        skills=_skills(begun),
        summary=known.summary,
        history=known.past,
    )
    return Scene(
        turn=begun.turn,
        context=context,
        grounds=_grounds(begun.message, known, context),
        memory_told=known.fresh,
    )


def _begin(lease: Lease, now: datetime) -> _Begun | None:
    of = {"turn": lease.work_id}
    turns, conversations, coaches, messages, states, modes, *others = read(
        rows.TURN(fence=lease.fence, **of),
        rows.CONVERSATION(**of),
        rows.COACH(coach=lease.coach_id),
        rows.MESSAGE(**of),
        rows.STATE(),
        rows.MODE(),
        rows.LAYERS(),
        rows.SKILLS(),
        rows.CLIENTS(now=now),
        rows.SESSIONS(now=now, until=now + WEEK),
        memory.PROFILE(),
        rows.PAST(**of),
        rows.DECIDED(**of),
    )
    if not turns:
        return None
    layers, skills, clients, sessions, profile, past, decided = others
    return _Begun(
        turn=turns[0],
        conversation=conversations[0],
        coach=coaches[0],
        message=messages[0],
        state=states[0],
        mode=modes[0].mode if modes else "",
        layers=layers,
        skills=skills,
        clients=clients,
        sessions=sessions,
        profile=profile,
        past=past,
        decided=decided,
    )


def _nothing_else(begun: _Begun) -> _Known:
    """A clean turn sees the coach's own message, the layers and the skills, and nothing that others said."""
    memory_section = p.MemoryContext(coach_name=begun.coach.short_name)
    return _Known(memory=memory_section, told=p.render_memory(memory_section))


def _all(begun: _Begun, now: datetime, model_name: str) -> _Known:
    thread, message, coach = begun.conversation, begun.message, begun.coach
    zone = ZoneInfo(coach.time_zone)
    section = p.MemoryContext(
        coach_name=coach.short_name,
        clients=tuple(_client(row, zone) for row in begun.clients),
        sessions=tuple(_session(row, zone) for row in begun.sessions),
        profile=memory.profile(begun.profile, time_zone=coach.time_zone),
    )
    past_rows: Sequence[Any] = begun.past
    if histories.is_anothers(past_rows, conversation=thread, model_name=model_name):
        histories.begin_anew(thread, after=begun.turn.number - 1)
        past_rows = []
    decided = [row for row in begun.decided if not histories.is_left_behind(row, conversation=thread)]
    past, summary = histories.folded(past_rows, conversation=thread)
    fresh = p.render_memory(section)
    told, changes = _tell(thread, fresh, section.taint)
    recalled = memory.recall(
        words=message.text, clients=_meant(message, section), now=now, time_zone=coach.time_zone
    )
    stands_before = (thread.memory_taint, thread.summary_taint, *(row.turn__taint or 0 for row in decided))
    return _Known(
        memory=section,
        told=told,
        fresh=fresh,
        changes=changes,
        recalled=recalled,
        past=past,
        summary=summary,
        happened=tuple(
            f"the coach {row.status} your proposal “{label(row.title or row.text)}”" for row in decided
        ),
        taint=worst([p.taint_of(section, recalled=recalled, history=past), *map(Taint, stands_before)]),
    )


def _own_words(known: _Known, conversation: Conversation) -> _Known:
    """Leave the coach's words alone: a bootstrap learns from nobody else, whatever stood here before."""
    section = replace(
        known.memory,
        profile=tuple(fact for fact in known.memory.profile if fact.taint < Taint.CLIENT),
        blocks=tuple(block for block in known.memory.blocks if block.taint < Taint.CLIENT),
    )
    return _Known(
        memory=section,
        told=p.render_memory(section),
        fresh=conversation.memory_told,
        recalled=tuple(fact for fact in known.recalled if fact.taint < Taint.CLIENT),
        past=tuple(turn for turn in known.past if turn.taint < Taint.CLIENT),
        summary="" if conversation.summary_taint >= Taint.CLIENT else known.summary,
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


def _grounds(message: Message, known: _Known, context: p.TurnContext) -> Grounds:
    facts = (*known.memory.profile, *known.recalled)
    return Grounds(
        rights=context.rights,
        message=message.text,
        is_own=message.taint < Taint.CLIENT,
        earlier=tuple(turn.message for turn in known.past),
        sources=tuple(
            Source(text=fact.quote, origin=fact.origin)
            for fact in facts
            if fact.origin and fact.taint >= Taint.CLIENT
        ),
        names=(known.memory.coach_name, *(client.name for client in known.memory.clients)),
        layers={layer.name: layer.text for layer in context.layers},
        clients=p.client_refs(known.memory),
        sessions=p.session_refs(known.memory),
    )


def _layers(written: Iterable[Any]) -> tuple[Layer, ...]:
    return tuple(Layer(name=cast(LayerName, row.layer), text=row.text) for row in written)


def _skills(begun: _Begun) -> tuple[Skill, ...]:
    """Choose the skills for a message, and for the session that the coach is preparing or looking back on."""
    triggers: list[Trigger] = ["message", *TRIGGERS_OF_MODE.get(begun.mode, ())]
    skills = [as_rules_see(row, body=row.body) for row in begun.skills]
    return choose(skills, triggers=triggers, query=begun.message.text).active


def _client(row: Any, zone: ZoneInfo) -> p.ClientLine:
    return p.ClientLine(
        id=row.id,
        name=row.name,
        status=row.status,
        pronouns=row.pronouns,
        goal=row.goal_summary,
        last_session=_when(row.held_at, zone),
        next_session=_when(row.coming_at, zone),
    )


def _session(row: Any, zone: ZoneInfo) -> p.SessionLine:
    return p.SessionLine(
        id=row.id, client_name=row.client__name, starts=_when(row.starts_at, zone), title=row.title
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


def _tell(conversation: Conversation, fresh: str, taint: Taint) -> tuple[str, str]:
    """Freeze part 4 with a thread's first message; afterwards say only what has changed since."""
    if not conversation.memory_text:
        conversation.memory_text = conversation.memory_told = fresh
        conversation.memory_taint = taint
        conversation.save(update_fields=["memory_text", "memory_told", "memory_taint"])
        return fresh, ""
    return conversation.memory_text, p.changes(conversation.memory_told, fresh)
