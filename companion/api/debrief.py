"""What the debrief's page shows: claims in their sections, and the words around a quotation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from coaching.models import Client, CoachingSession, Speaker, Transcript, Utterance
from companion.actions import debrief
from companion.api.analyses import left_out_of
from companion.models import Claim, Errand, Evidence, SessionIntelligence
from companion.models.intelligence import intelligence_of

BEFORE, AFTER = 4, 8
"""Utterances that are shown around a quotation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One claim, and what pressing Accept will do beside keeping it."""

    claim: Claim
    supports: Sequence[Evidence]
    contradicts: Sequence[Evidence]
    consequence: str
    problem: str = ""
    typed: str = ""
    """What the coach wrote when it could not be kept."""
    said: str = ""
    """What has just been done, for those who hear the page."""

    @property
    def wording(self) -> str:
        """The text that the edit form begins with."""
        return self.typed or self.claim.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One kind of claim; none of it means that it was not discussed."""

    kind: Claim.Kind
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the review has come."""

    decided: int
    total: int

    @property
    def left(self) -> int:
        """How many still wait."""
        return self.total - self.decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One utterance around a quotation: its text cut where the quoted words begin and end."""

    utterance: Utterance
    role: str
    who: str
    pieces: Sequence[tuple[str, bool]]
    """Text, and whether it is quoted."""
    is_quoted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Everything on the debrief's page."""

    session: CoachingSession
    found: SessionIntelligence | None
    transcript: Transcript | None
    errand: Errand | None
    sections: Sequence[Section]
    progress: Progress
    lines: Sequence[Line]
    left_out: Sequence[tuple[int, str]]

    @property
    def not_discussed(self) -> Sequence[Section]:
        """The kinds of which nothing was found."""
        return [section for section in self.sections if not section.cards]

    @property
    def is_outdated(self) -> bool:
        """Whether the words changed after they were analysed."""
        return self.found is not None and self.found.is_outdated(self.transcript)


def review_of(session: CoachingSession, *, chosen: str = "") -> Review:
    """Read a session's review; `chosen` is the id of the evidence whose words are shown first."""
    found = intelligence_of(session)
    claims = list(Claim.objects.of_session(session).in_reading_order().with_evidence())
    spans = [span for claim in claims for span in claim.evidence.all()]
    first = next((span for span in spans if str(span.pk) == chosen), spans[0] if spans else None)
    return Review(
        session=session,
        found=found,
        transcript=Transcript.objects.of_session(session).read().without_file().first(),
        errand=Errand.objects.analyses_of(session).first(),
        sections=_sections(claims),
        progress=_progress(claims),
        lines=lines_around(first, session.client) if first else [],
        left_out=left_out_of(found),
    )


def progress_of(session: CoachingSession) -> Progress:
    """Count what the coach has decided."""
    return _progress(Claim.objects.of_session(session).only("status"))


def card_of(claim: Claim, **came_of_it: str) -> Card:
    """Prepare one claim for its page; it was read `with_evidence`."""
    return Card(
        claim=claim,
        supports=claim.said(Evidence.Side.SUPPORTS),
        contradicts=claim.said(Evidence.Side.CONTRADICTS),
        consequence=_consequence(claim),
        **came_of_it,
    )


def lines_around(span: Evidence, client: Client) -> list[Line]:
    """Read what was said around one quotation, its words cut out to be marked."""
    number = span.utterance.number
    near = Utterance.objects.of_session(span.claim.session).between(number - BEFORE, number + AFTER)
    return [_line(each, span, client) for each in near]


def _line(each: Utterance, span: Evidence, client: Client) -> Line:
    is_quoted = each.pk == span.utterance_id
    cuts = [0, span.start, span.end, len(each.text)] if is_quoted else [0, len(each.text)]
    pieces = [(each.text[start:end], is_quoted and place == 1) for place, (start, end) in _places(cuts)]
    known = {Speaker.Role.COACH: "You", Speaker.Role.CLIENT: client.short_name}
    role = Speaker.Role(each.speaker.role)
    who = known.get(role, each.speaker.label)
    return Line(utterance=each, role=role, who=who, pieces=pieces, is_quoted=is_quoted)


def _places(cuts: Sequence[int]) -> Iterable[tuple[int, tuple[int, int]]]:
    return enumerate(pairwise(cuts))


def _sections(claims: Iterable[Claim]) -> list[Section]:
    cards = [card_of(claim) for claim in claims]
    return [
        Section(kind=kind, cards=[card for card in cards if card.claim.kind == kind]) for kind in Claim.Kind
    ]


def _progress(claims: Iterable[Claim]) -> Progress:
    states = [claim.is_decided for claim in claims]
    return Progress(decided=sum(states), total=len(states))


def _consequence(claim: Claim) -> str:
    """Say what accepting this claim will change, before it is pressed."""
    if claim.is_decided:
        return ""
    if claim.kind == Claim.Kind.COMMITMENT:
        whose = "your" if claim.owner == Claim.Owner.COACH else f"{claim.session.client.short_name}'s"
        return f"Accepting puts this on {whose} list of commitments."
    changes = []
    if (value := debrief.moved_to(claim)) is not None and claim.goal:
        changes.append(f"moves “{claim.goal.title}” from {claim.goal.progress} % to {value} %")
    if station := debrief.station_of(claim):
        changes.append(f"marks the milestone “{station}” as reached")
    return f"Accepting {' and '.join(changes)}." if changes else ""
