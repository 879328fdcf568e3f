"""Money holds: what fifty turns at once may spend, what a killed worker, and what an endless answer costs."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import transaction
from pydantic_ai import models

from companion.actions import turns, usage
from companion.actions.leases import Lease
from companion.engine import agent
from companion.models import CompanionState, Turn, UsageEntry
from companion.scheduling.database import Database
from companion.scheduling.executor import Attempt, Brain, carry_out
from journeyloop.tenancy import tenant
from tests import factories
from tests.fakes.attempts import DEAR, NOON, begin, hold, say
from tests.fakes.model_server import ModelServer, model_server

TURNS, AFFORDED = 50, 10
NAME = "anthropic:claude-sonnet-5-5"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)
    with model_server() as running:
        yield running


def spent() -> Decimal:
    entries = UsageEntry.objects.all()
    return sum(
        (each.cost_usd if each.cost_usd is not None else each.reserved_usd for each in entries), Decimal(0)
    )


def test_fifty_turns_at_once_with_money_for_ten_make_ten_calls(committed: None, server: ModelServer) -> None:
    coach = factories.make_coach(unlocked=True)
    with tenant(coach.pk):
        leases = [hold(say("Good morning")) for _ in range(TURNS)]
        turns.begin(lease=leases[0], now=NOON, model_name="scripted", price=DEAR, output_tokens=4_000)
        [reserved] = UsageEntry.objects.values_list("reserved_usd", flat=True)
        UsageEntry.objects.all().delete()
        CompanionState.objects.update(daily_budget_usd=reserved * AFFORDED + reserved / 2)
    server.is_open = False

    asyncio.run(_all_at_once(leases, server))

    with tenant(coach.pk):
        assert Turn.objects.filter(status="done").count() == AFFORDED
        refused = Turn.objects.filter(status="failed")
        assert set(refused.values_list("error_code", "error_words")) == {("budget", turns.WORDS["budget"])}
        assert refused.count() == TURNS - AFFORDED
        assert UsageEntry.objects.count() == len(server.requests) == AFFORDED
        told = sum(request.output_tokens for request in server.requests)
        assert sum(UsageEntry.objects.values_list("output_tokens", flat=True)) == told
        assert 0 < spent() <= CompanionState.objects.get().daily_budget_usd


async def _all_at_once(leases: list[Lease], server: ModelServer) -> None:
    """Carry all of them; the model answers when every turn has money or was told that there is none."""
    model = agent.open_model(NAME, api_key="test", base_url=server.url)
    brain, database = Brain(model=model, price=DEAR), Database()
    carried = [
        asyncio.create_task(carry_out(Attempt(lease), brain=brain, database=database)) for lease in leases
    ]
    while len([task for task in carried if task.done()]) + len(server.requests) < TURNS:
        await asyncio.sleep(0.02)
    server.is_open = True
    await asyncio.gather(*carried)
    await model.client.close()  # type: ignore[attr-defined]
    database.close()


@pytest.mark.django_db
def test_a_worker_that_is_killed_in_every_call_spends_no_more_than_the_limit() -> None:
    coach = factories.make_coach(unlocked=True)
    calls = 0
    with tenant(coach.pk):
        turn = say("Good morning")
        CompanionState.objects.update(daily_budget_usd=Decimal("0.5"))
        while calls < 1_000:
            try:
                with transaction.atomic():
                    begin(turn, price=DEAR)
            except usage.BudgetSpentError:
                break
            calls += 1

        assert 0 < calls < 100
        assert spent() <= Decimal("0.5")


def test_an_answer_without_end_is_paid_for_and_asked_for_once(committed: None, server: ModelServer) -> None:
    coach = factories.make_coach(unlocked=True)
    server.gap, server.answering = 0.02, lambda _: '{"chat_message": "' + "and then " * 10_000
    with tenant(coach.pk):
        turn = say("Good morning")
        lease = hold(turn)

    again = asyncio.run(_carry(lease, server))

    with tenant(coach.pk):
        turn.refresh_from_db()
        [entry] = UsageEntry.objects.all()
        assert (again, turn.status, turn.error_code) == (None, "failed", "endless")
        assert "did not come to an end" in turn.error_words
        assert turn.partial_text.startswith("and then and then")
        assert entry.cost_usd
        assert entry.output_tokens > 0
        assert len(server.requests) == 1


async def _carry(lease: Lease, server: ModelServer) -> object:
    model = agent.open_model(NAME, api_key="test", base_url=server.url)
    brain = Brain(model=model, price=DEAR, settings=agent.Settings(deadline=1.0))
    database = Database()
    try:
        return await carry_out(Attempt(lease), brain=brain, database=database)
    finally:
        await model.client.close()  # type: ignore[attr-defined]
        database.close()
