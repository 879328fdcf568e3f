"""Where the client stands, by the form of what they say. Nothing is read between the lines. Pure."""

import re
from collections.abc import Mapping, Sequence

from companion.engine.analysis.findings import Observation, Stance
from companion.engine.analysis.material import Goal
from companion.engine.analysis.rules.speech import Sentence, of
from companion.engine.analysis.rules.themes import touches

MOST_OF_ONE = 2
SHORTEST = 6
"""Words."""

FORMS: Mapping[Stance, re.Pattern[str]] = {
    "outcome": re.compile(
        r"\bi (went (to|back)|finished|managed|started|applied|made it|asked (him|her|them|my|for)"
        r"|told (him|her|them|my)|did (it|that|get))\b"
        r"|\bi got (an? |the |my )?(\w+ )?(job|interview|offer|raise|promotion|forms?|place|answer)\b"
        r"|\b(has|it's|it) (really )?helped\b|\bproud of myself\b|\bi got .{1,30} to help\b"
    ),
    "plan": re.compile(
        r"\b(i'll|i will|i'm going to|i'm gonna|i plan to|(the|my) (next|first) step"
        r"|i can .{1,40} (instead|then)|i could (also )?(try|ask|go|start|call))\b"
    ),
    "reflection": re.compile(
        r"\b(i (realise|realize|realised|realized|noticed|learned|learnt|see now)|i know that (i|it)"
        r"|i think because|i guess (it's|i|that)|it's (kind of )?an excuse|looking back|what works)\b"
    ),
    "struggle": re.compile(
        r"\b(i can't|i couldn't|wasn't able|hard(est|er)? (for me|thing|to)|struggl\w*|worried|overwhelmed"
        r"|stuck|got in the way|gets? in the way|not good enough|embarrassing|haven't been able"
        r"|too (much|many|hard))\b"
    ),
    "intent": re.compile(
        r"\b(i (really |just |definitely |do )?(want|wanna|need) to|i (really |just |definitely )?wanna"
        r"|i('d| would) like to|i wish|i hope|my goal)\b"
    ),
}
"""Told in this order: a sentence that fits two is told under the first."""


def observations(said: Sequence[Sentence], goals: Sequence[Goal]) -> list[Observation]:
    """Quote up to two sentences for each stance, the fullest ones, in the order in which they were said."""
    by_stance: dict[Stance, list[Sentence]] = {stance: [] for stance in FORMS}
    for sentence in of("client", said):
        stance = stance_of(sentence)
        if stance:
            by_stance[stance].append(sentence)
    chosen = [
        (sentence, stance)
        for stance, each in by_stance.items()
        for sentence in sorted(each, key=lambda sentence: -len(sentence.terms))[:MOST_OF_ONE]
    ]
    return [
        Observation(
            text=sentence.told("The client said"),
            evidence=[sentence.quote],
            stance=stance,
            goal=next((goal.ref for goal in goals if touches(sentence, goal)), ""),
        )
        for sentence, stance in sorted(chosen, key=lambda each: each[0].number)
    ]


def stance_of(sentence: Sentence) -> Stance | None:
    """Name the stance that a sentence has the form of."""
    if sentence.is_question or sentence.length < SHORTEST:
        return None
    return next((stance for stance, form in FORMS.items() if form.search(sentence.folded)), None)
