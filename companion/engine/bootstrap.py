"""
How coach and companion get to know each other: the state machine's pure part.

Topics are asked one at a time, in order; each belongs to a layer. When no topic of a layer is left open its
text is proposed, and the coach confirms it. Complete means that all three layers are set, never that a text
looks full.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from companion.engine.capabilities import BOOTSTRAP_LAYERS
from companion.engine.response import LayerName, TopicResult

PLAIN_START = "a plain start, every topic was skipped"
"""Stands where the coach's words would stand."""

TopicStatus = Literal["open", "asked", "answered", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One thing to learn."""

    key: str
    layer: LayerName
    name: str
    """What the coach sees in the list of topics."""
    question: str
    reason: str
    """The answer to "why do you ask"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """How far one topic is; `quote` holds the coach's own words once answered."""

    key: str
    status: TopicStatus = "open"
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """The whole state of a bootstrap."""

    topics: tuple[TopicState, ...]
    proposed: frozenset[LayerName] = frozenset()
    """Layers whose proposal waits for the coach."""
    confirmed: frozenset[LayerName] = frozenset()
    """Layers that are set."""


class UnknownTopicError(Exception):
    """No topic has this key."""


TOPICS: tuple[Topic, ...] = (
    Topic(
        key="names",
        layer="identity",
        name="Our names",
        question="What may I call you, and what would you like to call me?",
        reason="So that we can talk like colleagues. You can change either name later.",
    ),
    Topic(
        key="voice",
        layer="identity",
        name="How I sound",
        question="How should I sound when we talk: brief and to the point, warm and unhurried, a little dry?",
        reason="You will read a good deal of me, so it should be in a voice you like.",
    ),
    Topic(
        key="values",
        layer="soul",
        name="What matters to you",
        question="When your coaching is at its best, what matters most in how it is done?",
        reason="I would like to weigh things the way you do when I prepare something for you.",
    ),
    Topic(
        key="candour",
        layer="soul",
        name="How frank I may be",
        question="How frank may I be with you, say when I think you could be missing something?",
        reason="Some people want a nudge, some want it straight. I would rather ask than guess.",
    ),
    Topic(
        key="boundaries",
        layer="soul",
        name="What I never do",
        question="What should I never do, whatever happens?",
        reason="A line that you draw now holds in everything I do later.",
    ),
    Topic(
        key="clients",
        layer="coach_knowledge",
        name="Whom you coach",
        question="Who are the people you coach, and what usually brings them to you?",
        reason="It tells me what to listen for when we talk about a client.",
    ),
    Topic(
        key="method",
        layer="coach_knowledge",
        name="How you work",
        question="How do you work: a method, a rhythm of sessions, something you always do?",
        reason="Then what I prepare fits your way of working and not somebody else's.",
    ),
    Topic(
        key="help",
        layer="coach_knowledge",
        name="Where I can help",
        question="In an ordinary week, where would a colleague like me take the most off your hands?",
        reason="So that I begin where it counts for you.",
    ),
)
_BY_KEY: Mapping[str, Topic] = {topic.key: topic for topic in TOPICS}

_PLAIN_START: Mapping[LayerName, str] = {
    "identity": (
        "I am the coach's companion, an AI colleague. I call the coach by their first name. "
        "I speak plainly, warmly and briefly."
    ),
    "soul": (
        "I care about the coach's clients and respect the coach's judgement. I say honestly what I see, with "
        "tact, and I say when I do not know. I never contact a client without the coach's approval, and I "
        "never invent facts."
    ),
    "coach_knowledge": (
        "I do not know much about the coach's practice yet. I learn it as we work, and I ask before I assume."
    ),
}
_TOLD_START: Mapping[LayerName, str] = {
    "identity": "I am the coach's companion, an AI colleague.",
    "soul": (
        "I care about the coach's clients and respect the coach's judgement. I say honestly what I see and "
        "where I saw it, and I never contact a client without the coach's approval."
    ),
    "coach_knowledge": "What I know of the practice so far, in the coach's own words. I ask before I assume.",
}
_LEADS: Mapping[str, str] = {
    "names": "Our names, in the coach's words",
    "voice": "How I sound",
    "values": "What matters in good coaching",
    "candour": "How frank I may be",
    "boundaries": "What I never do",
    "clients": "Whom the coach works with",
    "method": "How the coach works",
    "help": "Where I can help most",
}


def topic(key: str) -> Topic:
    """Find a topic. Raises UnknownTopicError."""
    if key not in _BY_KEY:
        raise UnknownTopicError(f"there is no topic {key!r}")
    return _BY_KEY[key]


def fresh() -> tuple[TopicState, ...]:
    """Give every topic its first state."""
    return tuple(TopicState(key=each.key) for each in TOPICS)


def in_order(states: Iterable[TopicState]) -> tuple[TopicState, ...]:
    """Put states in the order of the topics, filling in the missing ones and dropping unknown ones."""
    by_key = {state.key: state for state in states}
    return tuple(by_key.get(each.key, TopicState(key=each.key)) for each in TOPICS)


def next_topic(states: Iterable[TopicState]) -> Topic | None:
    """Find what to ask now: the first topic that is neither answered nor skipped."""
    for state in in_order(states):
        if state.status in {"open", "asked"}:
            return topic(state.key)
    return None


def settle(
    states: Iterable[TopicState], *, key: str, result: TopicResult, quote: str = ""
) -> tuple[TopicState, ...]:
    """Note what the coach said to one topic; saying it again corrects it. Raises UnknownTopicError."""
    topic(key)
    new = TopicState(key=key, status=result, quote=quote if result == "answered" else "")
    return tuple(new if state.key == key else state for state in in_order(states))


def layers_ready_to_propose(
    states: Iterable[TopicState],
    *,
    proposed: Collection[LayerName] = (),
    confirmed: Collection[LayerName] = (),
) -> tuple[LayerName, ...]:
    """List the layers with no topic left to ask that are neither proposed nor set."""
    unsettled = {topic(state.key).layer for state in in_order(states) if state.status in {"open", "asked"}}
    return tuple(
        layer
        for layer in BOOTSTRAP_LAYERS
        if layer not in unsettled and layer not in proposed and layer not in confirmed
    )


def is_complete(set_layers: Collection[LayerName]) -> bool:
    """Tell whether the three layers are set, which is what unlocks everything else."""
    return set(BOOTSTRAP_LAYERS) <= set(set_layers)


def missing(set_layers: Collection[LayerName]) -> tuple[LayerName, ...]:
    """List the layers that the bootstrap still needs."""
    return tuple(layer for layer in BOOTSTRAP_LAYERS if layer not in set_layers)


def starting_text(layer: LayerName, states: Iterable[TopicState]) -> str:
    """Compose a layer's text from the coach's own words, or a plain one when every topic was skipped."""
    lines = [
        f"- {_LEADS[state.key]}: “{state.quote.strip()}”"
        for state in in_order(states)
        if topic(state.key).layer == layer and state.status == "answered" and state.quote.strip()
    ]
    return "\n".join([_TOLD_START[layer], *lines]) if lines else _PLAIN_START[layer]


def progress(bootstrap: Bootstrap) -> str:
    """Write the state for the note of a message: short, because every message of a bootstrap carries it."""
    states = in_order(bootstrap.topics)
    following = next_topic(states)
    ready = layers_ready_to_propose(states, proposed=bootstrap.proposed, confirmed=bootstrap.confirmed)
    shown = {*bootstrap.confirmed, *ready}
    lines = [
        ("answered: ", ", ".join(state.key for state in states if state.status == "answered")),
        ("skipped: ", ", ".join(state.key for state in states if state.status == "skipped")),
        ("asked: ", ", ".join(state.key for state in states if state.status == "asked")),
        ("next: ", following.key if following else "none"),
        ("waiting for confirmation: ", ", ".join(_ordered(bootstrap.proposed))),
        ("set: ", ", ".join(_ordered(bootstrap.confirmed))),
        *((f"propose {layer}: ", _evidence(layer, states) or PLAIN_START) for layer in ready),
        *(
            (f"{layer} so far: ", _evidence(layer, states))
            for layer in BOOTSTRAP_LAYERS
            if layer not in shown
        ),
    ]
    return "\n".join(lead + rest for lead, rest in lines if rest)


def _evidence(layer: LayerName, states: Iterable[TopicState]) -> str:
    """Write the coach's words on one layer, each on one line of its own."""
    words = [
        f"\n- {state.key}: {' '.join(state.quote.split())}"
        for state in states
        if topic(state.key).layer == layer and state.status == "answered"
    ]
    return "".join(words)


def _ordered(layers: Collection[LayerName]) -> list[LayerName]:
    return [layer for layer in BOOTSTRAP_LAYERS if layer in layers]
