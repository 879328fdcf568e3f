"""Who works on which turn: leases, and the order of a conversation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from companion.actions import leases
from companion.actions.leases import ATTEMPTS, LEASE, Leases
from companion.models import Turn

__all__ = ["ATTEMPTS", "LEASE", "Claim", "claim_suspect", "claim_turns", "hold", "lost", "release", "take"]

# The first condition only makes the second cheap: what waits behind a running turn is passed over by a look
# into a small hash table, not by one into an index for each turn. What it misses, the second finds.
_TURNS = Leases(
    "companion_turn",
    free="""q.conversation_id NOT IN (
      SELECT r.conversation_id FROM companion_turn r
      WHERE r.status = 'running' ORDER BY r.lease_until DESC LIMIT 500)
    AND NOT EXISTS (
      SELECT 1 FROM companion_turn e
      WHERE e.conversation_id = q.conversation_id AND e.number < q.number
        AND e.status IN ('queued', 'running'))""",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one turn until the lease ends or somebody raises the fence."""

    turn_id: UUID
    coach_id: UUID
    fence: int


def claim_turns(*, limit: int) -> list[Claim]:
    """Take up to `limit` due turns but no suspects, oldest first; a conversation's only in their order."""
    return [Claim(*row) for row in _TURNS.claim(limit=limit, suspect=False)]


def claim_suspect() -> list[Claim]:
    """
    Take one turn, if there is any, that may be what kills its workers.

    Who has one takes no second: of all turns that died together with it, only it is given up.
    """
    return [Claim(*row) for row in _TURNS.claim(limit=1, suspect=True)]


def take(*, turn: Turn, lease: timedelta) -> Claim:
    """Claim this one turn, see `leases.take`."""
    return Claim(turn.pk, turn.coach_id, leases.take(turn, lease=lease))


def hold(claims: Collection[Claim]) -> set[UUID]:
    """Extend these leases; returns the turns that are still ours. Others were cancelled or overtaken."""
    return _TURNS.hold([(claim.turn_id, claim.fence) for claim in claims])


def release(claims: Collection[Claim]) -> None:
    """Hand turns back at once, without counting the attempt: the next worker starts them afresh."""
    _TURNS.release([(claim.turn_id, claim.fence) for claim in claims])


def lost() -> list[Claim]:
    """Find the turns that have outlived their last attempt, for `turns.give_up` to end."""
    return [Claim(*row) for row in _TURNS.lost()]
