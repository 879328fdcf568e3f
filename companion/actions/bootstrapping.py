"""Getting to know the coach: topics with their evidence, and the one moment when everything unlocks."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from coaching.models import User
from companion.actions import audit, contexts, personality
from companion.engine import bootstrap as rules
from companion.engine.response import LayerName
from companion.models import (
    BootstrapTopic,
    CompanionContext,
    CompanionState,
    Message,
    PanelKind,
    Proposal,
)

Bootstrap = CompanionState.Bootstrap
Status = BootstrapTopic.Status


def is_unlocked() -> bool:
    """Whether the abilities are unlocked."""
    return CompanionState.objects.filter(capabilities_unlocked=True).exists()


def is_running() -> bool:
    """Whether the companion is still, or again, getting to know the coach."""
    return not CompanionState.objects.filter(bootstrap_status=Bootstrap.COMPLETE).exists()


def situation() -> rules.Bootstrap:
    """Read the state as the engine's rules see it."""
    return situation_of(
        topics=BootstrapTopic.objects.all(),
        waiting=Proposal.objects.pending(),
        state=CompanionState.objects.get(),
    )


def situation_of(
    *, topics: Iterable[BootstrapTopic], waiting: Iterable[Proposal], state: CompanionState
) -> rules.Bootstrap:
    """Put rows that were read already as the engine's rules see them."""
    states = tuple(
        rules.TopicState(key=topic.key, status=cast(rules.TopicStatus, topic.status), quote=topic.quote)
        for topic in topics
    )
    proposed = {each.layer for each in waiting if each.kind == Proposal.Kind.LAYER}
    # While the questions are gone through again the old texts stand, but do not count as this round's answer.
    settled = (
        _confirmed_since(state.bootstrap_began_at)
        if state.capabilities_unlocked
        else personality.set_layers()
    )
    return rules.Bootstrap(
        topics=rules.in_order(states),
        proposed=frozenset(_names(proposed)),
        confirmed=frozenset(_names(settled)),
    )


def settle_topic(*, key: str, result: str, quote: str = "", message: Message | None = None) -> None:
    """Note what became of a topic; answering again corrects it."""
    BootstrapTopic.objects.filter(key=key).update(
        status=result, quote=quote, message=message if result == Status.ANSWERED else None
    )


def quotes_for(layer: str) -> list[str]:
    """List the coach's own words that a layer's text rests on."""
    answers = {topic.key: topic.quote for topic in BootstrapTopic.objects.filter(status=Status.ANSWERED)}
    return [answers[topic.key] for topic in rules.TOPICS if topic.layer == layer and topic.key in answers]


def skip_topic(*, key: str) -> None:
    """Leave a topic out. It can still be answered later."""
    settle_topic(key=key, result=Status.SKIPPED)


def reopen_topic(*, key: str) -> None:
    """Ask about a topic after all."""
    settle_topic(key=key, result=Status.OPEN)


def begin(*, now: datetime) -> None:
    """Count the bootstrap as begun."""
    CompanionState.objects.filter(bootstrap_status=Bootstrap.NOT_STARTED).update(
        bootstrap_status=Bootstrap.IN_PROGRESS, bootstrap_began_at=now
    )


def mark_asked() -> None:
    """Note that the next open topic has been put to the coach."""
    if topic := rules.next_topic(situation().topics):
        BootstrapTopic.objects.filter(key=topic.key, status=Status.OPEN).update(status=Status.ASKED)


def start_again(*, by: User, now: datetime) -> None:
    """Go through the questions once more. Layers and abilities stay as they are."""
    BootstrapTopic.objects.update(status=Status.OPEN, quote="", message=None)
    CompanionState.objects.update(bootstrap_status=Bootstrap.IN_PROGRESS, bootstrap_began_at=now)
    contexts.set_mode(mode=CompanionContext.Mode.BOOTSTRAP)
    contexts.show(panel="main", kind=PanelKind.BOOTSTRAP)
    audit.note("bootstrap.started_again", by=by)


def complete_if_ready(*, by: User | None, now: datetime) -> bool:
    """
    Unlock the abilities once soul, identity and coach knowledge are set.

    Exactly one caller wins: the update is conditional. Returns whether this was the moment.
    """
    if not rules.is_complete(_names(personality.set_layers())):
        return False
    unlocked = CompanionState.objects.filter(capabilities_unlocked=False).update(
        capabilities_unlocked=True, unlocked_at=now, bootstrap_status=Bootstrap.COMPLETE
    )
    if unlocked:
        audit.note("abilities.unlocked", by=by)
    if unlocked or _round_is_over():
        _leave()
    return bool(unlocked)


def leave(*, by: User) -> None:
    """End a second round early: the layers are set already. The first ends only when they are."""
    if is_unlocked() and is_running():
        _leave()
        audit.note("bootstrap.left", by=by)


def _leave() -> None:
    CompanionState.objects.update(bootstrap_status=Bootstrap.COMPLETE)
    contexts.set_mode(mode=CompanionContext.Mode.IDLE)
    contexts.show(panel="main", kind=PanelKind.CALENDAR)


def _round_is_over() -> bool:
    now_situation = situation()
    return rules.next_topic(now_situation.topics) is None and rules.is_complete(now_situation.confirmed)


def _names(layers: Iterable[str]) -> list[LayerName]:
    return [cast(LayerName, layer) for layer in layers]


def _confirmed_since(began_at: datetime | None) -> set[str]:
    confirmed = Proposal.objects.filter(kind=Proposal.Kind.LAYER, status=Proposal.Status.CONFIRMED)
    return (
        set(confirmed.filter(decided_at__gte=began_at).values_list("layer", flat=True)) if began_at else set()
    )
