"""
What can be said of a session by rule: quotations, found by their form. Pure.

It answers in the same `Findings` as a model and is verified in the same way. It never paraphrases: each text
is a fixed phrase around the speaker's own words, and what would need judgement stays empty.
"""

from collections.abc import Sequence

from companion.engine.analysis.findings import Findings
from companion.engine.analysis.material import Goal, KnownLoop
from companion.engine.analysis.parts import Line
from companion.engine.analysis.rules import coaching, patterns, promises, questions, stances, themes
from companion.engine.analysis.rules.speech import sentences


def find(lines: Sequence[Line], *, goals: Sequence[Goal] = (), loops: Sequence[KnownLoop] = ()) -> Findings:
    """Read one part of a session."""
    said = sentences(lines)
    return Findings(
        summary=themes.summary(said),
        themes=themes.themes(said),
        commitments=promises.commitments(said),
        questions=questions.left_open(lines),
        hypotheses=patterns.two_minds(said),
        goals=themes.goals(said, goals),
        observations=stances.observations(said, goals),
        loops=patterns.loops(said, loops),
        strengths=coaching.strengths(lines),
        opportunities=coaching.opportunities(lines),
    )
