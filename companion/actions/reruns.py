"""Turns that an operator runs again: the coach then sees the answer as usual."""

from coaching.models import User
from companion.actions import audit, turns
from companion.models import Turn


class NotAgainError(Exception):
    """The turn did not fail, or the coach has said something since."""


def run_again(*, turn: Turn, by: User) -> None:
    """
    Put a failed turn back in the queue, and write down who did.

    Raises NotAgainError.
    """
    if turn.status != Turn.Status.FAILED or not turns.retry(turn=turn):
        raise NotAgainError(f"turn {turn.pk} cannot be run again")
    audit.note("turn.run_again", by=by, object_id=turn.pk)
