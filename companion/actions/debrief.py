"""
The coach's review of a session: a claim stands or is put aside, and what becomes of it in the practice.

Accepting a promise opens a commitment; accepting an observation that bears on a goal notes the step and the
station that the card named. Taking a decision back undoes that too, unless somebody worked on it since.
"""

from datetime import datetime

from django.db import transaction

from coaching.actions import commitments, goals
from coaching.actions.commitments import CommitmentDetails
from coaching.actions.origins import Origin
from coaching.models import Commitment, Goal, Milestone, User
from companion.actions import intelligence
from companion.models import Claim, Evidence

Kind, Status = Claim.Kind, Claim.Status


@transaction.atomic
def accept(*, claim: Claim, by: User, now: datetime) -> Claim:
    """Let a claim stand as it is, and do what its card says. Raises intelligence.ClaimGoneError."""
    held = _afresh(claim, by=by, now=now)
    return _carry_out(intelligence.accept(claim=held, by=by, now=now), by=by, now=now)


@transaction.atomic
def edit(*, claim: Claim, text: str, by: User, now: datetime) -> Claim:
    """Let a claim stand in the coach's words, as `accept` does. Raises intelligence.ClaimGoneError."""
    held = _afresh(claim, by=by, now=now)
    return _carry_out(intelligence.edit(claim=held, text=text, by=by, now=now), by=by, now=now)


@transaction.atomic
def reject(*, claim: Claim, by: User, now: datetime) -> Claim:
    """Put a claim aside. Raises intelligence.ClaimGoneError."""
    return intelligence.reject(claim=_afresh(claim, by=by, now=now), by=by, now=now)


@transaction.atomic
def reopen(*, claim: Claim, by: User, now: datetime) -> Claim:
    """Take a decision back, with what came of it. Raises intelligence.ClaimGoneError."""
    return intelligence.reopen(claim=_afresh(claim, by=by, now=now))


def moved_to(claim: Claim) -> int | None:
    """Say at what percent a goal will stand when this claim is accepted; None when none moves."""
    goal = claim.goal
    if claim.kind != Kind.OBSERVATION or goal is None or not claim.goal_delta or not _is_worked_on(claim):
        return None
    return min(100, max(0, goal.progress + claim.goal_delta))


def station_of(claim: Claim) -> str:
    """Name the station that accepting this claim marks as reached; empty when there is none."""
    return claim.milestone if claim.milestone and claim.goal and _is_worked_on(claim) else ""


def _is_worked_on(claim: Claim) -> bool:
    return claim.goal is not None and claim.goal.removed_at is None and claim.goal.completed_at is None


def _afresh(claim: Claim, *, by: User, now: datetime) -> Claim:
    """Lock a claim, so that two presses happen one after the other, and undo what an earlier one did."""
    locked = Claim.objects.select_for_update(of=("self",)).select_related("goal", "session__client")
    held: Claim = locked.get(pk=claim.pk)
    if held.commitment:
        commitments.discard_commitment(commitment=held.commitment, by=by)
    if held.step and held.step.goal.progress == held.step.value:
        step = held.step
        goals.note_progress(
            goal=step.goal, value=step.before, note="Taken back", by=by, now=now, session=held.session
        )
    if held.station and held.station.created_at == held.decided_at:
        goals.remove_milestone(milestone=held.station, by=by, now=now)
    elif held.station and held.station.reached_at == held.decided_at:
        goals.unreach_milestone(milestone=held.station, by=by)
    _keep(held, commitment=None, step=None, station=None)
    return held


def _carry_out(claim: Claim, *, by: User, now: datetime) -> Claim:
    if claim.kind == Kind.COMMITMENT:
        _open(claim, by=by, now=now)
    if (value := moved_to(claim)) is not None and claim.goal:
        claim.goal.refresh_from_db(fields=["progress"])
        step = goals.note_progress(
            goal=claim.goal, value=value, note=claim.words[:500], by=by, now=now, origin=_origin(claim)
        )
        _keep(claim, step=step)
    if claim.goal and station_of(claim):
        _keep(claim, station=_reach(claim.goal, claim.milestone, by=by, now=now))
    return claim


def _open(claim: Claim, *, by: User, now: datetime) -> None:
    owner = Commitment.PromisedBy.COACH if claim.owner == Claim.Owner.COACH else Commitment.PromisedBy.CLIENT
    details = CommitmentDetails(text=promise_of(claim), promised_by=owner)
    client = claim.session.client
    made = commitments.open_commitment(client=client, details=details, by=by, now=now, origin=_origin(claim))
    _keep(claim, commitment=made)


def promise_of(claim: Claim) -> str:
    """Word a promise as an action: the coach's wording, else the very words, else the claim's."""
    spoken = claim.said(Evidence.Side.SUPPORTS)
    text = claim.edited_text or (spoken[0].quote if spoken and claim.model_name == "offline" else claim.text)
    if claim.due and claim.due.lower() not in text.lower():
        text = f"{text} ({claim.due})"
    return text[:300]


def _reach(goal: Goal, title: str, *, by: User, now: datetime) -> Milestone:
    known = Milestone.objects.kept().filter(goal=goal, title__iexact=title).first()
    station = known or goals.add_milestone(goal=goal, title=title, due_on=None, by=by, now=now)
    return goals.reach_milestone(milestone=station, by=by, now=now)


def _origin(claim: Claim) -> Origin:
    spoken = (each.utterance_id for each in claim.said(Evidence.Side.SUPPORTS))
    return Origin(session=claim.session, evidence=list(dict.fromkeys(spoken)))


def _keep(claim: Claim, **made: object) -> None:
    for name, row in made.items():
        setattr(claim, name, row)
    claim.save(update_fields=list(made))
