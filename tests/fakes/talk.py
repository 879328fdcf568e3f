"""Sessions with words: transcripts as rows, consents, and analyses of them without a worker process."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic_ai.models import Model

from coaching.actions import consents
from coaching.consents import Purpose
from coaching.models import Client, CoachingSession, Speaker, Transcript, Utterance
from companion.actions import errands
from companion.actions.leases import ERRANDS, Lease
from companion.actions.usage import Price
from companion.engine import agent
from companion.models import Errand
from companion.scheduling import errands as loop
from companion.scheduling.database import Database
from companion.scheduling.executor import Brain
from tests.factories import NOON, make_client, make_session

FREE = Price(input_usd=Decimal(0), output_usd=Decimal(0))

TALK: tuple[tuple[str, str], ...] = (
    ("coach", "Good to see you. What would you like to look at today?"),
    ("client", "I keep saying yes to everything. I don't want to go back to how it was in March."),
    ("coach", "You don't want to go back. What happens when you say yes?"),
    ("client", "Whenever somebody asks me, I just say yes because it is easier. Then I work until nine."),
    ("coach", "So it is easier in the moment. I'll send you the list of questions that we talked about."),
    ("client", "Thanks. I will talk with Nadia about the Friday meeting before next week."),
    ("coach", "How sure are you, on a scale from 0 to 10?"),
    ("client", "Maybe a 7. But I'm not sure that she will like it."),
)


def agree(
    client: Client, purpose: Purpose = Purpose.AI_PROCESSING, *, given: bool = True, now: datetime = NOON
) -> None:
    """Write down what a client said about one purpose."""
    consents.record(client=client, purpose=purpose, given=given, method="said", by=client.coach.user, now=now)


def make_transcript(session: CoachingSession, talk: Sequence[tuple[str, str]] = TALK) -> Transcript:
    """Give a session its words, as if a file had been read; the talk is (who, words)."""
    transcript = Transcript.objects.create(
        session=session,
        client=session.client,
        file_name="talk.vtt",
        size=1,
        sha256="0" * 64,
        status="read",
        read_at=NOON,
    )
    voices = {
        role: Speaker.objects.create(
            transcript=transcript, client=session.client, number=number, label=role.title(), role=role
        )
        for number, role in enumerate(dict.fromkeys(role for role, _ in talk), start=1)
    }
    Utterance.objects.bulk_create(
        Utterance(
            coach_id=session.coach_id,
            transcript=transcript,
            session=session,
            client=session.client,
            speaker=voices[role],
            number=number,
            starts_ms=number * 5_000,
            ends_ms=number * 5_000 + 4_000,
            text=text,
        )
        for number, (role, text) in enumerate(talk, start=1)
    )
    return transcript


def make_talk(
    talk: Sequence[tuple[str, str]] = TALK,
    *,
    client: Client | None = None,
    starts_at: datetime = NOON - timedelta(days=1),
) -> CoachingSession:
    """A session that was held, with its words and the client's consent."""
    client = client or make_client("Maya Lindqvist")
    session = make_session(client, starts_at, status="completed")
    agree(client)
    make_transcript(session, talk)
    return session


def ask_for_analysis(session: CoachingSession) -> Errand:
    """Queue an analysis as the button does. Needs an open tenant."""
    kind = Errand.Kind.ANALYSE_SESSION
    return errands.queue_errand(kind=kind, about=session, client=session.client, session=session)


def claim_one() -> Lease:
    """Claim the one errand that is due. Needs committed rows."""
    (lease,) = ERRANDS.claim(limit=1)
    return lease


def carry(model: Model | None = None, *, price: Price = FREE, lease: Lease | None = None) -> timedelta | None:
    """Carry the errand that is due in this process, with the model that answers by rule if none is given."""
    brain = Brain(model=model or agent.open_model("offline"), price=price)
    held = lease or claim_one()

    async def run() -> timedelta | None:
        database = Database()
        try:
            return await loop.carry_out(held, brain=brain, database=database)
        finally:
            database.close()
            client = getattr(brain.model, "client", None)
            if client is not None:
                await client.close()

    return asyncio.run(run())
