"""Attempts at a turn without worker or model: held, begun, answered. They need an open tenant."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from companion.actions import conversations, turns
from companion.actions.leases import LEASE_TIME, Failed, Lease
from companion.actions.told import Told
from companion.actions.usage import Price
from companion.engine.capabilities import Taint
from companion.engine.prompt_assembler import Prompt
from companion.engine.response import CompanionResponse
from companion.engine.usage import Usage
from companion.models import CompanionMemory, Message, Turn

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
FREE = Price(input_usd=Decimal(0), output_usd=Decimal(0))
DEAR = Price(input_usd=Decimal(3), output_usd=Decimal(15))

SOUL = {"layer": "soul", "text": "I am kind.", "reason": "You asked.", "quote": "be kind"}
FACT = {"action": "remember", "about": "coach", "importance": 4}


def say(text: str = "Good morning", **fields: Any) -> Turn:
    """Say something; the turn waits."""
    return conversations.say(text=text, **fields).turn


def hold(turn: Turn, *, lasting: timedelta = LEASE_TIME) -> Lease:
    """Claim a turn as a worker would."""
    Turn.objects.filter(pk=turn.pk).update(
        status=Turn.Status.RUNNING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=Now() + lasting,
    )
    turn.refresh_from_db()
    return Lease(turn.pk, turn.coach_id, turn.fence)


def begin(turn: Turn, *, now: datetime = NOON, price: Price = FREE) -> turns.Work:
    """Claim a turn and read what it may know."""
    return turns.begin(lease=hold(turn), now=now, model_name="scripted", price=price, output_tokens=1_000)


def finish(work: turns.Work, says: str = "Good.", *, now: datetime = NOON, **parts: Any) -> list[Told]:
    """End an attempt with this answer."""
    response = CompanionResponse.model_validate({"chat_message": says, **parts})
    return turns.finish(work=work, response=response, refusals=(), used=Usage(), now=now)


def answer(turn: Turn, says: str = "Good.", *, now: datetime = NOON, **parts: Any) -> Turn:
    """Carry a turn from its claim to this answer."""
    finish(begin(turn, now=now), says, now=now, **parts)
    turn.refresh_from_db()
    return turn


def fail(lease: Lease, *, retryable: bool = True, **how: Any) -> Failed:
    """Let an attempt fail."""
    how = {"code": "overloaded", "words": "Very busy just now.", "now": NOON, **how}
    return turns.fail(lease=lease, retryable=retryable, **how)


def answers() -> list[str]:
    """What the companion has said so far."""
    return list(Message.objects.filter(role="companion").order_by("number").values_list("text", flat=True))


def refused(turn: Turn) -> list[tuple[str, str]]:
    """What of an answer was not carried out."""
    return [(refusal["code"], refusal["what"]) for refusal in turn.refusals]


def on_the_wire(prompt: Prompt) -> list[str]:
    """The parts of a prompt in their order."""
    history = [text for each in prompt.history for text in (each.message, each.reply)]
    return [prompt.system, prompt.memory, prompt.summary, *history, prompt.current]


def foreign_fact(text: str = "Paula loves long marmalade breakfasts.") -> CompanionMemory:
    """A fact that somebody else's words stand behind."""
    fact: CompanionMemory = CompanionMemory.objects.create(
        statement=text,
        quote=text,
        source_kind="client_message",
        said_by="client",
        observed_at=NOON,
        taint=Taint.CLIENT,
    )
    return fact
