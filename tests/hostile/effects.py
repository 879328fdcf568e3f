"""
What a turn may come to, written down here a second time, so that no one line of the product decides alone.

From the design: by whose words are in the context, and by how far coach and companion know each other. A new
effect fails test_hostile_model.py until it stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from companion.engine import effects as deeds
from companion.engine.capabilities import Taint

Deeds = frozenset[type]

SHOWN: Deeds = frozenset(
    {deeds.PanelUpdate, deeds.PagePush, deeds.Notify, deeds.ContextHint, deeds.AskQuestion}
)
ANSWERS: Deeds = frozenset({deeds.AnswerTopic})
KEPT: Deeds = frozenset({deeds.Remember, deeds.WriteLayer})
"""Written without the coach's click, from the coach's own words alone."""
ABOUT_ITSELF: Deeds = frozenset({deeds.ProposeLayer, deeds.ProposeSkill})
CARDS: Deeds = frozenset({deeds.ProposeSchedule, deeds.ProposeFact, deeds.DraftNudge})

BY_TAINT: Mapping[Taint, Deeds] = {
    Taint.COACH: SHOWN | ANSWERS | KEPT | ABOUT_ITSELF | CARDS,
    Taint.SYSTEM: SHOWN | {deeds.DraftNudge},
    Taint.CLIENT: SHOWN | CARDS,
    Taint.DOCUMENT: SHOWN | CARDS,
}

AFTER_BOOTSTRAP: Deeds = frozenset(
    {deeds.ProposeSkill, deeds.ProposeSchedule, deeds.DraftNudge, deeds.WriteLayer}
)


@dataclass(frozen=True, slots=True)
class State:
    """How far coach and companion know each other."""

    unlocked: bool
    bootstrap: bool

    def __str__(self) -> str:
        return f"{'unlocked' if self.unlocked else 'locked'}{', in a bootstrap' if self.bootstrap else ''}"


STATES = tuple(State(unlocked, bootstrap) for unlocked in (False, True) for bootstrap in (False, True))


def allowed(taint: Taint, state: State) -> Deeds:
    """List what a turn may come to."""
    found = BY_TAINT[taint]
    if not state.unlocked:
        found -= AFTER_BOOTSTRAP
    return found - ({deeds.WriteLayer} if state.bootstrap else ANSWERS)


OWN_LAYERS = frozenset({"coach_knowledge", "client_persona"})
"""Layers that the companion may write, told and undoable; soul and identity wait as cards."""
PROPOSED_LAYERS = OWN_LAYERS | {"soul", "identity"}
"""Instructions and environment are the coach's alone."""

OWN = frozenset({"companion_turn", "companion_message", "companion_conversation", "companion_usageentry"})
"""A turn's own rows: itself and a clean turn after it, the answer, what the thread was told, what it cost."""

OF_A_BOOTSTRAP = frozenset(
    {"companion_companionstate", "companion_bootstraptopic", "companion_companioncontext"}
)
"""A turn of the bootstrap counts it as begun and the next topic as asked, whatever the model says."""

_CARD = frozenset({"companion_proposal", "companion_companioncontext"})
"""A card waits for the coach, and the panel that lists the cards counts a change."""

TABLES: Mapping[type, frozenset[str]] = {
    deeds.PanelUpdate: frozenset({"companion_companioncontext"}),
    deeds.PagePush: frozenset({"companion_companioncontext"}),
    deeds.ContextHint: frozenset({"companion_companioncontext"}),
    deeds.Notify: frozenset({"companion_notification"}),
    deeds.AskQuestion: frozenset({"companion_microinteraction"}),
    deeds.AnswerTopic: frozenset({"companion_bootstraptopic"}),
    deeds.ProposeLayer: _CARD,
    deeds.ProposeSkill: _CARD,
    deeds.ProposeSchedule: _CARD,
    deeds.ProposeFact: _CARD,
    deeds.DraftNudge: _CARD,
    deeds.WriteLayer: frozenset(
        {
            "companion_companionpersonality",
            "companion_personalityversion",
            "companion_notification",
            "companion_auditevent",
        }
    ),
    deeds.Remember: frozenset(
        {"companion_companionmemory", "companion_clientknowledge", "companion_companioncontext"}
    ),
}
"""Which tables each effect may change."""

CARD_KINDS: Mapping[str, type] = {
    "layer": deeds.ProposeLayer,
    "skill": deeds.ProposeSkill,
    "schedule": deeds.ProposeSchedule,
    "memory": deeds.ProposeFact,
    "nudge": deeds.DraftNudge,
}


def may_change(taint: Taint, state: State) -> frozenset[str]:
    """List the tables that a turn may change. All others must be as they were."""
    granted = (TABLES[deed] for deed in allowed(taint, state))
    return OWN.union(OF_A_BOOTSTRAP if state.bootstrap else (), *granted)
