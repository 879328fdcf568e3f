"""
What follows when a client takes a consent back.

The practice does not know what was made out of a client's words, so whoever makes something of them says here
how to stop work under way, what there is and how it goes; `on_withdrawal` is called in the app's `ready()`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from coaching.consents import Purpose
from coaching.models import Client, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """Something that was made out of a client's words."""

    what: str
    """One and many: "analysis,analyses"."""
    count: int

    @property
    def noun(self) -> str:
        """What to call this many of them."""
        one, _, many = self.what.partition(",")
        return one if self.count == 1 else many


class Stop(Protocol):
    """Cancels work that waits or runs. Called in the transaction of the withdrawal."""

    def __call__(self, *, client: Client, now: datetime) -> None: ...


class Delete(Protocol):
    """Deletes everything that `derived` lists, for good."""

    def __call__(self, *, client: Client, by: User, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """One app's answer to a withdrawal."""

    stop: Stop
    derived: Callable[[Client], Sequence[Derived]] | None
    delete: Delete | None


_followers: dict[Purpose, list[Follower]] = {purpose: [] for purpose in Purpose}


def on_withdrawal(
    purpose: Purpose,
    *,
    stop: Stop,
    derived: Callable[[Client], Sequence[Derived]] | None = None,
    delete: Delete | None = None,
) -> None:
    """
    Follow withdrawals of this purpose. Twice is the same as once.

    Without `derived` and `delete` there is nothing to clear afterwards: what was made stays.
    """
    follower = Follower(stop=stop, derived=derived, delete=delete)
    if follower not in _followers[purpose]:
        _followers[purpose].append(follower)


def stop_work(purpose: Purpose, *, client: Client, now: datetime) -> None:
    """Cancel whatever is under way with this client's words."""
    for follower in _followers[purpose]:
        follower.stop(client=client, now=now)


def derived_from(purpose: Purpose, *, client: Client) -> list[Derived]:
    """List what there is of this client that rests on this purpose, leaving out what there is none of."""
    found = (
        each for follower in _followers[purpose] if follower.derived for each in follower.derived(client)
    )
    return [each for each in found if each.count]


def delete_derived(purpose: Purpose, *, client: Client, by: User, now: datetime) -> None:
    """Delete all that `derived_from` lists."""
    for follower in _followers[purpose]:
        if follower.delete:
            follower.delete(client=client, by=by, now=now)
