"""How the offline model gets to know a coach: by rule, one question at a time, in their words. Pure."""

import re
from collections.abc import Mapping

from companion.engine import bootstrap as b
from companion.engine.backends import asides
from companion.engine.backends.reading import Reading
from companion.engine.backends.variety import pick, spoken
from companion.engine.capabilities import BOOTSTRAP_LAYERS
from companion.engine.response import (
    CompanionResponse,
    LayerName,
    MicroInteraction,
    PanelUpdate,
    PersonalityUpdate,
    TopicUpdate,
)

_WHY = spoken(r"\bwhy (do|are|would|did|does) (you|that|this|it)|^why\b|what for\?|\bwhy that\b")
_SKIP = spoken(
    r"^\W*(skip|pass|next|later|not now|no idea|not sure|(i )?don.?t know|idk|dunno|no clue"
    r"|rather not|prefer not|no comment"
    r"|nothing|n/?a)\b[^.?]{0,40}\W*$|\bskip (this|that|it)\b"
)
_MOVED = spoken(r"^let us (leave out|go back to|go through) ")
"""What the page says for the coach when they press a button; the topics have moved by then."""
_GREETING = spoken(r"^\W*(hi|hello|hey|good (morning|afternoon|evening)|hiya|start|begin|let.?s go|ready)\b")
_ABILITY = spoken(
    r"\b(prepare|prep|schedule|remind|nudge|draft|debrief"
    r"|analy[sz]e)\b.*\b(session|client|me|for|to)\b"
)
_ABILITIES = spoken(r"\bwhat (can|could|do) you do\b")
_ABOUT_DEEDS = frozenset({"boundaries", "method", "help"})
"""What is asked here is answered with the same words as a request; only a question is one."""
_CORRECTION = spoken(r"^\W*(actually|correction|i meant|sorry, i|let me correct|wait|change (that|my))\b")
_CORRECTING = spoken(r"^\W*(actually|correction|wait)[\s,:.]*")
_CALL_ME = spoken(r"(?:call me|my name is|i.?m|i am)\s+(?-i:([A-Z][\w'-]+))")
_CALL_YOU = spoken(
    r"(?:call (?:you|yourself)|your name (?:is|will be|could be|shall be)|you(?:.re| are"
    r"| can be| could be| shall be))\s+(?-i:([A-Z][\w'-]+))"
)

_HINTS: Mapping[str, re.Pattern[str]] = {
    "names": spoken(r"\bcall (me|you)\b|\bname\b"),
    "voice": spoken(r"\b(sound|voice|tone|brief|dry)\b"),
    "values": spoken(r"\b(matters?|values?)\b"),
    "candour": spoken(r"\b(frank|candid|blunt|honest|straight)\b"),
    "boundaries": spoken(r"\b(never|boundar)"),
    "clients": spoken(r"\bclients?\b"),
    "method": spoken(r"\b(method|rhythm|sessions?)\b"),
    "help": spoken(r"\b(help|hands|week)\b"),
}
_THANKS: Mapping[str, tuple[str, ...]] = {
    "names": ("Good to meet you.", "A pleasure to meet you."),
    "voice": ("Noted. I will try to sound like that.", "Good, I can do that."),
    "values": (
        "Thank you. That gives me something to hold on to.",
        "That tells me a lot about how you work.",
    ),
    "candour": ("Fair enough. I will keep to that.", "Thank you, that makes it easier for me to speak up."),
    "boundaries": ("Understood. That line stays where you drew it.", "Noted, and I take it seriously."),
    "clients": (
        "Thank you. I have a picture of the people now.",
        "That helps me listen for the right things.",
    ),
    "method": ("I can work with that rhythm.", "Good. What I prepare will follow that."),
    "help": ("Then that is where I will begin.", "Good to know where it counts."),
}
_PASSED = ("That is fine, we can come back to it.", "No matter, we leave that one.", "Quite all right.")
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "voice": ("Brief and to the point", "Warm and unhurried", "A little dry"),
    "candour": ("Say it straight out", "Say it gently", "Only when I ask"),
}
_CARDS: Mapping[LayerName, str] = {
    "identity": "how I would introduce myself",
    "soul": "what I hold to",
    "coach_knowledge": "what I know about your work",
}


