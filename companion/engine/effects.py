"""What a turn may come to: typed deeds, ready to be applied in one transaction. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from companion.engine import response as r
from companion.engine.capabilities import Capability
from companion.engine.memory import Origin
from companion.engine.response import LayerName


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelUpdate:
    """Show `kind`, and which one, in a panel."""

    panel: Literal["main", "secondary"]
    kind: r.PanelKind
    object_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePush:
    """Lay a whole page over the panels."""

    kind: r.PageKind
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
    """Keep, or close, a fact that the coach stated in this message."""

    action: r.MemoryAction
    client_id: UUID | None
    """None: it is about the coach."""
    statement: str
    quote: str
    importance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeFact:
    """Lay a fact before the coach that they did not state, or not in so many words."""

    action: r.MemoryAction
    client_id: UUID | None
    statement: str
    quote: str
    importance: int
    origin: Origin | None
    """Whose words the quote is; None: the coach's, in this message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftNudge:
    """Put a message to a client before the coach for approval."""

    client_id: UUID
    subject: str
    body: str
    why: str


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
    | PagePush
    | Notify
    | ContextHint
    | ProposeLayer
    | WriteLayer
    | ProposeSkill
    | ProposeSchedule
    | Remember
    | ProposeFact
    | DraftNudge
    | AnswerTopic
    | AskQuestion
)

NEEDS: Mapping[type[Effect], Capability] = MappingProxyType(
    {
        PanelUpdate: Capability.SHOW,
        PagePush: Capability.SHOW,
        Notify: Capability.SHOW,
        ContextHint: Capability.SHOW,
        AskQuestion: Capability.SHOW,
        AnswerTopic: Capability.ANSWER_TOPICS,
        ProposeLayer: Capability.PROPOSE_PERSONALITY,
        WriteLayer: Capability.WRITE_KNOWLEDGE,
        ProposeSkill: Capability.PROPOSE_SKILL,
        ProposeSchedule: Capability.PROPOSE_SCHEDULE,
        Remember: Capability.REMEMBER,
        ProposeFact: Capability.PROPOSE_MEMORY,
        DraftNudge: Capability.DRAFT_NUDGE,
    }
)
"""
What each effect needs at the least. The router asks for it, and asks for more where a wish's particulars
matter; whoever applies effects asks again, so that no way past the router leads to rows.
"""
