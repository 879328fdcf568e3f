"""
Turns what a model wishes into typed effects, and what it may not have into refusals that the coach is
shown. Pure.

Nothing is written here. Whoever applies the effects does so in one transaction and checks again what only
rows can tell.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from companion.engine import response as r
from companion.engine.bootstrap import UnknownTopicError, topic
from companion.engine.capabilities import BOOTSTRAP_LAYERS, LAYERS, Capability, Rights, Taint, layer_authority
from companion.engine.effects import (
    AnswerTopic,
    AskQuestion,
    ContextHint,
    DraftNudge,
    Effect,
    Notify,
    PagePush,
    PanelUpdate,
    ProposeFact,
    ProposeLayer,
    ProposeSchedule,
    ProposeSkill,
    Remember,
    WriteLayer,
)
from companion.engine.memory import Origin, Source, quote_found, quote_in_any, rests_on
from companion.engine.personality import TITLES, grows_from, tidy
from companion.engine.response import CompanionResponse, LayerName, Refusal
from companion.engine.skills import SKILL_CAP
from companion.engine.tokens import fits
from companion.engine.words import terms

Wish = TypeVar("Wish", bound=r.Part)
FOR_CLEAN_TURNS = frozenset({Capability.PROPOSE_PERSONALITY, Capability.PROPOSE_SKILL})
"""What a turn with words of others in it hands to a turn that sees the coach's message alone."""


class NotGrantedError(Exception):
    """A wish is refused; the message is what the coach reads."""

    def __init__(self, code: str, why: str, *, target: str = "") -> None:
        """Keep the code and what it was about."""
        super().__init__(why)
        self.code, self.target = code, target


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What wishes are measured against."""

    rights: Rights
    message: str
    """The coach's message of this turn; empty on a scheduled run."""
    is_own: bool = True
    """Whether the coach wrote the message; False when they pressed an answer that words of others made."""
    earlier: tuple[str, ...] = ()
    """The coach's earlier messages in this thread; a layer's text may rest on them."""
    sources: tuple[Source, ...] = ()
    """Words of others in this turn; a proposed fact may quote them."""
    names: tuple[str, ...] = ()
    """What coach and clients are called: a statement may name them though the message did not."""
    layers: Mapping[LayerName, str] = field(default_factory=dict)
    """The layers in force."""
    clients: Mapping[str, UUID] = field(default_factory=dict)
    """The clients that the model was shown, by ref, see `prompt_assembler.client_refs`."""
    sessions: Mapping[str, UUID] = field(default_factory=dict)

    def client(self, ref: str) -> UUID | None:
        """Find a client by ref; None for an empty one. Raises NotGrantedError for an unknown one."""
        return _named(ref, self.clients)

    def anything(self, ref: str) -> UUID | None:
        """Find the client or session that a ref stands for, in the same way."""
        return _named(ref, {**self.clients, **self.sessions})


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What happens, and what does not."""

    effects: tuple[Effect, ...]
    refusals: tuple[Refusal, ...]


def effects(response: CompanionResponse, *, grounds: Grounds) -> Routed:
    """Decide about every wish of an answer, in the order in which they are applied."""
    outcomes = list(_outcomes(response, grounds))
    return Routed(
        effects=tuple(each for each in outcomes if not isinstance(each, Refusal)),
        refusals=tuple(each for each in outcomes if isinstance(each, Refusal)),
    )


def _outcomes(answer: CompanionResponse, grounds: Grounds) -> Iterator[Effect | Refusal]:
    yield from _each("topic_updates", answer.topic_updates, _topic, grounds)
    yield from _each("personality_updates", answer.personality_updates, _layer, grounds)
    yield from _each("memory_updates", answer.memory_updates, _memory, grounds)
    yield from _each("skill_updates", answer.skill_updates, _skill, grounds)
    yield from _each("schedule_updates", answer.schedule_updates, _schedule, grounds)
    yield from _each("nudge_drafts", answer.nudge_drafts, _nudge, grounds)
    yield from _each("panel_updates", answer.panel_updates, _panel, grounds)
    yield from _each("context_hint", [answer.context_hint] if answer.context_hint else [], _hint, grounds)
    yield from _each("question", [answer.question] if answer.question else [], _question, grounds)
    if answer.notification:
        yield Notify(title=answer.notification.title, text=answer.notification.text)


def _each(
    what: str, wishes: Sequence[Wish], decide: Callable[[Wish, Grounds], Effect], grounds: Grounds
) -> Iterator[Effect | Refusal]:
    for wish in wishes:
        try:
            yield decide(wish, grounds)
        except NotGrantedError as refused:
            yield Refusal(code=refused.code, what=what, why=str(refused), target=refused.target)


def _named(ref: str, known: Mapping[str, UUID]) -> UUID | None:
    """Resolve a ref. One that nobody was shown may be invented, or another coach's."""
    if ref and ref not in known:
        raise NotGrantedError(
            "unknown_ref", "It was about somebody or something that I could not find.", target=ref
        )
    return known.get(ref)


