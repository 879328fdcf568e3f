"""
Which findings become claims: those that the transcript bears out. Pure, and the same for every model.

Every quotation is looked up. What has none left is dropped, or labelled an inference where its kind may be
one. What a claim says beyond its words (a number, a name, a date) sinks it, and so do words that no note may
hold.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from companion.engine.analysis.claims import (
    NEEDS_WORDS,
    SECTIONS,
    WHOSE,
    Claim,
    Dropped,
    Kind,
    Reason,
    Side,
    Span,
)
from companion.engine.analysis.findings import (
    CoachMoment,
    Commitment,
    Finding,
    Findings,
    GoalTouched,
    Hypothesis,
    Loop,
    Observation,
    OpenQuestion,
    Quote,
)
from companion.engine.analysis.material import Material, Role
from companion.engine.analysis.particulars import small_words, supported, unsupported
from companion.engine.analysis.quotes import Finder
from companion.engine.analysis.sensitive import sensitive
from companion.engine.words import normal

MOST_SPANS = 6
"""Quotations of one claim: more are not read."""
_INNER_QUOTE = re.compile(r"[“\"]([^”\"]+)[”\"]")
_FOR_A_MACHINE = re.compile(
    r"\b(ignore|disregard|forget|override)\b.{0,40}\b(instructions?|rules?|prompts?|guidelines?)\b"
    r"|\bsystem prompt\b|\byou are (now )?(an? )?(ai|assistant|language model|chatgpt)\b",
    re.IGNORECASE,
)
"""Words that speak to a machine and not to anybody in the room: no evidence of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What is left, in reading order, and what is not."""

    claims: tuple[Claim, ...]
    dropped: tuple[Dropped, ...]


class _SinksError(Exception):
    """A finding cannot become a claim."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Verifier:
    """Holds findings against one session."""

    def __init__(self, material: Material) -> None:
        self._finder = Finder(material.utterances)
        self._roles: dict[int, Role] = {each.number: each.role for each in material.utterances}
        self._for_machines = {each.number for each in material.utterances if _FOR_A_MACHINE.search(each.text)}
        self._goals = {goal.ref for goal in material.goals}
        self._loops = {loop.ref for loop in material.loops}
        self._facts = supported(material.facts)
        self._small = small_words(each.text for each in material.utterances)

    def verify(self, findings: Findings) -> Verified:
        """Make claims of the findings of one part."""
        claims: list[Claim] = []
        dropped: list[Dropped] = []
        for section, kind in SECTIONS.items():
            for finding in getattr(findings, section):
                try:
                    claim, misquoted = self._claim(kind, finding)
                except _SinksError as sunk:
                    dropped.append(Dropped(kind, sunk.reason))
                else:
                    claims.append(claim)
                    dropped += [Dropped(kind, "misquoted")] * misquoted
        return Verified(claims=tuple(claims), dropped=tuple(dropped))

    def _claim(self, kind: Kind, finding: Finding) -> tuple[Claim, int]:
        """Check one finding; also says how many of its quotations are nowhere."""
        spans = self._spans(finding.evidence, "supports")
        against = self._spans(getattr(finding, "against", ()), "contradicts")
        if not spans and finding.evidence:
            raise _SinksError("quote_not_found")
        if not spans and kind in NEEDS_WORDS:
            raise _SinksError("no_evidence")
        self._need_speaker(kind, finding, spans)
        given = len(finding.evidence) + len(getattr(finding, "against", ()))
        kept = (*spans[:MOST_SPANS], *against[:MOST_SPANS])
        claim = self._with_details(
            Claim(kind=kind, text=finding.text, evidence=kept, is_inference=not spans), finding
        )
        self._need_honest_words(claim)
        return claim, given - len(spans) - len(against)

    def _spans(self, quotes: Iterable[Quote], side: Side) -> list[Span]:
        spans = []
        for quote in quotes:
            found = self._finder.find(quote.quote, number=quote.utterance)
            if found is None or found.number in self._for_machines:
                continue
            spans.append(
                Span(number=found.number, start=found.start, end=found.end, words=found.words, side=side)
            )
        return spans

    def _need_speaker(self, kind: Kind, finding: Finding, spans: Sequence[Span]) -> None:
        """Ask that somebody's doing is told in their own words. A speaker without a name may be anybody."""
        owner: Role | None = (
            finding.owner if isinstance(finding, Commitment | OpenQuestion) else WHOSE.get(kind)
        )
        if owner and spans and not any(self._roles[span.number] in {owner, "other"} for span in spans):
            raise _SinksError("wrong_speaker")

    def _with_details(self, claim: Claim, finding: Finding) -> Claim:
        """Add what only its kind has."""
        match finding:
            case Commitment(owner=owner, due=due):
                return replace(claim, owner=owner, due=due if _said(due, claim.evidence) else "")
            case OpenQuestion(owner=owner):
                return replace(claim, owner=owner)
            case Hypothesis(alternative=alternative):
                return replace(claim, alternative=_needed(alternative, "no_alternative"))
            case GoalTouched(goal=goal):
                return replace(claim, goal=_needed(goal if goal in self._goals else "", "unknown_goal"))
            case Observation():
                return self._observed(claim, finding)
            case Loop():
                return self._pattern(claim, finding)
            case CoachMoment(principle=principle):
                return replace(claim, principle=principle)
        return claim

    def _pattern(self, claim: Claim, finding: Loop) -> Claim:
        return replace(
            claim,
            trigger=finding.trigger,
            behaviour=finding.behaviour,
            payoff=finding.payoff,
            state=finding.state,
            earlier=finding.earlier if finding.earlier in self._loops else "",
        )

    def _observed(self, claim: Claim, finding: Observation) -> Claim:
        """Keep a step nearer to a goal only where a goal is named and words show it."""
        bears = finding.goal in self._goals and not claim.is_inference
        return replace(
            claim,
            stance=finding.stance,
            goal=finding.goal if finding.goal in self._goals else "",
            goal_delta=finding.goal_delta if bears else 0,
            milestone="" if claim.is_inference else finding.milestone,
        )

    def _need_honest_words(self, claim: Claim) -> None:
        words = [span.words for span in claim.evidence]
        for text in claim.texts:
            own = _INNER_QUOTE.sub(" ", text)
            if not all(_said(quoted, claim.evidence) for quoted in _INNER_QUOTE.findall(text)):
                raise _SinksError("quote_not_found")
            if reason := sensitive(own):
                raise _SinksError(reason)
            if unsupported(own, words=words, small=self._small) - self._facts:
                raise _SinksError("not_in_evidence")


def _needed(text: str, reason: Reason) -> str:
    """Give the text back. Raises _SinksError when there is none."""
    if not text:
        raise _SinksError(reason)
    return text


def _said(words: str, spans: Iterable[Span]) -> bool:
    """Tell whether one of the quotations holds these words."""
    wanted = normal(words).strip("\"'.,;:!?… ")
    return bool(wanted) and any(wanted in normal(span.words) for span in spans)
