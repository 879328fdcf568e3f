"""The companion's half of the demo: it knows Maya and has not met Noor."""

from datetime import datetime, timedelta

from coaching.demo import Practice
from coaching.models import Client
from companion.actions import bootstrapping, contexts, conversations, personality, proposals, provisioning
from companion.demo import words
from companion.models import CompanionMemory, Message, PanelKind, PersonalityVersion, Proposal, Turn
from journeyloop.tenancy import tenant

KNOWN_FOR = timedelta(days=3)


def make(*, practice: Practice, now: datetime) -> None:
    """Let the companion have got to know the coach, and have talked with her since."""
    with tenant(practice.coach.pk):
        provisioning.provision(coach=practice.coach)
        _know(practice, now - KNOWN_FOR)
        for exchange in words.EXCHANGES:
            _talk(exchange, now - timedelta(hours=exchange.hours))
        _remember(now)
        _draft(now)


def _know(practice: Practice, at: datetime) -> None:
    bootstrapping.begin(now=at)
    for key, quote in words.TOPICS.items():
        bootstrapping.settle_topic(key=key, result="answered", quote=quote)
    for layer, text in words.LAYERS.items():
        personality.write_layer(
            layer=layer, text=text, source=PersonalityVersion.Source.BOOTSTRAP, by=practice.coach.user
        )
    bootstrapping.complete_if_ready(by=practice.coach.user, now=at)


def _talk(exchange: words.Exchange, at: datetime) -> None:
    said = conversations.say(text=exchange.said)
    conversation = conversations.main_conversation()
    Message.objects.create(
        conversation=conversation,
        turn=said.turn,
        number=conversation.last_number + 1,
        role=Message.Role.COMPANION,
        text=exchange.answered,
    )
    conversation.last_number += 1
    conversation.save(update_fields=["last_number"])
    Message.objects.filter(turn=said.turn).update(created_at=at)
    Turn.objects.filter(pk=said.turn.pk).update(
        status=Turn.Status.DONE, model_name="demo", queued_at=at, finished_at=at
    )


def _remember(now: datetime) -> None:
    for statement, quote, importance in words.FACTS:
        source = Message.objects.filter(text__contains=quote.removeprefix("I ")).first()
        CompanionMemory.objects.create(
            statement=statement,
            quote=quote,
            source_kind=CompanionMemory.Source.COACH_MESSAGE,
            source_id=source.pk if source else None,
            said_by=CompanionMemory.SaidBy.COACH,
            observed_at=source.created_at if source else now,
            importance=importance,
        )


def _draft(now: datetime) -> None:
    client = Client.objects.get(name=words.NUDGE["client"])
    proposals.propose(
        kind=Proposal.Kind.NUDGE,
        text=words.NUDGE_TEXT,
        turn=None,
        now=now,
        client=client,
        title=words.NUDGE["title"],
        reason=words.NUDGE["reason"],
        evidence=[words.NUDGE["evidence"]],
    )
    contexts.show(panel="secondary", kind=PanelKind.PROPOSALS)
