"""
Which tables a turn may change, by what it is granted. Everything else must be as it was.

A new capability fails test_hostile_model.py until it stands here, and a new effect until it is declared in
`companion.engine.effects.NEEDS`.
"""

from collections.abc import Mapping

from companion.engine.capabilities import Capability, Rights

ALWAYS = frozenset(
    {
        "companion_turn",
        "companion_message",
        "companion_conversation",
        "companion_usageentry",
    }
)
"""The turn's own: its row and a clean turn after it, the answer, what the thread was told, what it cost."""

IN_A_BOOTSTRAP = frozenset(
    {"companion_companionstate", "companion_bootstraptopic", "companion_companioncontext"}
)
"""A turn of the bootstrap counts it as begun and the next topic as asked, whatever the model says."""

_CARD = frozenset({"companion_proposal", "companion_companioncontext"})
"""A card waits for the coach, and the panel that lists the cards counts a change."""

TOUCHES: Mapping[Capability, frozenset[str]] = {
    Capability.SHOW: frozenset(
        {"companion_companioncontext", "companion_notification", "companion_microinteraction"}
    ),
    Capability.ANSWER_TOPICS: frozenset({"companion_bootstraptopic"}),
    Capability.PROPOSE_PERSONALITY: _CARD,
    Capability.PROPOSE_SKILL: _CARD,
    Capability.PROPOSE_SCHEDULE: _CARD,
    Capability.PROPOSE_MEMORY: _CARD,
    Capability.DRAFT_NUDGE: _CARD,
    Capability.WRITE_KNOWLEDGE: frozenset(
        {
            "companion_companionpersonality",
            "companion_personalityversion",
            "companion_notification",
            "companion_auditevent",
        }
    ),
    Capability.REMEMBER: frozenset(
        {"companion_companionmemory", "companion_clientknowledge", "companion_companioncontext"}
    ),
    Capability.PREPARE_SESSION: frozenset(),
    Capability.ANALYSE_CLIENT: frozenset(),
}


def may_touch(rights: Rights) -> frozenset[str]:
    """List the tables that a turn with these rights may change."""
    granted = (TOUCHES[each] for each in Capability if rights.allow(each))
    return ALWAYS.union(IN_A_BOOTSTRAP if rights.bootstrap else (), *granted)
