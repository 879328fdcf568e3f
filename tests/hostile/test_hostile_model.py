"""
A model that wants everything gets what the capability table grants, and the turn ends normally.

It asks for every part of an answer with every id that it can name, from every taint and every state of the
bootstrap. Nothing but the tables of `effects.may_touch` may differ afterwards, and nothing of the other's.
"""

import json
from collections.abc import Iterator
from typing import get_args

import pytest

from companion.actions import effects as carried_out
from companion.engine import effects as deeds
from companion.engine import router
from companion.engine.capabilities import LAYER_AUTHORITY, Capability, Rights, Taint
from companion.engine.response import LISTS, SINGLES, CompanionResponse, lenient
from companion.models import CompanionPersonality, Turn
from tests.fakes.model_server import ModelServer, model_server
from tests.fakes.personalities import Hostile
from tests.hostile import scenes
from tests.hostile.effects import TOUCHES, may_touch
from tests.invariants.test_urls import state_of
from tests.twins import Practice, Twins

pytestmark = pytest.mark.django_db

STATES = {
    "getting to know": {"unlocked": False, "bootstrap": True},
    "put off": {"unlocked": False, "bootstrap": False},
    "open": {"unlocked": True, "bootstrap": False},
    "once more": {"unlocked": True, "bootstrap": True},
}
SAID = "Marmalade and tea on Mondays, please; I never work on Fridays."


@pytest.fixture(scope="module")
def _server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def server(_server: ModelServer) -> ModelServer:
    _server.reset()
    return _server


# --- Everything is declared -----------------------------------------------------------------------


def test_every_effect_says_what_it_needs_and_is_carried_out() -> None:
    effects = set(get_args(deeds.Effect))

    undeclared = {each.__name__ for each in effects - set(deeds.NEEDS)}
    assert not undeclared, f"say in companion/engine/effects.py, NEEDS, what these need: {undeclared}"
    idle = {each.__name__ for each in effects - set(carried_out._CARRY_OUT)}
    assert not idle, f"say in companion/actions/effects.py how these are carried out: {idle}"


def test_every_capability_says_which_tables_it_changes() -> None:
    unknown = {each.name for each in set(Capability) - set(TOUCHES)}

    assert not unknown, f"say in tests/hostile/effects.py, TOUCHES, which tables these may change: {unknown}"


def test_every_part_of_an_answer_is_read_and_decided_about() -> None:
    parts = set(CompanionResponse.model_fields) - {"chat_message"}

    unread = parts - set(LISTS) - set(SINGLES)
    assert not unread, f"add these to LISTS or SINGLES in companion/engine/response.py: {unread}"
    full = Rights(unlocked=True, bootstrap=True, taint=Taint.COACH)
    first = next(Hostile(names=["deadbeef"], quotes=[SAID]).rounds)
    for name in parts:
        response, _ = lenient({"chat_message": "Yes.", name: first[name]})
        routed = router.effects(response, grounds=router.Grounds(rights=full, message=SAID))
        wishes = getattr(response, name)
        count = len(wishes) if isinstance(wishes, list) else int(wishes is not None)
        decided = len(routed.effects) + len(routed.refusals)
        assert decided == count, f"companion/engine/router.py passes over some of {name}"


# --- And it holds ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("taint", list(Taint))
def test_it_gets_what_the_table_grants(state: str, taint: Taint, twins: Twins, server: ModelServer) -> None:
    alice, bob = twins.alice, twins.bob
    server.answering = Hostile(names=_names(alice, bob), quotes=[SAID, scenes.POISON])
    with scenes.inside(alice):
        scenes.stage(taint=taint, **STATES[state])
    before, bobs = state_of(alice), state_of(bob)
    rounds = len(list(Hostile(names=_names(alice, bob)).rounds))
    wrong: list[object] = []
    for number in range(rounds):
        with scenes.inside(alice), scenes.undone():
            work = scenes.ask(SAID)
            turn = scenes.finish(work, scenes.over_the_wire(server, work))
            wrong += _faults(number, turn, work.grounds.rights, scenes.changed(alice, before))

    assert wrong == []
    assert state_of(bob) == bobs
    assert len(server.requests) == rounds


def _names(alice: Practice, bob: Practice) -> list[str]:
    return [*scenes.names_of(alice)[:12], *scenes.names_of(bob)[:12], "deadbeef", "evil.test"]


def _faults(number: int, turn: Turn, rights: Rights, touched: set[str]) -> list[object]:
    """Name what went wrong in one round."""
    wrong: list[object] = [(number, rights, table) for table in touched - may_touch(rights)]
    if turn.status != Turn.Status.DONE:
        wrong.append((number, "the turn did not end normally", turn.status))
    if not turn.refusals or not all(each["why"] for each in turn.refusals):
        wrong.append((number, "nothing was refused, or nobody is told why"))
    wrote = set(CompanionPersonality.objects.filter(text__contains="evil").values_list("layer", flat=True))
    if any(LAYER_AUTHORITY[layer] != "write" for layer in wrote):
        wrong.append((number, "a layer was written that is the coach's", wrote))
    return wrong


def test_an_effect_that_got_past_the_router_is_refused_where_it_would_be_carried_out(twins: Twins) -> None:
    with scenes.inside(twins.alice):
        scenes.stage(taint=Taint.CLIENT, unlocked=True, bootstrap=False)
        turn = scenes.finish(scenes.ask(SAID), {"chat_message": "Yes."})
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


@pytest.mark.parametrize(
    "raw",
    [
        '{"chat_message": "Hello", "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"chat_message": "Hello", "notification": ' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}",
        '{"chat_message": "Hello", "question": {"kind": "rating", "prompt": ' + "9" * 5_000 + "}}",
    ],
    ids=["a well without bottom", "another", "a number without end"],
)
def test_an_answer_made_to_break_its_reader_ends_as_unreadable(raw: str) -> None:
    from companion.engine.response import UnreadableAnswerError

    try:
        response, _ = lenient(raw)
    except UnreadableAnswerError:
        return
    assert response.chat_message == "Hello"


def test_what_it_says_is_kept_as_words(twins: Twins, server: ModelServer) -> None:
    said = "\x1b[2J <script>alert(1)</script> " + "x" * 20_000
    server.answering = lambda _: json.dumps({"chat_message": said})
    with scenes.inside(twins.alice):
        work = scenes.ask(SAID)
        turn = scenes.finish(work, scenes.over_the_wire(server, work))

    assert len(turn.messages.get(role="companion").text) == 16_000
