"""
Carry out what a turn's answer asks for, once the router has granted it.

All of it happens in the transaction that finishes the turn. What only rows can tell is checked again
here, and what does not hold becomes a refusal that the coach reads.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from coaching.models import Client
from companion.actions import bootstrapping, contexts, memory, notifications, personality, proposals
from companion.engine import effects as deeds
from companion.engine.capabilities import Rights
from companion.engine.memory import quote_found
from companion.engine.personality import TITLES
from companion.engine.response import Refusal
from companion.engine.tokens import OverBudgetError
from companion.models import (
    Layer,
    Message,
    MicroInteraction,
    PanelKind,
    PersonalityVersion,
    Proposal,
    Turn,
)

HISTORY = 50
"""Messages in which an answer is looked for."""
EventName = Literal["chat-message", "main-update", "secondary-update", "notification"]


@dataclass(frozen=True, slots=True)
class Told:
    """An event that browsers hear of once this is committed."""

    event: EventName
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The turn whose effects are carried out."""

    turn: Turn
    message: Message
    """The coach's words that it answers."""
    rights: Rights
    now: datetime
    told: list[Told] = field(default_factory=list)

    def tell(self, event: EventName, **data: Any) -> None:
        """Note what browsers are to hear."""
        self.told.append(Told(event, data))


def apply(effects: Iterable[deeds.Effect], *, scene: Scene) -> list[Refusal]:
    """Carry out each effect; one that cannot be is undone alone and returned as a refusal."""
    refusals = []
    for effect in effects:
        try:
            with transaction.atomic():
                _CARRY_OUT[type(effect)](effect, scene)
        except (OverBudgetError, contexts.NothingToShowError, Client.DoesNotExist) as error:
            refusals.append(Refusal(code="not_possible", what=type(effect).__name__, why=_plain(error)))
    return refusals


def _plain(error: Exception) -> str:
    return (
        str(error)
        if isinstance(error, OverBudgetError)
        else "I wanted to show something that I could not find."
    )


def _show(effect: deeds.PanelUpdate, scene: Scene) -> None:
    kind = PanelKind(effect.kind)
    version = contexts.show(panel=effect.panel, kind=kind, object_id=effect.object_id)
    scene.tell(
        "main-update" if effect.panel == "main" else "secondary-update",
        panel=effect.panel,
        kind=kind,
        object=_id(effect.object_id),
        version=version,
    )


def _id(value: object) -> str | None:
    return str(value) if value else None


def _notify(effect: deeds.Notify, scene: Scene) -> None:
    text = f"{effect.title}: {effect.text}" if effect.text else effect.title
    _tell_notice(notifications.notify(text=text, turn=scene.turn), scene)


def _tell_notice(notice: Any, scene: Scene) -> None:
    scene.tell("notification", id=str(notice.pk), version=1)


def _hint(effect: deeds.ContextHint, scene: Scene) -> None:
    client = Client.objects.get(pk=effect.client_id) if effect.client_id else None
    contexts.set_mode(mode=effect.mode, client=client)


def _propose_layer(effect: deeds.ProposeLayer, scene: Scene) -> None:
    quotes = bootstrapping.quotes_for(effect.layer) if scene.rights.bootstrap else []
    evidence = [*quotes, *([effect.quote] if effect.quote and effect.quote not in quotes else [])]
    _propose(
        scene,
        kind=Proposal.Kind.LAYER,
        layer=effect.layer,
        title=TITLES[effect.layer],
        text=effect.text,
        reason=effect.reason[:400],
        evidence=evidence,
    )


def _propose(scene: Scene, *, kind: Proposal.Kind, text: str, **particulars: Any) -> None:
    proposals.propose(kind=kind, text=text, turn=scene.turn, now=scene.now, **particulars)
    scene.tell(
        "secondary-update",
        panel="secondary",
        kind="proposals",
        object=None,
        version=contexts.touch("secondary"),
    )


def _write_layer(effect: deeds.WriteLayer, scene: Scene) -> None:
    version = personality.write_layer(
        layer=effect.layer,
        text=effect.text,
        source=PersonalityVersion.Source.COMPANION,
        by=None,
        turn=scene.turn,
    )
    notice = notifications.notify(
        text=f"I updated “{Layer(effect.layer).label}”. {effect.reason}",
        turn=scene.turn,
        undo_version=version.pk,
    )
    _tell_notice(notice, scene)


def _propose_skill(effect: deeds.ProposeSkill, scene: Scene) -> None:
    _propose(
        scene,
        kind=Proposal.Kind.SKILL,
        title=effect.slug,
        text=effect.body,
        reason=effect.reason[:400],
        fields={
            "action": effect.action,
            "slug": effect.slug,
            "description": effect.description,
            "triggers": list(effect.triggers),
        },
    )


def _propose_schedule(effect: deeds.ProposeSchedule, scene: Scene) -> None:
    _propose(
        scene,
        kind=Proposal.Kind.SCHEDULE,
        title=effect.name,
        text=effect.task,
        client=Client.objects.get(pk=effect.client_id) if effect.client_id else None,
        fields={"action": effect.action, "kind": effect.kind, "when": effect.when},
    )


def _remember(effect: deeds.Remember, scene: Scene) -> None:
    kept = memory.keep(
        wish=effect, message=scene.message, turn=scene.turn, taint=scene.rights.taint, now=scene.now
    )
    if kept:
        scene.tell(
            "secondary-update",
            panel="secondary",
            kind="memory",
            object=None,
            version=contexts.touch("secondary"),
        )


def _draft_nudge(effect: deeds.DraftNudge, scene: Scene) -> None:
    client = Client.objects.get(pk=effect.client_id)
    _propose(
        scene,
        kind=Proposal.Kind.NUDGE,
        title=effect.subject,
        text=effect.body,
        reason=effect.why[:400],
        client=client,
        fields={"on_foreign_words": effect.on_foreign_words},
    )


def _answer_topic(effect: deeds.AnswerTopic, scene: Scene) -> None:
    bootstrapping.settle_topic(
        key=effect.topic, result=effect.result, quote=effect.quote, message=_holder(effect.quote, scene)
    )


def _holder(quote: str, scene: Scene) -> Message:
    """Find the message in which the coach said it: this one, or the newest before it."""
    said = Message.objects.filter(
        conversation=scene.turn.conversation_id, role=Message.Role.COACH, number__lte=scene.message.number
    )
    held = (each for each in said.order_by("-number")[:HISTORY] if quote_found(quote, each.text))
    return next(held, scene.message)


def _ask(effect: deeds.AskQuestion, scene: Scene) -> None:
    MicroInteraction.objects.create(
        turn=scene.turn, kind=effect.kind, prompt=effect.prompt[:300], options=list(effect.options)
    )


_CARRY_OUT: dict[type, Callable[[Any, Scene], None]] = {
    deeds.PanelUpdate: _show,
    deeds.Notify: _notify,
    deeds.ContextHint: _hint,
    deeds.ProposeLayer: _propose_layer,
    deeds.WriteLayer: _write_layer,
    deeds.ProposeSkill: _propose_skill,
    deeds.ProposeSchedule: _propose_schedule,
    deeds.Remember: _remember,
    deeds.DraftNudge: _draft_nudge,
    deeds.AnswerTopic: _answer_topic,
    deeds.AskQuestion: _ask,
}
