"""What a turn may come to: typed deeds, ready to be applied in one transaction. Pure."""

from dataclasses import dataclass
from uuid import UUID

from companion.engine import response as r
from companion.engine.response import LayerName


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelUpdate:
    """Show `kind`, and which one, in a panel."""

    panel: r.Panel
    kind: r.PanelKind
    object_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Show a short notice."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextHint:
    """Set what the conversation is about."""

    mode: r.Mode
    client_id: UUID | None
    session_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeLayer:
    """Lay a layer's new text before the coach."""

    layer: LayerName
    text: str
    reason: str
    quote: str
    """The coach's words, found in what they wrote; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLayer:
    """Write a layer that the companion keeps itself; the coach is told and can undo it."""

    layer: LayerName
    text: str
    reason: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSkill:
    """Lay a new, changed or retired skill before the coach."""

    action: r.SkillAction
    slug: str
    description: str
    triggers: tuple[r.Trigger, ...]
    body: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSchedule:
    """Lay a standing arrangement before the coach; the card is drawn from these fields."""

    action: r.ScheduleAction
    kind: r.ScheduleKind
    name: str
    when: str
    task: str
    client_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """Keep, or forget, a fact whose quote was found in its source."""

    action: r.MemoryAction
    about: r.MemorySubject
    client_id: UUID | None
    statement: str
    quote: str
    importance: int
    is_proposal: bool
    """Whether the coach must agree first, because the words are not theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftNudge:
    """Put a message to a client before the coach for approval."""

    client_id: UUID
    subject: str
    body: str
    why: str
    on_foreign_words: bool
    """Whether the card must say that it is based on words of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTopic:
    """Settle one bootstrap topic."""

    topic: str
    result: r.TopicResult
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskQuestion:
    """Show a small question with its answers ready to press."""

    kind: r.QuestionKind
    prompt: str
    options: tuple[str, ...]


Effect = (
    PanelUpdate
    | Notify
    | ContextHint
    | ProposeLayer
    | WriteLayer
    | ProposeSkill
    | ProposeSchedule
    | Remember
    | DraftNudge
    | AnswerTopic
    | AskQuestion
)