def _need(grounds: Grounds, capability: Capability, *, target: str = "") -> None:
    if grounds.rights.allow(capability):
        return
    why_not = grounds.rights.why_not(capability)
    if capability in FOR_CLEAN_TURNS and grounds.rights.unlocked and grounds.rights.taint >= Taint.CLIENT:
        if grounds.is_own:
            raise NotGrantedError("needs_clean_turn", why_not, target=target)
        why_not = "You pressed an answer that I had put ready. Say it in your own words and I will draft it."
    raise NotGrantedError("not_granted", why_not, target=target)


def _topic(wish: r.TopicUpdate, grounds: Grounds) -> Effect:
    _need(grounds, Capability.ANSWER_TOPICS, target=wish.topic)
    try:
        topic(wish.topic)
    except UnknownTopicError as error:
        raise NotGrantedError("unknown_topic", "That answer belongs to none of our topics.") from error
    if wish.result == "skipped":
        return AnswerTopic(topic=wish.topic, result="skipped", quote="")
    if not grounds.message.strip():
        raise NotGrantedError("no_words", "There were no words of yours to note as an answer.")
    is_verbatim = quote_in_any(wish.quote, (grounds.message, *grounds.earlier))
    return AnswerTopic(
        topic=wish.topic,
        result="answered",
        quote=wish.quote if is_verbatim else grounds.message.strip()[:600],
    )


def _layer(wish: r.PersonalityUpdate, grounds: Grounds) -> Effect:
    title, is_bootstrap = TITLES[wish.layer], grounds.rights.bootstrap
    _need(grounds, Capability.PROPOSE_PERSONALITY, target=wish.layer)
    authority = layer_authority(wish.layer, bootstrap=is_bootstrap)
    if authority == "coach_only":
        raise NotGrantedError("coach_only", f"“{title}” is yours alone to write.", target=wish.layer)
    if is_bootstrap and wish.layer not in BOOTSTRAP_LAYERS:
        raise NotGrantedError("not_now", f"“{title}” comes after we know each other.", target=wish.layer)
    text, cap = tidy(wish.text), LAYERS[wish.layer]
    if not text:
        raise NotGrantedError("empty", f"The new text of “{title}” was empty.", target=wish.layer)
    if not fits(text, cap):
        raise NotGrantedError(
            "over_budget", f"The new text of “{title}” is over {cap:,} tokens.", target=wish.layer
        )
    said = (grounds.message, *grounds.earlier)
    quote = wish.quote if quote_in_any(wish.quote, said) else ""
    may_write = (
        authority == "write"
        and quote
        and grounds.rights.allow(Capability.WRITE_KNOWLEDGE)
        and grows_from(text, old=grounds.layers.get(wish.layer, ""), words=(*said, *grounds.names))
    )
    kind = WriteLayer if may_write else ProposeLayer
    return kind(layer=wish.layer, text=text, reason=wish.reason, quote=quote)


def _memory(wish: r.MemoryUpdate, grounds: Grounds) -> Effect:
    _need(grounds, Capability.PROPOSE_MEMORY)
    named = grounds.client(wish.client_ref)
    client_id = named if wish.about == "client" else None
    if wish.about == "client" and client_id is None:
        raise NotGrantedError("unknown_client", "I could not tell which client that fact is about.")
    origin = _origin(wish.quote, grounds)
    if origin is None and grounds.rights.allow(Capability.REMEMBER) and _is_said(wish, grounds):
        return Remember(
            action=wish.action,
            client_id=client_id,
            statement=wish.statement,
            quote=wish.quote,
            importance=wish.importance,
        )
    return ProposeFact(
        action=wish.action,
        client_id=client_id,
        statement=wish.statement,
        quote=wish.quote,
        importance=wish.importance,
        origin=origin,
    )


