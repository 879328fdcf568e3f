"""
The analysis of a session in rows: begun, each part asked for and kept, and the whole stored once.

Each function is one short transaction; the model is called between them with nothing held. The client's
consent is asked for again before each part, and every write needs the errand's fence to stand: a consent
taken back in the middle cancels the errand, and nothing more is read or kept.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coaching.actions import consents
from coaching.actions.consents import NoConsentError
from coaching.consents import Purpose
from coaching.models import CoachingSession, Transcript
from companion.actions import errands, intelligence, material, usage
from companion.actions.errands import ErrandError
from companion.actions.leases import Lease
from companion.actions.told import Told
from companion.engine.analysis import storing
from companion.engine.analysis.claims import SECTIONS, Dropped
from companion.engine.analysis.joining import Analysis, join
from companion.engine.analysis.material import Material
from companion.engine.analysis.parts import PartOfSession, split
from companion.engine.analysis.prompts import AnalysisPrompt
from companion.engine.analysis.regenerated import Regenerated, summarise
from companion.engine.analysis.talk import Talk, count
from companion.engine.analysis.verify import Verified
from companion.engine.failures import FailureKind, ModelFailure
from companion.engine.usage import Usage
from companion.models import AnalysedPart, Errand

WORDS: Mapping[FailureKind, str] = {
    "overloaded": "The AI service is very busy just now. Nothing is lost; try again in a minute.",
    "rate_limited": "The AI service asks us to slow down. Nothing is lost; try again in a minute.",
    "spend_limit": "The AI account has reached its spending limit. Try again once it is raised.",
    "server": "The AI service had a fault of its own. Nothing is lost; try again.",
    "timeout": "The AI service took too long. Nothing is lost; try again.",
    "cut": "The connection to the AI service broke off. Nothing is lost; try again.",
    "endless": "The AI service came to no end. Nothing is lost; try again.",
    "stalled": "The AI service stopped half-way. Nothing is lost; try again.",
    "unreadable": "The AI service sent something unreadable. Nothing is lost; try again.",
    "refused_key": "The AI service did not accept our key. Whoever runs JourneyLoop needs to check it.",
    "bad_request": "The AI service would not take this request. Trying again will not help.",
    "unreachable": "I cannot reach the AI service. Nothing is lost; try again in a moment.",
}
"""What the coach reads when the model is to blame."""
BUDGET_SPENT = (
    "Today's AI budget is used up. What has been read so far is kept; try again tomorrow, and it goes on "
    "from there."
)
NO_WORDS = "There is no transcript to analyse any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that an analysis needs once the database is closed again."""

    held: Lease
    model_name: str
    client_id: UUID
    transcript_id: UUID
    material: Material
    parts: tuple[PartOfSession, ...]
    found: Mapping[int, Verified]
    """Parts that an earlier attempt has read."""
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What is stored in the end."""

    analysis: Analysis
    talk: Talk
    old: Regenerated


def begin(*, held: Lease, model_name: str, now: datetime) -> Plan:
    """
    Read the session's words and cut them into parts.

    Raises OvertakenError, and ErrandError without consent or without words.
    """
    session = _with_consent(errands.held(lease=held))
    transcript = Transcript.objects.of_session(session).read().without_file().first()
    if transcript is None:
        raise ErrandError("no_words", NO_WORDS)
    given = material.read(session)
    parts = split(given.utterances)
    return Plan(
        held=held,
        model_name=model_name,
        client_id=session.client_id,
        transcript_id=transcript.pk,
        material=given,
        parts=parts,
        found=_found(transcript, total=len(parts), model_name=model_name),
        read_at=now,
    )


def _found(transcript: Transcript, **made: Any) -> dict[int, Verified]:
    """Read the parts that an earlier attempt left, unless the speakers got other names since."""
    kept = AnalysedPart.objects.filter(transcript=transcript, **made)
    if transcript.speakers_named_at:
        kept = kept.filter(created_at__gt=transcript.speakers_named_at)
    return {part.number: storing.load(part.found) for part in kept}


def reserve(
    *, plan: Plan, part: int, prompt: AnalysisPrompt, price: usage.Price, output_tokens: int, now: datetime
) -> None:
    """
    Make sure that one more part may be read, and set aside what that may cost.

    Raises OvertakenError, and ErrandError without consent or money.
    """
    errand = errands.held(lease=plan.held)
    _with_consent(errand)
    size = sum(len(text.encode()) for text in (prompt.system, prompt.about, prompt.part))
    try:
        usage.reserve(
            call=_call(plan, errand, part),
            model_name=plan.model_name,
            worst_usd=price.worst_case(prompt_bytes=size, output_tokens=output_tokens),
            now=now,
        )
    except usage.BudgetSpentError as error:
        raise ErrandError("budget", BUDGET_SPENT) from error


def keep(*, plan: Plan, part: int, found: Verified, used: Usage, done: int, now: datetime) -> list[Told]:
    """Keep what one part gave, and say how far it is. Raises OvertakenError."""
    errand = errands.held(lease=plan.held, lock=True)
    AnalysedPart.objects.update_or_create(
        transcript_id=plan.transcript_id,
        number=part,
        defaults={
            "client_id": plan.client_id,
            "total": len(plan.parts),
            "model_name": plan.model_name,
            "found": storing.dump(found),
        },
    )
    usage.settle(call=_call(plan, errand, part), used=used, now=now)
    return errands.progress(lease=plan.held, done=done, total=len(plan.parts))


def lose(*, plan: Plan, part: int, used: Usage, failure: ModelFailure, now: datetime) -> ErrandError:
    """Pay for a call that gave nothing, and say what the errand's attempt failed of."""
    errand = Errand.objects.get(pk=plan.held.work_id)
    usage.settle(call=_call(plan, errand, part), used=used, now=now)
    return ErrandError(
        failure.kind,
        WORDS[failure.kind],
        retryable=failure.retryable,
        asked_seconds=failure.retry_after,
    )


