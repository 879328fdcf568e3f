"""
Carry out what a turn's answer asks for, once the router has granted it.

All of it happens in the transaction that finishes the turn. What only rows can tell is checked again
here, and what does not hold becomes a refusal that the coach reads.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from coaching.models import Client
from companion.actions import (
    bootstrapping,
    contexts,
    memory,
    notifications,
    personality,
    proposals,
    suggested_facts,
    told,
)
from companion.actions.told import Told
from companion.engine import effects as deeds
from companion.engine.capabilities import Rights, Taint, worst
from companion.engine.memory import Origin, label_long, quote_found
from companion.engine.personality import TITLES
from companion.engine.response import Refusal
from companion.engine.tokens import OverBudgetError
from companion.models import (
    CompanionMemory,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The turn whose effects are carried out."""

    turn: Turn
    message: Message
    """The coach's words that it answers."""
    rights: Rights
    now: datetime
    told: list[Told] = field(default_factory=list)

    def tell_panel(self, name: contexts.PanelName) -> None:
        """Let browsers fetch a panel again, whatever it shows: what it could show has changed."""
        contexts.touch(name)
        self.told.append(told.of_panel(name))


def apply(effects: Iterable[deeds.Effect], *, stage: Stage) -> list[Refusal]:
    """Carry out each effect; one that cannot be is undone alone and returned as a refusal."""
    return [refusal for effect in effects if (refusal := _carry_out(effect, stage))]


def _carry_out(effect: deeds.Effect, stage: Stage) -> Refusal | None:
    what, needed = type(effect).__name__, deeds.NEEDS[type(effect)]
    if not stage.rights.allow(needed):
        return Refusal(code="not_granted", what=what, why=stage.rights.why_not(needed))
    try:
        with transaction.atomic():
            _CARRY_OUT[type(effect)](effect, stage)
    except (OverBudgetError, contexts.NothingToShowError, Client.DoesNotExist) as error:
        return Refusal(code="not_possible", what=what, why=_plain(error))
    return None


def _plain(error: Exception) -> str:
    return (
        str(error)
        if isinstance(error, OverBudgetError)
        else "I wanted to show something that I could not find."
    )


def _show(effect: deeds.PanelUpdate, stage: Stage) -> None:
    kind = PanelKind(effect.kind)
    contexts.show(panel=effect.panel, kind=kind, object_id=effect.object_id)
    stage.told.append(told.of_panel(effect.panel))


def _push(effect: deeds.PagePush, stage: Stage) -> None:
    contexts.push(kind=effect.kind, object_id=effect.object_id)
    stage.told.append(told.of_page(effect.kind, effect.object_id))


def _notify(effect: deeds.Notify, stage: Stage) -> None:
    text = f"{effect.title}: {effect.text}" if effect.text else effect.title
    stage.told.append(told.of_notice(notifications.notify(text=text, turn=stage.turn), version=1))


def _hint(effect: deeds.ContextHint, stage: Stage) -> None:
    client = Client.objects.get(pk=effect.client_id) if effect.client_id else None
    contexts.set_mode(mode=effect.mode, client=client)


def _propose_layer(effect: deeds.ProposeLayer, stage: Stage) -> None:
    quotes = bootstrapping.quotes_for(effect.layer) if stage.rights.bootstrap else []
    evidence = [*quotes, *([effect.quote] if effect.quote and effect.quote not in quotes else [])]
    _propose(
        stage,
        kind=Proposal.Kind.LAYER,
        layer=effect.layer,
        title=TITLES[effect.layer],
        text=effect.text,
        reason=effect.reason[:400],
        evidence=evidence,
    )


def _propose(stage: Stage, *, kind: Proposal.Kind, text: str, **particulars: Any) -> None:
    if stage.rights.taint >= Taint.CLIENT:
        particulars["fields"] = {**particulars.get("fields", {}), "on_foreign_words": True}
    proposals.propose(kind=kind, text=text, turn=stage.turn, now=stage.now, **particulars)
    stage.tell_panel("secondary")


def _write_layer(effect: deeds.WriteLayer, stage: Stage) -> None:
    version = personality.write_layer(
        layer=effect.layer,
        text=effect.text,
        source=PersonalityVersion.Source.COMPANION,
        by=None,
        turn=stage.turn,
    )
    notice = notifications.notify(
        text=f"I updated “{Layer(effect.layer).label}”. {effect.reason}",
        turn=stage.turn,
        undo_version=version.pk,
    )
    stage.told.append(told.of_notice(notice, version=1))


