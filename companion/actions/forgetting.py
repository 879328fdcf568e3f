"""
What was made out of a client's words, and how it goes when consent is taken back or a session is forgotten.

A withdrawal stops the work and lets the model begin its conversation anew, so that no later prompt holds
words that were recalled for an earlier one. What is kept is deleted only when the coach says so.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain

import structlog
from django.db.models import F, Q

from coaching.models import Client, CoachingSession, User
from coaching.withdrawals import Derived
from companion.actions import errands, forgotten_facts, turns
from companion.actions.blotting import MAY_HOLD_A_CLIENTS_WORDS, blot_out, worth_seeking
from companion.engine.capabilities import Taint
from companion.engine.words import normal
from companion.models import (
    AnalysedPart,
    Claim,
    ClientKnowledge,
    Conversation,
    Errand,
    Evidence,
    Message,
    SessionAnalysis,
    SessionIntelligence,
    Turn,
)

REMOVED = "[words of a client, removed]"

log = structlog.get_logger(__name__)


def stop(*, client: Client, now: datetime) -> None:
    """Read no words of this client any more: they no longer agree to AI reading them."""
    errands.cancel_for(client=client, kinds=[Errand.Kind.ANALYSE_SESSION], now=now)
    AnalysedPart.objects.filter(client=client).delete()
    if Claim.objects.filter(client=client).exists():
        _begin_anew()


def stop_quoting(*, client: Client, now: datetime) -> None:
    """Let no later prompt hold words that were quoted while this client agreed to it; nothing is deleted."""
    if Claim.objects.filter(client=client).exists():
        _begin_anew()


def derived(client: Client) -> Sequence[Derived]:
    """List what was made out of the words of one client's sessions."""
    analysed = SessionIntelligence.objects.filter(client=client)
    old = SessionAnalysis.objects.filter(client=client).exclude(session__in=analysed.values("session"))
    claims = Claim.objects.filter(client=client)
    facts = ClientKnowledge.objects.filter(client=client, source_kind=ClientKnowledge.Source.SESSION)
    return [
        Derived(what="session analysis,session analyses", count=analysed.count() + old.count()),
        Derived(what="statement about a session,statements about sessions", count=claims.count()),
        Derived(what="fact from a session,facts from sessions", count=facts.count()),
    ]


def delete(*, client: Client, by: User, now: datetime) -> None:
    """Delete everything that was made out of the words of one client's sessions."""
    turns.begin_again()
    forgotten_facts.forget_from_sessions(client=client)
    _forget(Q(client=client))
    log.info("intelligence.client_forgotten", client=str(client.pk), by=str(by.pk))


def forget_session(*, session: CoachingSession) -> None:
    """Delete everything that was made out of the words of one session."""
    turns.begin_again()
    forgotten_facts.forget_source(source_id=session.pk)
    _forget(Q(session=session))
    log.info("intelligence.session_forgotten", session=str(session.pk))


def _forget(whose: Q) -> None:
    claims = Claim.objects.filter(whose)
    quotes = Evidence.objects.filter(claim__in=claims).values_list("quote", flat=True)
    told = chain.from_iterable(claims.values_list("text", "edited_text"))
    words = {*quotes, *told}
    _strike_out(words)
    blot_out(words, mark=REMOVED, where=MAY_HOLD_A_CLIENTS_WORDS)
    turns.drop_unfinished_answers()
    if claims.exists():
        _begin_anew()
    # Claims and their evidence go with it; loops of other sessions forget that they were seen here.
    SessionIntelligence.objects.filter(whose).delete()
    SessionAnalysis.objects.filter(whose).delete()


def _begin_anew() -> None:
    """
    Let the model see nothing of what was said in turns that held a client's words, nor anything before.

    Nobody knows yet what a turn under way has read, so it counts as one of those.
    """
    held = Q(taint__gte=Taint.CLIENT) | Q(status__in=Turn.UNFINISHED)
    for conversation in Conversation.objects.select_for_update():
        if Turn.objects.filter(held, conversation=conversation).exists():
            Conversation.objects.filter(pk=conversation.pk).update(
                summary="",
                summary_until=F("last_number"),
                summary_taint=Taint.COACH,
                memory_text="",
                memory_told="",
                memory_taint=Taint.COACH,
            )


def _strike_out(words: Iterable[str]) -> None:
    """Take these words out of answers, however written there, and all that stood beside questions."""
    sought = worth_seeking(words)
    tainted = Message.objects.filter(turn__taint__gte=Taint.CLIENT)
    for message in tainted.filter(role=Message.Role.COMPANION):
        text = _without(message.text, sought)
        if text != message.text:
            Message.objects.filter(pk=message.pk).update(text=text)
    tainted.exclude(context_note="").update(context_note="")


def _without(text: str, sought: Iterable[str]) -> str:
    for words in sought:
        if normal(words) in normal(text):
            text = text.replace(words, REMOVED) if words in text else REMOVED
    return text
