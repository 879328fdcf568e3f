"""
One model call, through the real client against a server that speaks the Messages API.

What is on the wire, how text streams, what each failure becomes, and that nothing is tried twice.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, FunctionModel
from pydantic_ai.profiles import ModelProfile

from companion.engine import agent
from companion.engine.failures import RETRYABLE, WORDS, FailureKind, ModelFailure
from companion.engine.prompt_assembler import PastTurn, Prompt, assemble
from tests.fakes.model_server import ModelServer, Reply, model_server, prompt_tokens
from tests.unit.engine.builders import first_turn, note, past, prompt, turn

NAME = "anthropic:claude-sonnet-5-5"
LONG = "One step at a time, and then the next one. " * 20
EPHEMERAL = {"type": "ephemeral"}


@pytest.fixture(scope="module")
def _server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def server(_server: ModelServer) -> ModelServer:
    _server.reset()
    return _server


@asynccontextmanager
async def client(server: ModelServer) -> AsyncIterator[Model]:
    """Open a model, and close its connections, as one process does once."""
    model = agent.open_model(NAME, api_key="test", base_url=server.url)
    try:
        yield model
    finally:
        await model.client.close()  # type: ignore[attr-defined]


def ask(
    server: ModelServer, given: Prompt | None = None, **settings: Any
) -> tuple[agent.Answer, list[tuple[int, str]]]:
    """Make one call and give the answer with the pieces that were handed on."""
    got: list[tuple[int, str]] = []

    async def call() -> agent.Answer:
        async with client(server) as model:
            return await agent.answer(
                given or prompt(),
                model=model,
                settings=agent.Settings(**settings),
                on_text=lambda offset, piece: got.append((offset, piece)),
            )

    return asyncio.run(call()), got


def fails(server: ModelServer, **settings: Any) -> ModelFailure:
    with pytest.raises(ModelFailure) as failed:
        ask(server, **settings)
    assert len(server.requests) == 1, "nothing below the turn may try again"
    return failed.value


def test_it_gives_the_structured_answer_and_what_it_used(server: ModelServer) -> None:
    server.reply("Good morning.", notification={"title": "Hello", "text": ""})

    answer, _ = ask(server)

    assert answer.response.chat_message == "Good morning."
    assert answer.response.notification is not None
    assert answer.refusals == ()
    assert answer.model_name == "claude-sonnet-5-5"
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens > 0
    assert answer.usage.cost > Decimal(0)


def test_one_bad_item_costs_only_itself(server: ModelServer) -> None:
    server.reply(
        "Noted.", panel_updates=[{"panel": "ceiling"}, {"panel": "main", "kind": "calendar", "ref": ""}]
    )

    answer, _ = ask(server)

    assert [each.kind for each in answer.response.panel_updates] == ["calendar"]
    assert [each.code for each in answer.refusals] == ["malformed"]


def test_the_text_arrives_in_order_with_offsets_and_before_the_end(server: ModelServer) -> None:
    server.play(Reply(text=json.dumps({"chat_message": LONG}), piece=20))

    answer, got = ask(server, batch=0.0)

    assert len(got) > 5
    assert "".join(piece for _, piece in got).strip() == answer.response.chat_message
    for index, (offset, _) in enumerate(got):
        assert offset == sum(len(piece) for _, piece in got[:index])


def test_the_first_piece_does_not_wait_for_the_batch(server: ModelServer) -> None:
    server.play(Reply(text=json.dumps({"chat_message": LONG}), piece=20))

    _, got = ask(server, batch=60.0)

    assert len(got) == 2
    assert len(got[0][1]) < 20


def test_the_breakpoints_are_where_the_prompt_is_stable(server: ModelServer) -> None:
    ask(server, prompt(history=(past("Hello", "Good morning"),)))

    body = server.requests[0].body
    opening, reply, current = body["messages"]
    assert body["system"][-1]["cache_control"] == EPHEMERAL | {"ttl": "1h"}
    assert [block.get("cache_control") for block in opening["content"]] == [EPHEMERAL | {"ttl": "1h"}, None]
    assert opening["content"][1]["text"].endswith("Hello")
    assert reply == {"role": "assistant", "content": [{"type": "text", "text": "Good morning"}]}
    assert current["content"][-1]["cache_control"] == EPHEMERAL | {"ttl": "5m"}


def test_the_schema_is_native_and_the_bounds_are_always_set(server: ModelServer) -> None:
    ask(server, max_tokens=1_234)

    body = server.requests[0].body
    assert body["max_tokens"] == 1_234
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert next(iter(body["output_config"]["format"]["schema"]["properties"])) == "chat_message"
    assert not body.get("tools")


def test_the_summary_comes_after_the_stable_part(server: ModelServer) -> None:
    ask(server, prompt(summary="- Coach: We began."))

    first = server.requests[0].body["messages"][0]["content"]
    assert "cache_control" in first[0]
    assert first[1]["text"].startswith('<data kind="earlier">')


def test_a_newcomers_hello_costs_at_most_two_thousand_tokens(server: ModelServer) -> None:
    ask(server, assemble(first_turn()))

    assert prompt_tokens(server.requests[0].body) <= 2_000


def test_a_running_conversation_reads_what_stood_there_from_the_cache(server: ModelServer) -> None:
    history: list[PastTurn] = [past("Tell me about her. " * 90, "She is well. " * 90) for _ in range(6)]
    for index in range(4):
        answer, _ = ask(server, prompt(f"And then, {index}?", history=tuple(history)))
        history.append(
            PastTurn(message=f"And then, {index}?", note=note(), reply=answer.response.chat_message)
        )

    for before, after in zip(server.requests, server.requests[1:], strict=False):
        stood = before.input_tokens + before.cache_read + before.cache_write
        assert after.cache_read / stood >= 0.99


def test_cached_tokens_are_counted_in_the_usage(server: ModelServer) -> None:
    given = prompt(memory="A long memory. " * 900)
    ask(server, given)

    answer, _ = ask(server, given)

    assert answer.usage.cache_read_tokens > 3_000
    assert answer.usage.input_tokens >= answer.usage.cache_read_tokens


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=429), "rate_limited"),
        (Reply(status=429, error_message="enforced_spend_limit_reached"), "spend_limit"),
        (Reply(status=500), "server"),
        (Reply(status=529), "overloaded"),
        (Reply(status=401), "refused_key"),
        (Reply(status=403), "refused_key"),
        (Reply(status=400), "bad_request"),
        (Reply(cut_after=0), "unreachable"),
        (Reply(cut_after=6), "cut"),
        (Reply(error_after=6), "overloaded"),
        (Reply(stall_after=6), "stalled"),
        (Reply(stall_after=0), "timeout"),
        (Reply(text="no JSON at all"), "unreadable"),
        (Reply(text='{"message": "wrong name"}'), "unreadable"),
        (Reply(text=" "), "unreadable"),
    ],
)
def test_each_fault_has_its_kind(server: ModelServer, reply: Reply, kind: FailureKind) -> None:
    server.play(reply)

    failure = fails(server, silence=0.2, first_event=0.3)

    assert failure.kind == kind
    assert failure.words == WORDS[kind]
    assert failure.retryable == (kind in RETRYABLE)


def test_a_spend_limit_is_never_tried_again_and_a_wait_is_passed_on(server: ModelServer) -> None:
    server.fail(429, message="enforced_spend_limit_reached")
    assert not fails(server).retryable

    server.reset()
    server.fail(429, retry_after=7)
    assert fails(server).retry_after == 7.0


@pytest.mark.parametrize("fault", [Reply(cut_after=10), Reply(error_after=10), Reply(stall_after=10)])
def test_what_had_arrived_is_kept(server: ModelServer, fault: Reply) -> None:
    server.play(replace(fault, text=json.dumps({"chat_message": LONG}), piece=20))

    failure = fails(server, silence=0.2)

    assert len(failure.partial_text) > 100
    assert LONG.startswith(failure.partial_text)
    assert failure.usage.input_tokens > 0


def test_an_endless_answer_ends_at_the_deadline(server: ModelServer) -> None:
    server.play(Reply(text=json.dumps({"chat_message": LONG * 50}), gap=0.02))

    failure = fails(server, deadline=0.4)

    assert (failure.kind, failure.retryable) == ("endless", False)
    assert "did not come to an end" in failure.words
    assert failure.partial_text
    assert failure.usage.output_tokens > 0


def test_an_answer_that_is_far_too_long_is_cut_and_says_so(server: ModelServer) -> None:
    server.play(Reply(text='{"chat_message": "' + "word " * 60_000, piece=40))

    answer, _ = ask(server)

    assert len(answer.response.chat_message) == 15_999
    assert [each.code for each in answer.refusals] == ["cut"]
    assert answer.usage.output_tokens >= agent.RAW_CAP // 5


def test_an_answer_without_room_keeps_what_was_whole(server: ModelServer) -> None:
    whole = (
        '{"chat_message": "All of it.", "notification": {"title": "Yes", "text": ""}, "nudge_drafts": [{"clie'
    )
    server.play(Reply(text=whole, stop_reason="max_tokens"))

    answer, _ = ask(server)

    assert answer.response.chat_message == "All of it."
    assert answer.response.notification is not None
    assert answer.response.nudge_drafts == []
    assert answer.refusals[-1].code == "cut"


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(ModelFailure) as failed:
        ask(ModelServer(url="http://127.0.0.1:9"))

    assert failed.value.kind == "unreachable"


def test_cancelling_closes_the_connection(server: ModelServer) -> None:
    server.play(Reply(text=json.dumps({"chat_message": LONG}), stall_after=8))

    async def cancel_after_the_first_piece() -> None:
        began = asyncio.Event()
        async with client(server) as model:
            call = asyncio.create_task(
                agent.answer(
                    prompt(),
                    model=model,
                    settings=agent.Settings(),
                    on_text=lambda _offset, _piece: began.set(),
                )
            )
            await began.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            while server.requests[0].outcome == "ok":
                await asyncio.sleep(0.005)

    asyncio.run(asyncio.wait_for(cancel_after_the_first_piece(), 10))

    assert server.requests[0].outcome == "client_gone"


def test_many_calls_share_one_client(server: ModelServer) -> None:
    async def at_once() -> list[agent.Answer]:
        async with client(server) as model:
            calls = [
                agent.answer(
                    assemble(turn(f"Number {index}")),
                    model=model,
                    settings=agent.Settings(),
                    on_text=lambda _offset, _piece: None,
                )
                for index in range(20)
            ]
            return await asyncio.gather(*calls)

    answers = asyncio.run(at_once())

    assert len({answer.response.chat_message for answer in answers}) == 20


def test_each_call_of_a_client_has_the_schema_and_its_own_bounds(server: ModelServer) -> None:
    async def in_turn() -> None:
        async with client(server) as model:
            for tokens in (500, 700, 700):
                settings = agent.Settings(max_tokens=tokens)
                await agent.answer(
                    prompt(), model=model, settings=settings, on_text=lambda _offset, _piece: None
                )

    asyncio.run(in_turn())

    bodies = [request.body for request in server.requests]
    assert [body["max_tokens"] for body in bodies] == [500, 700, 700]
    assert all(body["output_config"] == bodies[0]["output_config"] for body in bodies)


def test_a_provider_without_structured_output_answers_by_its_one_tool() -> None:
    async def stream(
        _messages: list[ModelMessage], info: AgentInfo
    ) -> AsyncIterator[dict[int, DeltaToolCall]]:
        [tool] = info.output_tools
        yield {0: DeltaToolCall(name=tool.name, json_args='{"chat_message": "Good')}
        yield {0: DeltaToolCall(json_args=' morning", "notification": {"title": "Hi"}}')}

    got: list[str] = []
    made = asyncio.run(
        agent.answer(
            prompt(),
            model=FunctionModel(
                stream_function=stream, profile=ModelProfile(supports_json_schema_output=False)
            ),
            settings=agent.Settings(batch=0.0),
            on_text=lambda _offset, piece: got.append(piece),
        )
    )

    assert got == ["Good", " morning"]
    assert made.response.notification is not None
    assert made.usage.cost == Decimal(0)


def test_every_failure_has_words_for_the_coach() -> None:
    for words in WORDS.values():
        assert words.endswith(".")
        assert "!" not in words
