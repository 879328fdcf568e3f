"""What the companion suggests: put before the coach, confirmed or dismissed by them, once."""

from datetime import datetime
from typing import Any

from coaching.models import User
from companion.actions import audit, bootstrapping, personality, skills, suggested_facts
from companion.actions.personality import StaleLayerError
from companion.models import PersonalityVersion, Proposal, Turn


class AlreadyDecidedError(Exception):
    """The coach has decided about this one."""


class StaleProposalError(Exception):
    """What it was written against has changed since."""


def propose(*, kind: str, text: str, turn: Turn | None, now: datetime, **particulars: Any) -> Proposal:
    """
    Put something before the coach.

    A new text for a layer takes the place of the one that still waits.
    """
    layer = particulars.get("layer", "")
    if layer:
        # Before any proposal, as `confirm` does: two that lock in one order never wait for each other.
        layers = personality.locked_layers()
        waiting = Proposal.objects.pending().filter(kind=kind, layer=layer)
        waiting.update(status=Proposal.Status.STALE, decided_at=now)
        particulars["base_version"] = layers[layer].version
    return Proposal.objects.create(kind=kind, text=text, turn=turn, **particulars)


def confirm(
    *, proposal: Proposal, text: str, by: User, now: datetime, over_version: int | None = None
) -> Proposal:
    """
    Do what was proposed, with the coach's edits.

    `over_version` is the layer's version that the coach has seen and means to replace, where that is no
    longer the one that the proposal was written against. The confirmation that unlocks the abilities is
    marked, so that its card can say so for good.

    Raises AlreadyDecidedError, StaleProposalError, OverBudgetError, UnfitSkillError, UnfitFactError; call it
    in a transaction that they undo.
    """
    if proposal.kind == Proposal.Kind.LAYER:
        personality.locked_layers()
    decided = _decide(proposal, Proposal.Status.CONFIRMED, now)
    decided.text = text
    if proposal.kind == Proposal.Kind.LAYER:
        _write_layer(decided, by=by, base_version=over_version)
        if bootstrapping.complete_if_ready(by=by, now=now):
            decided.fields = {**decided.fields, "unlocked": True}
    elif proposal.kind == Proposal.Kind.SKILL:
        skills.apply_proposal(decided, now=now)
    elif proposal.kind == Proposal.Kind.MEMORY:
        suggested_facts.accept(proposal=decided, now=now)
    decided.save(update_fields=["text", "fields"])
    audit.note("proposal.confirmed", by=by, object_id=proposal.pk, detail=proposal.kind)
    return decided


def dismiss(*, proposal: Proposal, by: User, now: datetime) -> Proposal:
    """Set it aside. Raises AlreadyDecidedError."""
    decided = _decide(proposal, Proposal.Status.DISMISSED, now)
    audit.note("proposal.dismissed", by=by, object_id=proposal.pk, detail=proposal.kind)
    return decided


def _decide(proposal: Proposal, status: Proposal.Status, now: datetime) -> Proposal:
    won = Proposal.objects.pending().filter(pk=proposal.pk).update(status=status, decided_at=now)
    decided: Proposal = Proposal.objects.get(pk=proposal.pk)
    if not won:
        raise AlreadyDecidedError(f"proposal {proposal.pk} is {decided.status}")
    return decided


def _write_layer(proposal: Proposal, *, by: User, base_version: int | None) -> None:
    source = PersonalityVersion.Source
    try:
        personality.write_layer(
            layer=proposal.layer,
            text=proposal.text,
            source=source.PROPOSAL if bootstrapping.is_unlocked() else source.BOOTSTRAP,
            by=by,
            turn=proposal.turn,
            base_version=proposal.base_version if base_version is None else base_version,
        )
    except StaleLayerError as error:
        raise StaleProposalError(str(error)) from error