def reply(reading: Reading, state: b.Bootstrap) -> CompanionResponse:
    """Answer one message of the bootstrap."""
    following = b.next_topic(state.topics)
    said = reading.message
    if following and (answer := _not_an_answer(reading, state, following)):
        return answer
    if _CORRECTION.search(said):
        return _settled(reading, state, key=_corrected(said, state), result="answered")
    if following is None:
        return _nothing_left(reading, state)
    if lead := _locked(said, following):
        return _ask(lead, following)
    return _settled(reading, state, key=following.key, result="skipped" if _SKIP.search(said) else "answered")


def _not_an_answer(reading: Reading, state: b.Bootstrap, following: b.Topic) -> CompanionResponse | None:
    """Answer a message that says nothing about the topic: a wish, a question, a greeting, a button."""
    said = reading.message
    if answer := asides.without_questions(reading):
        return answer
    if _WHY.search(said):
        return _ask(f"{following.reason} So:", following)
    if _is_opening(reading, state):
        return _opening(reading, following)
    if asides.GO_ON.search(said):
        return _ask("Gladly.", following)
    if told := asides.asked_back(reading):
        return _ask(told.chat_message, following, panels=told.panel_updates)
    return _moved(state, following) if _MOVED.search(said) else None


def _locked(said: str, following: b.Topic) -> str:
    """Say that a request has to wait; nothing when it is none."""
    if _ABILITIES.search(said):
        return (
            "Soon I prepare sessions, keep promises in view and draft messages that you send. "
            "That opens once we know each other a little. First this:"
        )
    if following.key in _ABOUT_DEEDS and not said.rstrip().endswith("?"):
        return ""
    if _ABILITY.search(said):
        return "I would like to, and it opens as soon as we know each other a little. First this:"
    return ""


def _is_opening(reading: Reading, state: b.Bootstrap) -> bool:
    is_greeting = bool(_GREETING.search(reading.message)) and len(reading.message) < 40
    is_untouched = all(topic.status == "open" for topic in state.topics)
    return not reading.message or is_greeting or (is_untouched and reading.turns == 0)


def _opening(reading: Reading, following: b.Topic) -> CompanionResponse:
    if reading.turns:
        return _ask("Good to have you back. We were here:", following)
    words = (
        "Hello. I am your companion, and I would like to get to know you before I make myself useful. A few "
        "questions, one at a time; skip any of them.\n\nOne thing in the open: no AI model "
        "is connected here, so I "
        "work by simple rules. What you tell me is kept all the same.\n\n"
    )
    return _ask(words.strip(), following)


def _moved(state: b.Bootstrap, following: b.Topic) -> CompanionResponse:
    """Go on from where the coach's button led, with the texts that are ready by that."""
    proposals = _proposals(state.topics, state)
    lead = f"Of course. {_card_line([each.layer for each in proposals])}" if proposals else "Of course."
    return _ask(lead, following, proposals=proposals)


def _ask(
    lead: str,
    topic: b.Topic,
    *,
    updates: list[TopicUpdate] | None = None,
    proposals: list[PersonalityUpdate] | None = None,
    panels: list[PanelUpdate] | None = None,
) -> CompanionResponse:
    options = _OPTIONS.get(topic.key, ())
    return CompanionResponse(
        chat_message=f"{lead}\n\n{topic.question}",
        topic_updates=updates or [],
        personality_updates=proposals or [],
        panel_updates=panels or [],
        question=MicroInteraction(kind="choice", prompt=topic.name, options=list(options))
        if options
        else None,
    )


def _corrected(said: str, state: b.Bootstrap) -> str:
    """Guess which answer is corrected: the one whose words it uses, else the last one given."""
    settled = [topic.key for topic in state.topics if topic.status in {"answered", "skipped"}]
    for key in settled:
        if _HINTS[key].search(said):
            return key
    following = b.next_topic(state.topics)
    return settled[-1] if settled else following.key if following else b.TOPICS[0].key