def _propose_skill(effect: deeds.ProposeSkill, stage: Stage) -> None:
    _propose(
        stage,
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


def _propose_schedule(effect: deeds.ProposeSchedule, stage: Stage) -> None:
    _propose(
        stage,
        kind=Proposal.Kind.SCHEDULE,
        title=effect.name,
        text=effect.task,
        client=Client.objects.get(pk=effect.client_id) if effect.client_id else None,
        fields={"action": effect.action, "kind": effect.kind, "when": effect.when},
    )


def _remember(effect: deeds.Remember, stage: Stage) -> None:
    if effect.action == "forget":
        memory.close(statement=effect.statement, client_id=effect.client_id, now=stage.now)
        return
    candidate = memory.Candidate(
        client_id=effect.client_id,
        statement=effect.statement,
        quote=effect.quote,
        importance=effect.importance,
        origin=_own_words(stage),
    )
    if memory.keep(candidate=candidate, turn=stage.turn, now=stage.now):
        stage.tell_panel("secondary")


def _own_words(stage: Stage) -> Origin:
    """Describe the coach's message as a source; what came of it is as trusted as the turn that read it."""
    return Origin(
        kind=CompanionMemory.Source.COACH_MESSAGE,
        id=stage.message.pk,
        said_by=CompanionMemory.SaidBy.COACH,
        observed_at=stage.message.created_at,
        taint=stage.rights.taint,
    )


def _propose_fact(effect: deeds.ProposeFact, stage: Stage) -> None:
    origin = effect.origin or _own_words(stage)
    is_kept = memory.is_known(statement=effect.statement, client_id=effect.client_id)
    if is_kept is (effect.action == "remember") or suggested_facts.is_waiting(effect):
        return
    _propose(
        stage,
        kind=Proposal.Kind.MEMORY,
        text=effect.statement if effect.action == "remember" else "",
        title=label_long(effect.statement, 160) if effect.action == "forget" else "",
        client=Client.objects.get(pk=effect.client_id) if effect.client_id else None,
        evidence=[effect.quote],
        fields=suggested_facts.fields_of(effect, origin, taint=worst([origin.taint, stage.rights.taint])),
    )


def _draft_nudge(effect: deeds.DraftNudge, stage: Stage) -> None:
    client = Client.objects.get(pk=effect.client_id)
    _propose(
        stage,
        kind=Proposal.Kind.NUDGE,
        title=effect.subject,
        text=effect.body,
        reason=effect.why[:400],
        client=client,
    )


def _answer_topic(effect: deeds.AnswerTopic, stage: Stage) -> None:
    bootstrapping.settle_topic(
        key=effect.topic, result=effect.result, quote=effect.quote, message=_holder(effect.quote, stage)
    )


def _holder(quote: str, stage: Stage) -> Message:
    """Find the message in which the coach said it: this one, or the newest before it."""
    said = Message.objects.filter(
        conversation=stage.turn.conversation_id, role=Message.Role.COACH, number__lte=stage.message.number
    )
    held = (each for each in said.order_by("-number")[:HISTORY] if quote_found(quote, each.text))
    return next(held, stage.message)


def _ask(effect: deeds.AskQuestion, stage: Stage) -> None:
    MicroInteraction.objects.create(
        turn=stage.turn, kind=effect.kind, prompt=effect.prompt[:300], options=list(effect.options)
    )


_CARRY_OUT: dict[type, Callable[[Any, Stage], None]] = {
    deeds.PanelUpdate: _show,
    deeds.PagePush: _push,
    deeds.Notify: _notify,
    deeds.ContextHint: _hint,
    deeds.ProposeLayer: _propose_layer,
    deeds.WriteLayer: _write_layer,
    deeds.ProposeSkill: _propose_skill,
    deeds.ProposeSchedule: _propose_schedule,
    deeds.Remember: _remember,
    deeds.ProposeFact: _propose_fact,
    deeds.DraftNudge: _draft_nudge,
    deeds.AnswerTopic: _answer_topic,
    deeds.AskQuestion: _ask,
}
