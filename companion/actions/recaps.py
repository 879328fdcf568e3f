"""A recap for the client: composed by rule from what the coach let stand, and kept as the coach leaves it."""

from datetime import datetime

import structlog

from coaching.models import CoachingSession, Speaker, User
from companion.models import Claim, Evidence, SessionRecap

LONGEST = 8_000
"""Characters of one recap."""

FOR_THE_CLIENT = (Claim.Kind.SUMMARY, Claim.Kind.COMMITMENT, Claim.Kind.QUESTION)
"""What a recap is made of."""

log = structlog.get_logger(__name__)


class RecapError(Exception):
    """The text cannot be kept as it is; the words are for the coach."""


def compose(*, session: CoachingSession, day: str, coach_name: str) -> str:
    """
    Write a first draft in words for the client, of accepted summaries, promises and questions alone.

    Nothing that the coach merely supposes, and nothing about the coach's own work, goes into it.
    """
    standing = Claim.objects.of_session(session).standing().in_reading_order().with_evidence()
    sections = standing.by_kind()
    promises = sections[Claim.Kind.COMMITMENT]
    theirs = [claim for claim in promises if claim.owner != Claim.Owner.COACH]
    mine = [claim for claim in promises if claim.owner == Claim.Owner.COACH]
    questions = [claim for claim in sections[Claim.Kind.QUESTION] if claim.owner != Claim.Owner.COACH]
    parts = [
        f"Hello {session.client.short_name},",
        f"Here is what stayed with me from our session on {day}.",
        _section("Words of yours that I kept", _in_their_voice(sections[Claim.Kind.SUMMARY])),
        _section("What you said you would do", theirs),
        _section("What I promised", mine),
        _section("A question to take with you", questions),
        "Anything that is not as you meant it? Tell me, and I will put it right.",
        coach_name,
    ]
    return "\n\n".join(part for part in parts if part)


def has_something(session: CoachingSession) -> bool:
    """Say whether the coach let anything stand that a recap is made of."""
    return Claim.objects.of_session(session).standing().of_kind(*FOR_THE_CLIENT).exists()


def keep(*, session: CoachingSession, text: str, by: User, now: datetime) -> SessionRecap:
    """Keep a recap as the coach wrote it. Raises RecapError."""
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text:
        raise RecapError("The recap is empty. Write something, or leave it for later.")
    if len(text) > LONGEST:
        raise RecapError(
            f"This recap has {len(text):,} characters; {LONGEST:,} is the most. Nothing was lost."
        )
    recap, _ = SessionRecap.objects.update_or_create(
        session=session, defaults={"client": session.client, "text": text, "by": by, "kept_at": now}
    )
    log.info("recap.kept", session=str(session.pk), by=str(by.pk))
    return recap


def _section(title: str, claims: list[Claim]) -> str:
    if not claims:
        return ""
    return "\n".join([title, *(f"- {_for_the_client(claim)}" for claim in claims)])


def _in_their_voice(claims: list[Claim]) -> list[Claim]:
    """Keep what rests on the client's own words; a summary of the coach's is not theirs to read."""
    return [claim for claim in claims if all(_is_theirs(each) for each in claim.evidence.all())]


def _is_theirs(span: Evidence) -> bool:
    return span.utterance.speaker.role == Speaker.Role.CLIENT


def _for_the_client(claim: Claim) -> str:
    """Take the coach's wording, or the words that were said: the claim's own speaks about the client."""
    if claim.edited_text:
        return claim.edited_text
    spoken = claim.said(Evidence.Side.SUPPORTS)
    return f"“{spoken[0].quote}”" if spoken else claim.text