def _origin(quote: str, grounds: Grounds) -> Origin | None:
    """Find whose words a quote is, None for the coach's own message. Raises NotGrantedError."""
    if quote_found(quote, grounds.message):
        return None
    held = (source.origin for source in grounds.sources if quote_found(quote, source.text))
    if origin := next(held, None):
        return origin
    raise NotGrantedError("quote_not_found", f"I kept nothing, because nobody said these words: “{quote}”")


def _is_said(wish: r.MemoryUpdate, grounds: Grounds) -> bool:
    """Tell whether the coach's message itself states a fact, or names what is to be forgotten."""
    if wish.action == "forget":
        shared = set(terms(wish.statement)) & set(terms(grounds.message))
        return bool(shared - set(terms(" ".join(grounds.names))))
    return rests_on(wish.statement, (grounds.message, *grounds.names))


def _skill(wish: r.SkillUpdate, grounds: Grounds) -> Effect:
    _need(grounds, Capability.PROPOSE_SKILL, target=wish.slug)
    if wish.action != "retire" and not fits(wish.body, SKILL_CAP):
        raise NotGrantedError("over_budget", f"A skill may have {SKILL_CAP:,} tokens.", target=wish.slug)
    return ProposeSkill(
        action=wish.action,
        slug=wish.slug,
        description=wish.description,
        triggers=tuple(wish.triggers),
        body=wish.body,
        reason=wish.reason,
    )


def _schedule(wish: r.ScheduleUpdate, grounds: Grounds) -> Effect:
    _need(grounds, Capability.PROPOSE_SCHEDULE, target=wish.name)
    client_id = grounds.client(wish.client_ref)
    if wish.action == "create" and not (wish.when and wish.task):
        raise NotGrantedError("incomplete", "A schedule needs a time and something to do.", target=wish.name)
    return ProposeSchedule(
        action=wish.action,
        kind=wish.kind,
        name=wish.name,
        when=wish.when,
        task=wish.task,
        client_id=client_id,
    )


def _nudge(wish: r.NudgeDraft, grounds: Grounds) -> Effect:
    _need(grounds, Capability.DRAFT_NUDGE, target=wish.client_ref)
    client_id = grounds.client(wish.client_ref)
    if client_id is None:
        raise NotGrantedError("unknown_client", "I could not tell which client the draft is for.")
    return DraftNudge(
        client_id=client_id,
        subject=wish.subject,
        body=wish.body,
        why=wish.why,
    )


def _panel(wish: r.PanelUpdate, grounds: Grounds) -> Effect:
    _need(grounds, Capability.SHOW)
    object_id = grounds.anything(wish.ref)
    # What was kept over months has no room in a panel.
    if wish.kind == "observations":
        return PagePush(kind=wish.kind, object_id=object_id)
    if wish.panel != "page":
        return PanelUpdate(panel=wish.panel, kind=wish.kind, object_id=object_id)
    if wish.kind in {"client", "session", "calendar"}:
        return PagePush(kind=wish.kind, object_id=object_id)
    raise NotGrantedError("no_page", "I wanted to open a page that there is not.")


def _hint(wish: r.ContextHint, grounds: Grounds) -> Effect:
    if wish.mode == "bootstrap" and not grounds.rights.bootstrap:
        raise NotGrantedError("not_now", "We know each other already.")
    if wish.mode in {"pre_session", "post_session"}:
        _need(grounds, Capability.PREPARE_SESSION)
    return ContextHint(
        mode=wish.mode,
        client_id=grounds.client(wish.client_ref),
        session_id=_named(wish.session_ref, grounds.sessions),
    )


def _question(wish: r.MicroInteraction, grounds: Grounds) -> Effect:
    _need(grounds, Capability.SHOW)
    options = tuple(option for option in wish.options if option)[:5]
    if wish.kind == "choice" and len(options) < 2:
        raise NotGrantedError("incomplete", "A choice needs at least two answers.")
    return AskQuestion(kind=wish.kind, prompt=wish.prompt, options=options if wish.kind == "choice" else ())
