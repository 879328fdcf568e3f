"""What a session's page shows of its analysis: how it stands, what waits for the coach, what was counted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from coaching.accounts.http import CoachRequest
from coaching.actions import consents
from coaching.consents import Purpose
from coaching.models import Client, CoachingSession, Speaker
from coaching.views import consent_parts
from coaching.views.consent_parts import Gate
from companion.engine.analysis.claims import WHY
from companion.engine.analysis.quotes import unquoted
from companion.models import Claim, Errand, Evidence, SessionIntelligence
from companion.models.intelligence import intelligence_of

Unnamed = Literal["", "nobody_said", "one_voice"]
HIGHLIGHTS = (Claim.Kind.COMMITMENT, Claim.Kind.QUESTION, Claim.Kind.HYPOTHESIS, Claim.Kind.THEME)
NAMES = {
    Claim.Kind.COMMITMENT: "Promise",
    Claim.Kind.QUESTION: "Open question",
    Claim.Kind.HYPOTHESIS: "Hypothesis",
    Claim.Kind.THEME: "Theme",
}
"""What one of a kind is called; the kinds' own labels head lists."""
MOST, MOST_LATELY = 8, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One claim in short, with the first of its words where they may be shown."""

    claim: Claim
    words: str
    due: str
    span: Evidence | None

    @property
    def kind(self) -> str:
        """What it is called alone."""
        return NAMES.get(Claim.Kind(self.claim.kind), self.claim.get_kind_display())


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Everything that `companion/partials/analysis.html` reads."""

    session: CoachingSession
    gate: Gate
    errand: Errand | None
    """The newest analysis that was asked for."""
    found: SessionIntelligence | None
    is_outdated: bool
    claims: Sequence[Line]
    """The first of them that matter before the next session."""
    waiting: int
    standing: int
    unnamed: Unnamed
    """Why it cannot be told whose words are whose; empty where it can."""

    @property
    def is_under_way(self) -> bool:
        """Whether an analysis waits or runs."""
        return self.errand is not None and self.errand.is_unfinished

    @property
    def problem(self) -> str:
        """Why the newest analysis failed; empty when it did not."""
        failed = self.errand is not None and self.errand.status == Errand.Status.FAILED
        return self.errand.error_words if self.errand is not None and failed else ""

    @property
    def left_out(self) -> list[str]:
        """What is not shown, as "3 quoted words that are not in the transcript"."""
        return [f"{count} {words}" for count, words in left_out_of(self.found)]


def left_out_of(found: SessionIntelligence | None) -> list[tuple[int, str]]:
    """Count what an analysis does not show, by why not."""
    counts: Counter[str] = Counter()
    for each in found.left_out if found else ():
        counts[WHY[each["reason"]]] += each["count"]
    return [(count, words) for words, count in counts.items()]


def section_of(request: CoachRequest, session: CoachingSession, *, back: str = "") -> Section | None:
    """Read how a session's analysis stands; None while there is nothing to analyse."""
    transcript = session.read_transcript
    found = intelligence_of(session)
    if transcript is None and found is None:
        return None
    claims = Claim.objects.of_session(session)
    by_status = Counter(claims.values_list("status", flat=True))
    return Section(
        session=session,
        gate=consent_parts.gate(request, session.client, Purpose.AI_PROCESSING, back=back),
        errand=Errand.objects.analyses_of(session).first(),
        found=found,
        is_outdated=found is not None and found.is_outdated(transcript),
        claims=highlights(session),
        waiting=by_status[Claim.Status.PROPOSED],
        standing=sum(by_status[status] for status in Claim.STANDING),
        unnamed=_unnamed(transcript.roles if transcript else []),
    )


def _unnamed(roles: Sequence[str]) -> Unnamed:
    if not roles or {Speaker.Role.COACH, Speaker.Role.CLIENT} <= set(roles):
        return ""
    return "nobody_said" if len(roles) > 1 else "one_voice"


def line_of(claim: Claim, *, is_quoted: bool = True) -> Line:
    """Put one claim as a panel and a session's page show it; it was read `with_evidence`."""
    spans = list(claim.evidence.all())
    if is_quoted:
        return Line(claim=claim, words=claim.words, due=claim.due, span=spans[0] if spans else None)
    return Line(claim=claim, words=unquoted(claim.words, *(each.quote for each in spans)), due="", span=None)


def highlights(session: CoachingSession) -> list[Line]:
    """Choose the claims that matter before the next session, each with its words."""
    claims = Claim.objects.of_session(session).not_rejected().of_kind(*HIGHLIGHTS)
    return [line_of(claim) for claim in claims.in_reading_order().with_evidence()[:MOST]]


def lately(client: Client) -> list[Line]:
    """
    Choose what the newest sessions of a client left to come back to, as far as the coach let it stand.

    This is what the next session is prepared from, so their own words are there only if they agreed to it.
    """
    claims = Claim.objects.of_client(client).standing().of_kind(*HIGHLIGHTS)
    is_quoted = consents.may_quote(client)
    return [line_of(claim, is_quoted=is_quoted) for claim in claims.with_evidence()[:MOST_LATELY]]
