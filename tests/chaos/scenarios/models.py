"""Everything that a provider does wrong, and how often it is asked then."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.checker import check
from tests.chaos.outcome import Outcome
from tests.chaos.stage import Stage
from tests.chaos.talks import Crowd
from tests.fakes.model_server import Reply

SETTLE_SECONDS = 60.0
TEXT = '{"chat_message": "' + "One word after the other, and no haste. " * 6 + '"}'
PIECES = len(TEXT) // 12


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour, how often it makes us ask, and how the turn ends when it never stops."""

    name: str
    reply: Reply
    calls: int
    code: str


def faults() -> Iterator[Fault]:
    """Statements 34 and 35. Three calls at most, whatever the layer; one where no second would help."""
    yield Fault("429 without a hint", Reply(status=429), 3, "rate_limited")
    yield Fault("429 with a hint of a second", Reply(status=429, retry_after=1), 3, "rate_limited")
    yield Fault("429 with a hint of five minutes", Reply(status=429, retry_after=300), 1, "rate_limited")
    spent = Reply(status=429, error_message="enforced_spend_limit_reached")
    yield Fault("429 for a spent limit", spent, 1, "spend_limit")
    yield Fault("400", Reply(status=400, error_message="bad"), 1, "bad_request")
    yield Fault("401", Reply(status=401, error_message="invalid x-api-key"), 1, "refused_key")
    yield Fault("500", Reply(status=500), 3, "server")
    yield Fault("529", Reply(status=529), 3, "overloaded")
    yield Fault("error event in a stream", Reply(text=TEXT, error_after=8), 3, "overloaded")
    yield Fault("nothing", Reply(text=" "), 3, "unreadable")
    yield Fault("no JSON", Reply(text="Good morning to you"), 3, "unreadable")
    for tenth in range(1, 10):
        yield Fault(f"cut at {tenth}0 %", Reply(text=TEXT, cut_after=PIECES * tenth // 10), 3, "cut")


def failing_models(stage: Stage) -> Outcome:
    """Let each fault go on until the turn has ended, and compare with the table."""
    stage.worker()
    table = list(faults())
    crowd, broken, took = Crowd(len(table)), [], []
    for fault, talk in zip(table, crowd.talks, strict=True):
        before = len(stage.model.requests)
        stage.model.play(*[fault.reply] * 3)
        turn = talk.say_something()
        took.append(crowd.wait(seconds=SETTLE_SECONDS))
        stage.model.calm()
        ended, calls = talk.turn(turn), len(stage.model.requests) - before
        if (ended.status, ended.error_code, calls) != ("failed", fault.code, fault.calls):
            broken.append(f"{fault.name}: {ended.status} as {ended.error_code!r} after {calls} calls")
        if ended.error_code == "cut" and not ended.partial_text:
            broken.append(f"{fault.name}: nothing of it is kept")
    found = check(crowd.talks, asked=stage.model.requests)
    return Outcome("model fails in every way", len(table), found, took, "to words and a button", broken)
