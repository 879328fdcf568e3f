"""
What a coach sees when the model fails: busy once, busy for good, and cut off in the middle.

`python -m bench.failures` counts the seconds from POST to what the page shows, the real processes in between.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from bench.browsers import CHAT
from bench.figures import RUNS, bar, median
from bench.stage import Stage, set_up
from bench.turn_overhead import Ours, begin, is_text
from tests.fakes.model_server import Reply

WORDS = "I would begin with the smallest step that you can take this week, and look at the rest after it."
PIECES_BEFORE_THE_CUT = 5


@dataclass(frozen=True, slots=True)
class Ended:
    """One turn as its row says at the end."""

    seconds: float
    status: str
    words: str
    partial: str


async def busy_once(us: Ours) -> float:
    """Be refused once with 529; returns the seconds to the first text."""
    us.stage.model.reset()
    us.stage.model.fail(529)
    us.stage.model.reply(WORDS)
    heard = len(us.browser.stream.lines)
    _, sent = await us.browser.say("Hello")
    first = await us.browser.stream.wait(heard, is_text)
    await us.browser.stream.wait(heard, lambda line: line == "event: chat-message", since=first)
    return first - sent


async def until_it_ends(us: Ours, *replies: Reply) -> Ended:
    """Play these for as many attempts as there are, and read what became of the turn."""
    us.stage.model.reset()
    us.stage.model.play(*replies)
    stream, sent = us.browser.stream, time.monotonic()
    status, body = await us.browser.ask("POST", CHAT, json.dumps({"message": "Hello"}))
    if status != 202:
        raise RuntimeError(f"chat answered {status}")
    told, row = sent, {"status": "queued"}
    while row["status"] not in ("failed", "done"):
        told = await stream.wait(0, lambda line: line == "event: chat-message", since=told)
        row = await asyncio.to_thread(_row, json.loads(body)["job_id"])
    return Ended(told - sent, row["status"], row["error_words"], row["partial_text"])


def _row(turn_id: str) -> dict[str, Any]:
    from companion.models import Turn

    found = Turn.all_tenants.using("owner").filter(pk=turn_id)
    row: dict[str, Any] = found.values("status", "error_words", "partial_text").get()
    return row


async def measure(stage: Stage) -> None:
    """Play each misfortune three times."""
    us = await begin(stage)
    await us.turn()
    once = [await busy_once(us) for _ in range(RUNS)]
    bar("529 once: retried, first text after", median(once), unit="s", most=2)
    busy = [await until_it_ends(us, *[Reply(status=529)] * 9) for _ in range(RUNS)]
    bar("529 always: plain words after", median(each.seconds for each in busy), unit="s", most=10)
    plain = sum(each.status == "failed" and bool(each.words) for each in busy)
    bar("529 always: turns that ended in plain words", plain, unit=f"of {RUNS}", least=RUNS)
    print(f"         the coach reads: {busy[0].words}")
    cut = Reply(text=json.dumps({"chat_message": WORDS}), gap=0.05, cut_after=PIECES_BEFORE_THE_CUT)
    cuts = [await until_it_ends(us, *[cut] * 9) for _ in range(RUNS)]
    kept = sum(
        each.status == "failed" and bool(each.words) and WORDS.startswith(each.partial) and bool(each.partial)
        for each in cuts
    )
    bar("cut in the middle: partial text kept, and marked", kept, unit=f"of {RUNS}", least=RUNS)
    print(f"         kept: {cuts[0].partial!r}; the coach reads: {cuts[0].words}")


def main() -> None:
    """Measure and print."""
    with set_up(floor_workers=0) as stage:
        asyncio.run(measure(stage))


if __name__ == "__main__":
    main()
