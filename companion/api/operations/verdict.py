"""Is it well? Decided from figures alone; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from companion.api.operations.costs import Costs
from companion.api.operations.failures import Kind
from companion.api.operations.turns import Ended, Unfinished

Level = Literal["good", "warn", "bad"]

SLOW_SECONDS, STUCK_SECONDS = 15, 60
"""A free worker takes a turn within five seconds, whether or not it heard the bell."""
SOME_FAILURES = 3
"""Fewer in an hour say nothing yet."""
MANY_SHARE, MOST_SHARE = 0.1, 0.5
STANDING = {"refused_key", "spend_limit"}
"""Failures that stay until somebody does something."""

TITLES: Mapping[Level, str] = {
    "good": "All is well",
    "warn": "Worth a look",
    "bad": "Something is wrong",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    level: Level
    words: str
    place: str
    """The part of the page that says more."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and what it rests on."""

    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """The worst of the findings."""
        levels = {finding.level for finding in self.findings}
        return "bad" if "bad" in levels else "warn" if levels else "good"

    @property
    def title(self) -> str:
        """The answer in three words."""
        return TITLES[self.level]


def judge(
    *,
    parts: Mapping[str, Mapping[str, Any]],
    unfinished: Unfinished,
    hour: Ended,
    kinds: Iterable[Kind],
    costs: Costs,
    is_single_role: bool,
) -> Verdict:
    """Look at everything; the worst comes first."""
    found = [
        *_of_parts(parts),
        *_of_waiting(unfinished),
        *_of_failures(hour, kinds),
        *_of_set_up(costs, is_single_role=is_single_role),
    ]
    return Verdict(tuple(sorted(found, key=lambda finding: finding.level)))


def _of_parts(parts: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    waiting = parts["database"].get("unapplied_migrations")
    if waiting:
        yield Finding("bad", f"Migrations not applied: {waiting}. The release did not end well.", "parts")
    if parts["redis"]["status"] != "ok":
        yield Finding("warn", "Redis does not answer. Turns are still found; live text pauses.", "parts")
        return
    if parts["workers"]["status"] != "ok":
        yield Finding("bad", "No worker has been seen for 30 seconds: nobody answers coaches.", "workers")
    if parts["clock"]["status"] == "never":
        yield Finding("bad", "No clock has ticked yet: lost turns are not ended.", "parts")
    elif parts["clock"]["status"] != "ok":
        age = parts["clock"]["seconds_since_tick"]
        yield Finding("bad", f"The clock has been silent for {age:.0f} seconds.", "parts")


def _of_waiting(unfinished: Unfinished) -> Iterator[Finding]:
    seconds = unfinished.oldest_seconds or 0
    if seconds > SLOW_SECONDS:
        level: Level = "bad" if seconds > STUCK_SECONDS else "warn"
        yield Finding(level, f"A turn has waited {seconds:.0f} seconds for a worker.", "turns")


def _of_failures(hour: Ended, kinds: Iterable[Kind]) -> Iterator[Finding]:
    standing = [kind for kind in kinds if kind.code in STANDING and kind.hour]
    for kind in standing:
        yield Finding("bad", kind.meaning, "failures")
    failed, ended = hour.failed, hour.done + hour.failed
    if standing or failed < SOME_FAILURES or failed < MANY_SHARE * ended:
        return
    level: Level = "bad" if failed >= MOST_SHARE * ended else "warn"
    yield Finding(level, f"{failed} of {ended} turns failed in the last hour.", "failures")


def _of_set_up(costs: Costs, *, is_single_role: bool) -> Iterator[Finding]:
    if costs.is_runaway:
        yield Finding("warn", "Today costs far more than the days before it.", "costs")
    if is_single_role:
        words = "One database role does everything: practices are kept apart by code alone."
        yield Finding("warn", words, "parts")
