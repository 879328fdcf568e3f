"""
Builds the prompt of a turn. Pure, and stable to the byte.

The order is fixed: personality, capability state, skills; memory, interface instructions; history; the
current message. Each message keeps the note that was written for it (local time, recalled facts), so that a
new message moves nothing before it and the provider's cache holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from companion.engine import instructions
from companion.engine.bootstrap import Bootstrap, progress
from companion.engine.capabilities import Rights, Taint, worst
from companion.engine.framing import frame, label, plain
from companion.engine.memory import Fact, label_long, line
from companion.engine.personality import Layer
from companion.engine.personality import render as render_layers
from companion.engine.response import LayerName
from companion.engine.skills import Skill
from companion.engine.skills import render as render_skills

COACH_LAYERS: tuple[LayerName, ...] = ("soul", "identity", "coach_knowledge", "instructions", "environment")
CLIENT_LAYERS: tuple[LayerName, ...] = ("client_persona",)

LIST_CAP = 24_000
"""Characters of the list of clients: about two hundred of them."""

Voice = Literal["coach", "client"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLine:
    """One client as the companion sees the list."""

    id: UUID
    name: str
    status: str
    pronouns: str = ""
    goal: str = ""
    last_session: str = ""
    """In the coach's local time, in words; empty when there was none."""
    next_session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One session, near enough in time to matter."""

    id: UUID
    client_name: str
    starts: str
    """In the coach's local time, in words."""
    title: str = ""
    status: str = "scheduled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Any further text for the memory section: a client's brief, a note, a registered context source."""

    kind: str
    text: str
    source: str
    taint: Taint


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryContext:
    """What the memory section is written from. It is frozen per thread once written."""

    coach_name: str
    clients: tuple[ClientLine, ...] = ()
    sessions: tuple[SessionLine, ...] = ()
    profile: tuple[Fact, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def taint(self) -> Taint:
        """The least trusted words in here."""
        return worst([*(fact.taint for fact in self.profile), *(block.taint for block in self.blocks)])


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContext:
    """What belongs to one message and to no other."""

    local_time: datetime
    """Aware, in the coach's zone."""
    zone: str
    recalled: tuple[Fact, ...] = ()
    bootstrap: Bootstrap | None = None
    changes: str = ""
    """What `changes` found since the memory section was written."""
    happened: tuple[str, ...] = ()
    """What the coach did outside the conversation, such as confirming a proposal; one line each."""
    foreign_words: bool = False
    """Whether words of others are in this thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTurn:
    """A turn that is over: the message with the note it had, and the reply."""

    message: str
    note: str
    reply: str
    taint: Taint = Taint.COACH


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnContext:
    """Everything that a prompt is built from."""

    layers: tuple[Layer, ...]
    rights: Rights
    memory: str
    """The memory section as it was written for this thread, see `render_memory`."""
    message: str
    note: str
    """The note that is stored with the message, see `render_note`."""
    skills: tuple[Skill, ...] = ()
    summary: str = ""
    history: tuple[PastTurn, ...] = ()
    voice: Voice = "coach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One past turn as it stands on the wire."""

    message: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt in its zones, most stable first."""

    system: str
    memory: str
    """The memory section and the interface instructions."""
    summary: str
    history: tuple[Exchange, ...]
    current: str

    @property
    def size(self) -> int:
        """Bytes of all its texts."""
        history = (text for each in self.history for text in (each.message, each.reply))
        return sum(
            len(text.encode()) for text in (self.system, self.memory, self.summary, *history, self.current)
        )


def assemble(context: TurnContext) -> Prompt:
    """Build the prompt."""
    return Prompt(
        system=_system(context),
        memory=_joined(context.memory, _interface(context)),
        summary=frame("earlier", context.summary) if context.summary else "",
        history=tuple(
            Exchange(message=render_message(turn.message, turn.note), reply=turn.reply)
            for turn in context.history
        ),
        current=render_message(context.message, context.note),
    )


def _system(context: TurnContext) -> str:
    names = COACH_LAYERS if context.voice == "coach" else CLIENT_LAYERS
    return _joined(
        render_layers(context.layers, names=names),
        instructions.RULES,
        _capability_state(context),
        "# Skills for now\n" + render_skills(context.skills) if context.skills else "",
    )


def _capability_state(context: TurnContext) -> str:
    if context.voice == "client":
        return instructions.CLIENT_FACING
    if context.rights.bootstrap:
        return instructions.BOOTSTRAP
    return instructions.UNLOCKED if context.rights.unlocked else instructions.LOCKED


def _interface(context: TurnContext) -> str:
    return instructions.INTERFACE_BOOTSTRAP if context.rights.bootstrap else instructions.INTERFACE


def ref(row_id: UUID) -> str:
    """Shorten an id for the model: the last eight digits of a UUIDv7 are random."""
    return row_id.hex[-8:]


def render_memory(memory: MemoryContext) -> str:
    """Write the memory section. The same facts in the same order always give the same bytes."""
    return _joined(
        f"# What you know\nThe coach: {label(memory.coach_name)}",
        frame(
            "clients", "\n".join(_client_line(each) for each in memory.clients) or "none yet", cap=LIST_CAP
        ),
        frame("sessions", "\n".join(_session_line(each) for each in memory.sessions))
        if memory.sessions
        else "",
        frame("about_the_coach", "\n".join(line(fact) for fact in memory.profile)) if memory.profile else "",
        *(frame(label(block.kind), block.text, source=block.source) for block in memory.blocks),
    )


def _client_line(client: ClientLine) -> str:
    parts = [client.status, label(client.pronouns)]
    parts.append(f"goal: {label_long(client.goal, 200)}" if client.goal else "")
    parts.append(f"last: {client.last_session}" if client.last_session else "")
    parts.append(f"next: {client.next_session}" if client.next_session else "")
    return f"- {label(client.name)} [ref {ref(client.id)}] {'; '.join(part for part in parts if part)}"


def _session_line(session: SessionLine) -> str:
    title = f", {label(session.title)}" if session.title else ""
    return f"- {session.starts}: {label(session.client_name)}{title} [ref {ref(session.id)}] {session.status}"


def changes(told: str, fresh: str) -> str:
    """Write what is new in a memory section since the thread was last told; empty when nothing is."""
    before, after = told.splitlines(), fresh.splitlines()
    gone = [each for each in before if each.startswith("- ") and each not in after]
    new = [each for each in after if each.startswith("- ") and each not in before]
    return "\n".join([*(f"no longer: {each[2:]}" for each in gone), *(f"now: {each[2:]}" for each in new)])


def render_note(note: NoteContext) -> str:
    """Write the note of a message. Store it with the message: it is replayed as it is, byte for byte."""
    when = note.local_time
    return "\n".join(
        part
        for part in (
            f"Local time: {when:%A} {when.day} {when:%B %Y, %H:%M} ({label(note.zone)})",
            frame("meanwhile", "\n".join(label_long(event) for event in note.happened))
            if note.happened
            else "",
            frame("changes", note.changes) if note.changes else "",
            frame("recalled", "\n".join(line(fact) for fact in note.recalled)) if note.recalled else "",
            "Words of others are in this thread." if note.foreign_words else "",
            frame("bootstrap", progress(note.bootstrap)) if note.bootstrap else "",
        )
        if part
    )


def render_message(message: str, note: str) -> str:
    """Write a message with its note, today and ever after."""
    return f"<note>\n{note}\n</note>\n\n{plain(message)}" if note else plain(message)


def taint_of(memory: MemoryContext, *, recalled: tuple[Fact, ...], history: tuple[PastTurn, ...]) -> Taint:
    """Find the taint of a turn of the coach: the least trusted of all that is put into its context."""
    return worst([memory.taint, *(fact.taint for fact in recalled), *(turn.taint for turn in history)])


def client_refs(memory: MemoryContext) -> Mapping[str, UUID]:
    """List the clients that the model may name, by the refs it was given."""
    return {ref(client.id): client.id for client in memory.clients}


def session_refs(memory: MemoryContext) -> Mapping[str, UUID]:
    """List the sessions that the model may name, by the refs it was given."""
    return {ref(session.id): session.id for session in memory.sessions}


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
