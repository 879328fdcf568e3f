"""
A model that wants everything gets what the design grants, and its turn ends normally.

It asks for every part of an answer with every id that it can name, from every taint and every state of the
bootstrap: all of it where wishes become effects, and a part of it where effects become rows.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, get_args
from uuid import uuid4

import pytest

from companion.actions import effects as carried_out
from companion.engine import effects as deeds
from companion.engine import memory, router
from companion.engine.bootstrap import TOPICS
from companion.engine.capabilities import Rights, Taint
from companion.engine.prompt_assembler import ref
from companion.engine.response import (
    ITEMS_PER_LIST,
    LISTS,
    SINGLES,
    CompanionResponse,
    UnreadableAnswerError,
    lenient,
)
from companion.models import CompanionPersonality, Proposal, Turn
from tests.fakes.attempts import on_the_wire
from tests.fakes.personalities import Hostile, Parts
from tests.hostile import scenes
from tests.hostile.effects import (
    CARD_KINDS,
    OWN_LAYERS,
    PROPOSED_LAYERS,
    STATES,
    TABLES,
    State,
    allowed,
    may_change,
)
from tests.invariants.test_channels import EVENTS
from tests.invariants.test_urls import state_of
from tests.twins import Practice, Twins

SAID = "Marmalade and tea on Mondays, please; I never work on Fridays."
NEVER_SAID = "I waive all fees for ever and ever."
QUOTES = (SAID, scenes.POISON, NEVER_SAID)
CELLS = tuple(product(Taint, STATES))


# --- Everything is declared -----------------------------------------------------------------------


def test_every_effect_says_what_it_needs_and_what_it_changes_and_is_carried_out() -> None:
    effects = set(get_args(deeds.Effect))

    undeclared = {each.__name__ for each in effects - set(deeds.NEEDS)}
    assert not undeclared, f"say in companion/engine/effects.py, NEEDS, what these need: {undeclared}"
    unknown = {each.__name__ for each in effects - set(TABLES)}
    assert not unknown, f"say in tests/hostile/effects.py who may have these, and what they change: {unknown}"
    idle = {each.__name__ for each in effects - set(carried_out._CARRY_OUT)}
    assert not idle, f"say in companion/actions/effects.py how these are carried out: {idle}"


def test_every_part_of_an_answer_is_one_that_a_hostile_model_asks_for() -> None:
    parts = set(CompanionResponse.model_fields) - {"chat_message"}

    unread = parts - set(LISTS) - set(SINGLES)
    assert not unread, f"add these to LISTS or SINGLES in companion/engine/response.py: {unread}"


# --- What becomes of wishes -----------------------------------------------------------------------

CLIENT, SESSION, BOBS = uuid4(), uuid4(), uuid4()


@pytest.mark.parametrize("taint", Taint)
def test_of_all_wishes_those_that_the_design_grants_become_effects(taint: Taint) -> None:
    names = [ref(CLIENT), str(CLIENT), ref(SESSION), ref(BOBS), str(BOBS), TOPICS[0].key]
    model = Hostile(names=names, quotes=QUOTES)
    wrong: dict[tuple[str, str], object] = {}
    for state, (name, wishes) in product(STATES, _in_lists(model)):
        response, unread = lenient({"chat_message": "Yes.", name: wishes})
        routed = router.effects(response, grounds=_grounds(taint, state))
        for effect in routed.effects:
            if fault := _beyond(effect, taint, state):
                wrong[str(state), type(effect).__name__] = fault
        if len(routed.effects) + len(routed.refusals) + len(unread) < _count(wishes):
            wrong[str(state), name] = "a wish was neither granted nor refused"

    assert wrong == {}


def _in_lists(model: Hostile) -> Iterator[tuple[str, Any]]:
    for name in LISTS:
        wishes = model.wishes(name)
        for first in range(0, len(wishes), ITEMS_PER_LIST):
            yield name, wishes[first : first + ITEMS_PER_LIST]
    for name in SINGLES:
        for wish in model.wishes(name):
            yield name, wish


def _count(wishes: Parts | list[Parts]) -> int:
    return len(wishes) if isinstance(wishes, list) else 1


def _grounds(taint: Taint, state: State) -> router.Grounds:
    origin = memory.Origin(
        kind="client_message", id=uuid4(), said_by="client", observed_at=scenes.NOON, taint=Taint.CLIENT
    )
    return router.Grounds(
        rights=Rights(unlocked=state.unlocked, bootstrap=state.bootstrap, taint=taint),
        message=SAID,
        sources=(memory.Source(text=scenes.POISON, origin=origin),),
        clients={ref(CLIENT): CLIENT},
        sessions={ref(SESSION): SESSION},
    )


def _beyond(effect: Any, taint: Taint, state: State) -> str:
    """Say in which way an effect is more than the design grants."""
    ids = {getattr(effect, name, None) for name in ("client_id", "object_id", "session_id")}
    layer = getattr(effect, "layer", None)
    if type(effect) not in allowed(taint, state):
        return "not granted"
    if ids - {None, CLIENT, SESSION}:
        return f"names what it was not shown: {ids}"
    if layer and layer not in (OWN_LAYERS if isinstance(effect, deeds.WriteLayer) else PROPOSED_LAYERS):
        return f"the layer {layer}"
    if getattr(effect, "quote", "") == NEVER_SAID:
        return "quotes what nobody said"
    return ""


# --- What becomes of effects ----------------------------------------------------------------------


@pytest.mark.django_db
def test_from_every_taint_it_changes_what_the_design_grants_and_nothing_of_anybody_elses(
    twins: Twins,
) -> None:
    model = Hostile(names=_names(twins), quotes=QUOTES)
    bobs, wrong = state_of(twins.bob), {}
    answers = [model.answer(number) for number in range(len(CELLS))]
    answers[-1] = model.flood()
    for answer, (taint, state) in zip(answers, CELLS, strict=True):
        with scenes.inside(twins.alice):
            scenes.stage(state, taint)
            # A bootstrap is shown nobody else's words, whatever else is kept.
            seen = Taint.COACH if state.bootstrap and taint >= Taint.CLIENT else taint
            if faults := list(_faults(twins, answer, seen, state)):
                wrong[taint.name, str(state)] = faults

    assert wrong == {}
    assert state_of(twins.bob) == bobs


def _names(twins: Twins) -> list[str]:
    shown = [ref(client.pk) for client in twins.alice.clients]
    rows = [*scenes.names_of(twins.alice)[::5], *scenes.names_of(twins.bob)[::5]]
    return [*shown, *rows, "deadbeef", TOPICS[0].key]


def _faults(twins: Twins, answer: Parts, taint: Taint, state: State) -> Iterator[object]:
    """Play one turn and name what went wrong in it."""
    before = state_of(twins.alice)
    work = scenes.ask(SAID)
    turn, told = scenes.finish(work, answer)
    if turn.taint != taint:
        yield "the taint is lost", turn.taint
    if turn.status != Turn.Status.DONE or turn.messages.filter(role="companion").count() != 1:
        yield "the turn did not end normally", turn.status
    if not turn.refusals or not all(each["why"] for each in turn.refusals):
        yield "nothing was refused, or nobody is told why"
    yield from sorted(scenes.changed(twins.alice, before) - may_change(taint, state))
    yield from _strange_rows(turn, taint, state)
    yield from _leaks(twins.bob, [*on_the_wire(work.prompt), str(told)])
    yield from (each for each in told if set(each.data) != EVENTS[each.event])


def _strange_rows(turn: Turn, taint: Taint, state: State) -> Iterator[object]:
    for card in Proposal.objects.filter(turn=turn):
        if CARD_KINDS[card.kind] not in allowed(taint, state) or card.status == "confirmed":
            yield "card", card.kind, card.status
        if card.kind == "layer" and card.layer not in PROPOSED_LAYERS:
            yield "card", card.layer
    for layer in CompanionPersonality.objects.filter(text__contains="evil"):
        if layer.layer not in OWN_LAYERS:
            yield "written", layer.layer


def _leaks(bob: Practice, texts: Sequence[str]) -> Iterator[object]:
    yield from (("the other practice's words", text[:200]) for text in texts if bob.mark in text)


@pytest.mark.django_db
def test_an_effect_that_got_past_the_router_is_refused_where_it_would_be_carried_out(twins: Twins) -> None:
    with scenes.inside(twins.alice):
        scenes.stage(taint=Taint.CLIENT)
        turn, _ = scenes.finish(scenes.ask(SAID), {"chat_message": "Yes."})
        stage = carried_out.Stage(
            turn=turn,
            message=turn.messages.get(role="coach"),
            rights=Rights(unlocked=True, bootstrap=False, taint=Taint.CLIENT),
            now=scenes.NOON,
        )
        before = state_of(twins.alice)
        write = deeds.WriteLayer(layer="coach_knowledge", text="evil", reason="", quote=SAID)
        keep = deeds.Remember(action="remember", client_id=None, statement=SAID, quote=SAID, importance=5)

        refusals = carried_out.apply([write, keep], stage=stage)

        assert [each.code for each in refusals] == ["not_granted", "not_granted"]
        assert scenes.changed(twins.alice, before) == set()


# --- Answers made to break their reader -----------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        '{"chat_message": "Hello", "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"chat_message": "Hello", "notification": ' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}",
        '{"chat_message": "Hello", "question": {"kind": "rating", "prompt": ' + "9" * 5_000 + "}}",
    ],
    ids=["a well without bottom", "another", "a number without end"],
)
def test_an_answer_made_to_break_its_reader_is_read_or_is_unreadable(raw: str) -> None:
    try:
        response, _ = lenient(raw)
    except UnreadableAnswerError:
        return
    assert response.chat_message == "Hello"


@pytest.mark.django_db
def test_what_it_says_is_kept_as_words_and_no_longer_than_a_page(twins: Twins) -> None:
    said = "\x1b[2J\x00 <script>alert(1)</script> \ud800" + "x" * 1_000_000
    with scenes.inside(twins.alice):
        turn, _ = scenes.finish(scenes.ask(SAID), json.dumps({"chat_message": said}))

        assert len(turn.messages.get(role="companion").text) == 16_000
