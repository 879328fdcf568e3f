"""Reads a session's words, and what was known before it, into what an analysis is made from."""

from collections.abc import Iterable
from uuid import UUID
from zoneinfo import ZoneInfo

from coaching.actions.words import words_for_ai
from coaching.models import CoachingSession, Goal, Speaker, Utterance
from companion.engine.analysis import material as m
from companion.engine.prompt_assembler import ref
from companion.models import Claim

LOOPS = 8
"""Patterns of earlier sessions that are told, the newest first."""


def read(session: CoachingSession) -> m.Material:
    """Read everything that one analysis may know. Raises NoConsentError."""
    rows = words_for_ai(session)
    labels = {row.speaker.label for row in rows if row.speaker.label}
    return m.Material(
        utterances=tuple(_utterance(row) for row in rows),
        client_name=session.client.name,
        coach_name=session.coach.user.name,
        goals=tuple(m.Goal(ref=ref(goal.pk), title=goal.title) for goal in goals(session)),
        loops=_loops(session),
        known=(session.title, _day(session), *sorted(labels)),
    )


def goals(session: CoachingSession) -> Iterable[Goal]:
    """List the goals that a session may touch."""
    return Goal.objects.filter(client=session.client_id).active().foremost_first()


def loops(session: CoachingSession) -> list[Claim]:
    """List the patterns that this client's earlier sessions showed, each as it was seen last."""
    seen = Claim.objects.of_client(session.client).of_kind(Claim.Kind.LOOP).not_rejected()
    earlier = seen.filter(session__starts_at__lt=session.starts_at)
    return list(earlier.exclude(later__in=earlier)[:LOOPS])


def sessions_of(loop: Claim) -> list[CoachingSession]:
    """List the sessions in which a pattern was seen, oldest first."""
    found: list[CoachingSession] = []
    step: Claim | None = loop
    while step is not None and len(found) < LOOPS:
        found.append(step.session)
        step = Claim.objects.select_related("session").filter(pk=step.earlier_id).first()
    return found[::-1]


def _loops(session: CoachingSession) -> tuple[m.KnownLoop, ...]:
    return tuple(
        m.KnownLoop(
            ref=ref(loop.pk),
            trigger=loop.trigger,
            behaviour=loop.behaviour,
            payoff=loop.payoff,
            seen=tuple(_day(each) for each in sessions_of(loop)),
        )
        for loop in loops(session)
    )


def by_ref(ids: Iterable[UUID]) -> dict[str, UUID]:
    """Find rows again by the refs that a model was given."""
    return {ref(pk): pk for pk in ids}


def _utterance(row: Utterance) -> m.Utterance:
    return m.Utterance(
        number=row.number, role=_role(row.speaker), text=row.text, start_ms=row.starts_ms, end_ms=row.ends_ms
    )


def _role(speaker: Speaker) -> m.Role:
    if speaker.role == Speaker.Role.COACH:
        return "coach"
    return "client" if speaker.role == Speaker.Role.CLIENT else "other"


def _day(session: CoachingSession) -> str:
    local = session.starts_at.astimezone(ZoneInfo(session.time_zone))
    return f"{local.day} {local:%B %Y}"
