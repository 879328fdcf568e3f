"""The old way beside the new one, in figures, for deciding when the old one may go. No words of either."""

from collections import Counter
from collections.abc import Iterable

from companion.engine.analysis.comparison import Comparison, NewWay, compare, together
from companion.engine.analysis.regenerated import Regenerated
from companion.models import Claim, SessionAnalysis, SessionIntelligence


def sessions() -> list[tuple[SessionIntelligence, Comparison]]:
    """Compare every session of the open practice that was analysed in both ways, newest session first."""
    old = {row.session_id: row for row in SessionAnalysis.objects.all()}
    new = SessionIntelligence.objects.filter(session__in=old).select_related("session", "client")
    found = list(new.order_by("-session__starts_at"))
    claims = Claim.objects.filter(intelligence__in=found).not_rejected().with_evidence()
    by_session: dict[object, list[Claim]] = {}
    for claim in claims:
        by_session.setdefault(claim.session_id, []).append(claim)
    return [
        (row, compare(_old(old[row.session_id]), _new(row, by_session.get(row.session_id, []))))
        for row in found
    ]


def whole(each: Iterable[tuple[SessionIntelligence, Comparison]]) -> Comparison:
    """Say how the two ways compare over all of these sessions."""
    return together([comparison for _, comparison in each])


def _old(row: SessionAnalysis) -> Regenerated:
    return Regenerated(
        sentences=tuple(row.summary.splitlines()), numbers=tuple(row.numbers), topics=tuple(row.topics)
    )


def _new(row: SessionIntelligence, claims: list[Claim]) -> NewWay:
    spans = [span for claim in claims for span in claim.evidence.all()]
    return NewWay(
        kinds=dict(Counter(claim.kind for claim in claims)),
        texts=[*(claim.words for claim in claims), *(span.quote for span in spans)],
        numbers=[span.utterance.number for span in spans],
        left_out=row.left_out_count,
    )
