"""
What a prompt costs: the size of a fresh coach's "hello", and the share that is read from cache later.

`python -m bench.prompt_cost`. Sizes are bytes / 4 of system, messages, tools and output schema.
"""

import statistics

from bench.stage import Stage, set_up
from bench.turn_overhead import Ours, verdict
from tests.fakes.model_server import Request, prompt_tokens

HELLO_BAR = 2_500
CACHE_BAR = 0.99
SMALLEST_CACHED_PROMPT = 4_096
LONG_WORDS = "The week was long and I would like to think about each of my clients in turn. " * 12


def main() -> None:
    """Print both figures."""
    with set_up() as stage:
        hello = prompt_tokens(first_request(stage).body)
        share, turns = cache_share(stage)
    print(f"\nprompt of 'hello' from a fresh coach: {hello:,} tokens", end=" ")
    print(f"(bar {HELLO_BAR:,}: {verdict(hello <= HELLO_BAR)})")
    print(f"read from cache: {share:.1%} of the prompt of the turn before", end=" ")
    print(f"(median of {turns} turns; bar {CACHE_BAR:.0%}: {verdict(share >= CACHE_BAR)})")


def first_request(stage: Stage) -> Request:
    """Say hello as a coach whose companion does not know them yet."""
    Ours(stage, unlocked=False).turn()
    return stage.model.requests[-1]


def cache_share(stage: Stage) -> tuple[float, int]:
    """Talk until the prompt is long, then compare each turn's cached part with the whole prompt before it."""
    coach, shares, before = Ours(stage), [], 0
    for _ in range(30):
        coach.turn(LONG_WORDS)
        request = stage.model.requests[-1]
        if before >= SMALLEST_CACHED_PROMPT:
            shares.append(min(1.0, request.cache_read / before))
        before = prompt_tokens(request.body)
    return statistics.median(shares), len(shares)


if __name__ == "__main__":
    main()
