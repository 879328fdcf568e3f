"""A session with a transcript, and claims that rest on its words."""

from typing import Any

from coaching.models import Client, Utterance
from companion.models import Claim, Evidence, SessionIntelligence
from tests import factories
from tests.factories import NOON
from tests.fakes.talk import make_transcript

SAID = (
    ("coach", "What would be different a month from now?"),
    ("client", "I leave at six. Nobody writes to me after that, and I do not look."),
    ("coach", "I will send you the three questions tomorrow."),
    ("client", "I will tell Rui on Friday. I slept through four nights, that never happened before."),
)


def make_debrief(client: Client) -> SessionIntelligence:
    """A session that was read and in which nothing was found yet."""
    session = factories.make_session(client, NOON, status="completed")
    transcript = make_transcript(session, SAID)
    return SessionIntelligence.objects.create(
        session=session,
        client=client,
        transcript=transcript,
        version=1,
        model_name="offline",
        coach_words=15,
        client_words=29,
        questions=1,
        open_questions=1,
        longest_turn_words=8,
        longest_turn_number=3,
        left_out=[{"kind": "theme", "reason": "quote_not_found", "count": 2}],
        analysed_at=NOON,
    )


def make_claim(
    found: SessionIntelligence, text: str = "The client will tell Rui.", *, quote: str = "", **fields: Any
) -> Claim:
    """A claim that waits for the coach, with one quotation where one is given."""
    order = Claim.objects.filter(intelligence=found).count()
    common = {"session": found.session, "client": found.client, "version": 1, "model_name": "offline"}
    fields = {"kind": Claim.Kind.COMMITMENT, "owner": "client", **common, **fields}
    claim = Claim.objects.create(intelligence=found, order=order, text=text, **fields)
    if quote:
        quoted(claim, quote)
    return claim


def quoted(claim: Claim, quote: str, *, side: str = Evidence.Side.SUPPORTS) -> Evidence:
    """Let words of the session speak for a claim, or against it."""
    spoken = Utterance.objects.get(session=claim.session, text__contains=quote)
    start = spoken.text.index(quote)
    return Evidence.objects.create(
        claim=claim,
        client=claim.client,
        utterance=spoken,
        quote=quote,
        start=start,
        end=start + len(quote),
        side=side,
    )
