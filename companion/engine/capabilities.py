"""
What a turn may do, as tables. Pure.

A prompt asks; this decides. The rights of a turn are those of its bootstrap state, narrowed by the least
trusted text that was really put into its context.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Literal

from companion.engine.response import LayerName


class Taint(IntEnum):
    """Whose words are in the context, most trusted first; a turn is as trusted as its worst part."""

    COACH = 0
    SYSTEM = 1
    CLIENT = 2
    DOCUMENT = 3


class Capability(Enum):
    """One thing that the effects of a turn may do."""

    SHOW = "show"
    """Panels, notices, the mode of the conversation, small questions."""
    ANSWER_TOPICS = "answer_topics"
    PROPOSE_PERSONALITY = "propose_personality"
    WRITE_KNOWLEDGE = "write_knowledge"
    """Write the two layers that the companion keeps itself, with notice and undo."""
    PROPOSE_SKILL = "propose_skill"
    PROPOSE_SCHEDULE = "propose_schedule"
    REMEMBER = "remember"
    PROPOSE_MEMORY = "propose_memory"
    DRAFT_NUDGE = "draft_nudge"
    PREPARE_SESSION = "prepare_session"
    ANALYSE_CLIENT = "analyse_client"


LAYERS: Mapping[LayerName, int] = MappingProxyType(
    {
        "soul": 2_000,
        "identity": 800,
        "coach_knowledge": 2_500,
        "instructions": 1_700,
        "environment": 750,
        "client_persona": 750,
    }
)
"""The layers in their order in the prompt, each with its cap in tokens."""

TOTAL_CAP = 8_500
BOOTSTRAP_LAYERS: tuple[LayerName, ...] = ("identity", "soul", "coach_knowledge")
"""The layers that a bootstrap must set, in the order in which it asks for them."""

Authority = Literal["propose", "write", "coach_only"]

LAYER_AUTHORITY: Mapping[LayerName, Authority] = MappingProxyType(
    {
        "soul": "propose",
        "identity": "propose",
        "coach_knowledge": "write",
        "instructions": "coach_only",
        "environment": "coach_only",
        "client_persona": "write",
    }
)


def layer_authority(layer: LayerName, *, bootstrap: bool) -> Authority:
    """Say how the companion may change a layer. In a bootstrap each text is a proposal, without exception."""
    return "propose" if bootstrap else LAYER_AUTHORITY[layer]


_ALWAYS = frozenset({Capability.SHOW})
_UNLOCKED_BY_BOOTSTRAP = frozenset(
    {
        Capability.PREPARE_SESSION,
        Capability.ANALYSE_CLIENT,
        Capability.PROPOSE_SCHEDULE,
        Capability.PROPOSE_SKILL,
        Capability.DRAFT_NUDGE,
    }
)
_PERSONALITY = frozenset({Capability.PROPOSE_PERSONALITY, Capability.WRITE_KNOWLEDGE})

BY_TAINT: Mapping[Taint, frozenset[Capability]] = MappingProxyType(
    {
        Taint.COACH: _ALWAYS
        | _UNLOCKED_BY_BOOTSTRAP
        | _PERSONALITY
        | {Capability.REMEMBER, Capability.PROPOSE_MEMORY, Capability.ANSWER_TOPICS},
        Taint.SYSTEM: _ALWAYS
        | {
            Capability.PREPARE_SESSION,
            Capability.ANALYSE_CLIENT,
            Capability.DRAFT_NUDGE,
        },
        Taint.CLIENT: _ALWAYS
        | {
            Capability.PREPARE_SESSION,
            Capability.ANALYSE_CLIENT,
            Capability.PROPOSE_SCHEDULE,
            Capability.DRAFT_NUDGE,
            Capability.PROPOSE_MEMORY,
        },
        Taint.DOCUMENT: _ALWAYS
        | {
            Capability.PREPARE_SESSION,
            Capability.ANALYSE_CLIENT,
            Capability.PROPOSE_SCHEDULE,
            Capability.DRAFT_NUDGE,
            Capability.PROPOSE_MEMORY,
        },
    }
)


def granted(*, unlocked: bool, bootstrap: bool, taint: Taint) -> frozenset[Capability]:
    """List what a turn may do."""
    rights = BY_TAINT[taint]
    if not unlocked:
        rights -= _UNLOCKED_BY_BOOTSTRAP
    if not bootstrap:
        rights -= {Capability.ANSWER_TOPICS}
    if bootstrap or not unlocked:
        rights -= {Capability.WRITE_KNOWLEDGE}
    return rights


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What decides the rights of one turn."""

    unlocked: bool
    bootstrap: bool
    taint: Taint

    def allow(self, capability: Capability) -> bool:
        """Tell whether the turn may do this."""
        return capability in granted(unlocked=self.unlocked, bootstrap=self.bootstrap, taint=self.taint)

    def why_not(self, capability: Capability) -> str:
        """Say why it may not, as the coach reads it."""
        return denial(capability, unlocked=self.unlocked, bootstrap=self.bootstrap, taint=self.taint)


def worst(taints: Iterable[Taint]) -> Taint:
    """Find the least trusted of the parts of a context; a context of nothing is the coach's."""
    return max(taints, default=Taint.COACH)


WORDS: Mapping[Capability, str] = MappingProxyType(
    {
        Capability.SHOW: "show things beside the conversation",
        Capability.ANSWER_TOPICS: "note answers about ourselves",
        Capability.PROPOSE_PERSONALITY: "propose changes to my personality",
        Capability.WRITE_KNOWLEDGE: "update what I know about your work",
        Capability.PROPOSE_SKILL: "propose new or changed skills",
        Capability.PROPOSE_SCHEDULE: "propose schedules",
        Capability.REMEMBER: "remember what you tell me",
        Capability.PROPOSE_MEMORY: "suggest facts to keep",
        Capability.DRAFT_NUDGE: "draft nudges to clients",
        Capability.PREPARE_SESSION: "prepare sessions",
        Capability.ANALYSE_CLIENT: "look closely at one client",
    }
)
"""Each capability after "I can" or "I cannot yet"."""


def denial(capability: Capability, *, unlocked: bool, bootstrap: bool, taint: Taint) -> str:
    """Say in plain words why a turn may not do something that it is not granted."""
    if not unlocked and capability in _UNLOCKED_BY_BOOTSTRAP:
        return f"I can {WORDS[capability]} once we have finished getting to know each other."
    if taint >= Taint.CLIENT:
        return (
            f"This thread holds words that are not yours, so here I do not {WORDS[capability]}. "
            "I can draft it from your own message alone."
        )
    if taint is Taint.SYSTEM:
        return f"Nobody was here to ask, so I do not {WORDS[capability]} on a scheduled run."
    if capability is Capability.ANSWER_TOPICS and not bootstrap:
        return "We know each other already; you can go through the questions again from the personality page."
    return f"I cannot {WORDS[capability]} here."