def whole(material: Material, found: Mapping[int, Verified]) -> Whole:
    """Join the parts, and count what needs no model. No database."""
    return Whole(
        analysis=join(found[number] for number in sorted(found)),
        talk=count(material.utterances),
        old=summarise(material.utterances),
    )


def finish(*, plan: Plan, whole: Whole, old_way: bool, new_way: bool) -> list[Told]:
    """
    Store the one result of an analysis, in the new way, the old way or both, and end the errand.

    Raises OvertakenError, and ErrandError without consent.
    """
    session = _with_consent(errands.held(lease=plan.held))
    told = errands.finish(lease=plan.held)
    if new_way:
        made = intelligence.Made(
            model_name=plan.model_name,
            parts=len(plan.parts),
            transcript_id=plan.transcript_id,
            read_at=plan.read_at,
        )
        intelligence.store(session=session, analysis=whole.analysis, talk=whole.talk, made=made)
    if old_way:
        intelligence.store_old(session=session, old=whole.old, now=plan.read_at)
    AnalysedPart.objects.filter(transcript=plan.transcript_id).delete()
    return told


def with_malformed(found: Verified, malformed: Counter[str]) -> Verified:
    """Add to a part's record what did not fit its form."""
    lost = tuple(Dropped(SECTIONS[name], "malformed") for name in malformed.elements())
    return Verified(claims=found.claims, dropped=(*found.dropped, *lost))


def _with_consent(errand: Errand) -> CoachingSession:
    """Ask for the client's consent, and hold it for the length of the transaction."""
    if errand.session_id is None:
        raise ErrandError("no_words", NO_WORDS)
    session = CoachingSession.objects.select_related("client", "coach__user").get(pk=errand.session_id)
    try:
        consents.require(client=session.client, purpose=Purpose.AI_PROCESSING)
    except NoConsentError as refused:
        raise ErrandError("no_consent", str(refused)) from refused
    return session


def _call(plan: Plan, errand: Errand, part: int) -> usage.Call:
    return usage.Call(work=errand, fence=plan.held.fence, part=part)