def _settled(reading: Reading, state: b.Bootstrap, *, key: str, result: str) -> CompanionResponse:
    """Note one topic, propose what is ready, and ask the next one."""
    is_answer = result == "answered"
    quote = _quotable(reading.message) if is_answer else ""
    updates = [TopicUpdate(topic=key, result="answered" if is_answer else "skipped", quote=quote)]
    updates += asides.volunteered(reading.message, state.topics, asked=key) if is_answer else []
    topics = state.topics
    for each in updates:
        topics = b.settle(topics, key=each.topic, result=each.result, quote=each.quote)
    proposals = _proposals(topics, state, changed=b.topic(key).layer)
    lead = _thanks(key, reading) if is_answer else pick(_PASSED, reading.message, reading.turns)
    if proposals and proposals[0].layer in state.proposed:
        lead = f"{lead} I have put it right on the card."
    elif proposals:
        lead = f"{lead} {_card_line([proposal.layer for proposal in proposals])}"
    elif b.topic(key).layer in state.confirmed:
        lead = f"{lead} That text is already set, so please change it on its own page too."
    following = b.next_topic(topics)
    panels = [PanelUpdate(panel="secondary", kind="personality")] if proposals else []
    if following:
        return _ask(lead, following, updates=updates, proposals=proposals, panels=panels)
    closing = "That was my last question. Read the cards, change what is not right, and confirm them."
    return CompanionResponse(
        chat_message=f"{lead}\n\n{closing}",
        topic_updates=updates,
        personality_updates=proposals,
        panel_updates=panels,
    )


def _quotable(message: str) -> str:
    """Keep the coach's words as they stand, to the end of a sentence where they are very long."""
    found = _CORRECTING.match(message)
    words = message[found.end() :] if found else message
    if len(words) <= 600:
        return words or message
    cut = words[:600]
    return cut[: max(cut.rfind(". ") + 1, 0)] or cut


def _thanks(key: str, reading: Reading) -> str:
    names = _names(reading.message) if key == "names" else ("", "")
    if names[0] and names[1]:
        return f"Good to meet you, {names[0]}. {names[1]} it is."
    if names[0]:
        return f"Good to meet you, {names[0]}."
    return pick(_THANKS[key], reading.message, reading.turns)


def _names(said: str) -> tuple[str, str]:
    mine, yours = _CALL_YOU.search(said), _CALL_ME.search(said)
    return (yours[1] if yours else "", mine[1] if mine else "")


def _card_line(layers: list[LayerName]) -> str:
    what = " and ".join(_CARDS[layer] for layer in layers)
    return f"I have written down {what}; it is on a card for you to check."


def _proposals(
    topics: tuple[b.TopicState, ...], state: b.Bootstrap, *, changed: LayerName | None = None
) -> list[PersonalityUpdate]:
    """Write every text that is ready; a corrected one again, although its card is already out."""
    waiting = state.proposed - {changed} if changed else state.proposed
    ready = b.layers_ready_to_propose(topics, proposed=waiting, confirmed=state.confirmed)
    return [
        PersonalityUpdate(
            layer=layer,
            text=_text(layer, topics),
            reason="From what you told me."
            if _quotes(topics, layer)
            else "A plain start, as you skipped this.",
            quote=next(iter(_quotes(topics, layer)), ""),
        )
        for layer in ready
    ]


def _quotes(topics: tuple[b.TopicState, ...], layer: LayerName) -> list[str]:
    return [each.quote for each in topics if b.topic(each.key).layer == layer and each.quote]


def _text(layer: LayerName, topics: tuple[b.TopicState, ...]) -> str:
    text = b.starting_text(layer, topics)
    if layer != "identity":
        return text
    said = next((each.quote for each in topics if each.key == "names"), "")
    coach, companion = _names(said)
    if not (coach or companion):
        return text
    me = f"I am {companion}, " if companion else "I am "
    whose = f"{coach}'s companion" if coach else "the coach's companion"
    rest = text.split("\n", 1)[1] if "\n" in text else ""
    return f"{me}{whose}, an AI colleague.\n{rest}".strip()


def _nothing_left(reading: Reading, state: b.Bootstrap) -> CompanionResponse:
    proposals = _proposals(state.topics, state)
    if proposals:
        return CompanionResponse(
            chat_message=f"{_card_line([each.layer for each in proposals])} Confirm it and we go on.",
            personality_updates=proposals,
            panel_updates=[PanelUpdate(panel="secondary", kind="personality")],
        )
    waiting = [_CARDS[layer] for layer in BOOTSTRAP_LAYERS if layer in state.proposed]
    words = (
        "I have no more questions. What is left is on the cards: "
        + ", ".join(waiting)
        + ". You can change the "
        "words there before you confirm."
        if waiting
        else "I have no more questions for now."
    )
    return CompanionResponse(
        chat_message=words,
        panel_updates=[PanelUpdate(panel="secondary", kind="personality")] if waiting else [],
    )
