"""Everything that a provider does wrong, and how often it is asked then."""

import itertools
import json
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from companion.models import Turn
from tests.chaos.checker import check
from tests.chaos.outcome import Outcome
from tests.chaos.stage import Stage, to_model
from tests.chaos.talks import Talk, new_words, unfinished
from tests.fakes.model_server import Reply, Request
from tests.fakes.waiting import until

SETTLE_SECONDS = 90.0
PATIENCE = {"HASTY_PATIENCE": "1.5"}
"""Seconds that a model may be silent; twice as long for its first word, four times for all of them."""
SLOWER_PATIENCE = {"HASTY_PATIENCE": "4"}
"""Enough for the provider's library to give up a connection by itself."""
TEXT = json.dumps({"chat_message": "One word after the other, and no haste. " * 6})
PIECES = len(TEXT) // 12
NO_JSON = '{"chat_message": "Good morning", "panel_updates": [{"panel": '
PROXY_PAGE = "<html><body>Bad gateway, and 200 all the same</body></html>"
WAITS = (0.7, 2.5)
"""Seconds before the second and the third call, at least."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour, how often it makes us ask, and how the turn ends when it never stops."""

    name: str
    reply: Reply
    calls: int
    code: str

    @property
    def is_slow(self) -> bool:
        """Whether our patience has to run out three times, or theirs twice."""
        reply = self.reply
        is_silent = reply.is_mute or reply.stall_after is not None or reply.gap is not None
        return is_silent or (self.calls > 1 and bool(reply.retry_after))


def faults() -> Iterator[Fault]:
    """Statements 34 and 35. Three calls at most, whatever the layer; one where no second would help."""
    yield Fault("429 without a hint", Reply(status=429), 3, "rate_limited")
    yield Fault("429 with a hint of four seconds", Reply(status=429, retry_after=4), 3, "rate_limited")
    yield Fault("429 with a hint of five minutes", Reply(status=429, retry_after=300), 1, "rate_limited")
    spent = Reply(status=429, error_message="enforced_spend_limit_reached")
    yield Fault("429 for a spent limit", spent, 1, "spend_limit")
    yield Fault("400", Reply(status=400, error_message="bad"), 1, "bad_request")
    yield Fault("401", Reply(status=401, error_message="invalid x-api-key"), 1, "refused_key")
    yield Fault("403", Reply(status=403, error_message="not yours"), 1, "refused_key")
    yield Fault("500", Reply(status=500), 3, "server")
    yield Fault("529", Reply(status=529), 3, "overloaded")
    yield Fault("error event in a stream", Reply(text=TEXT, error_after=8), 3, "overloaded")
    yield Fault("nothing", Reply(text=" "), 3, "unreadable")
    yield Fault("words instead of JSON", Reply(text="Good morning to you"), 3, "unreadable")
    yield Fault("JSON that breaks off", Reply(text=NO_JSON), 3, "cut")
    yield Fault("a proxy's page", Reply(garbage=PROXY_PAGE), 3, "unreadable")
    yield Fault("not a word", Reply(is_mute=True), 3, "timeout")
    yield Fault("silence before the text", Reply(text=TEXT, stall_after=0), 3, "timeout")
    yield Fault("silence in mid-stream", Reply(text=TEXT, stall_after=8), 3, "stalled")
    yield Fault("a drop a second for ever", Reply(text=TEXT, piece=3, gap=1.0), 1, "endless")
    yield Fault("reset before the text", Reply(text=TEXT, cut_after=0, resets=True), 3, "unreachable")
    yield Fault("reset in mid-stream", Reply(text=TEXT, cut_after=8, resets=True), 3, "cut")
    for tenth in range(1, 10):
        yield Fault(f"cut at {tenth}0 %", Reply(text=TEXT, cut_after=PIECES * tenth // 10), 3, "cut")


def failing_models(stage: Stage, *, only: Callable[[Fault], bool] = lambda _: True) -> Outcome:
    """Let each fault go on until its turn has ended, all at once, and compare with the table."""
    table = [fault for fault in faults() if only(fault)]
    talks = [Talk() for _ in table]
    with_words = []
    for fault, talk in zip(table, talks, strict=True):
        words = new_words()
        stage.model.moods[words] = fault.reply
        with_words.append((fault, talk, talk.say(words), words))
    worker = stage.worker(is_hasty=True, **PATIENCE)
    until(lambda: not unfinished(), seconds=SETTLE_SECONDS, what="every fault to end in words")
    worker.stop()
    broken, took = [], []
    for fault, talk, turn, words in with_words:
        ended, calls = talk.turn(turn), stage.model.asked(words)
        broken += _differences(fault, ended, calls)
        took.append(_seconds(ended))
    found = check(talks, asked=stage.model.requests)
    return Outcome("model fails in every way", len(table), found, took, "to words and a button", broken)


def unreachable_models(stage: Stage) -> Outcome:
    """The rest of statement 34: nobody listens at the provider's address, or nobody picks up."""
    broken, took, talks = [], [], []
    with _deaf_port() as deaf, stage.wire(0) as wire:
        wire.cut()
        for name, port, code in (("refused", wire.port, "unreachable"), ("no connection", deaf, "timeout")):
            talk = Talk()
            turn = talk.say_something()
            worker = stage.worker(is_hasty=True, **SLOWER_PATIENCE, **to_model(stage.model, port=port))
            ended = talk.wait(turn, "failed", seconds=SETTLE_SECONDS)
            worker.stop()
            talks.append(talk)
            took.append(_seconds(ended))
            if (ended.error_code, ended.attempts) != (code, 3):
                broken.append(f"{name}: {ended.error_code!r} after {ended.attempts} attempts")
    asked = stage.model.requests
    broken += [f"{len(asked)} calls came through"] if asked else []
    found = check(talks)
    return Outcome("model cannot be reached", len(talks), found, took, "to words and a button", broken)


def _differences(fault: Fault, ended: Turn, calls: list[Request]) -> Iterable[str]:
    if (ended.status, ended.error_code, len(calls)) != ("failed", fault.code, fault.calls):
        yield f"{fault.name}: {ended.status} as {ended.error_code!r} after {len(calls)} calls"
    if fault.code == "cut" and not ended.partial_text:
        yield f"{fault.name}: nothing of it is kept"
    if not ended.error_words:
        yield f"{fault.name}: no words"
    asked_wait = fault.reply.retry_after or 0
    waits = [later.arrived_at - sooner.arrived_at for sooner, later in itertools.pairwise(calls)]
    for waited, planned in zip(waits, WAITS, strict=False):
        if waited < max(planned, asked_wait):
            yield f"{fault.name}: asked again after {waited:.2f} s"


def _seconds(ended: Turn) -> float:
    if ended.finished_at is None:
        return SETTLE_SECONDS
    return (ended.finished_at - ended.queued_at).total_seconds()


@contextmanager
def _deaf_port() -> Iterator[int]:
    """Open a port at which connections are never made: its queue is full, and nobody takes any."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        try:
            yield listener.getsockname()[1]
        finally:
            for each in waiting:
                each.close()
