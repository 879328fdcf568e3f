"""
What a prompt costs: the size of a fresh coach's "hello", and the share that is read from cache later.

`python -m bench.prompt_cost`. Sizes are bytes / 4 of system, messages, tools and output schema.
"""

import asyncio

from bench.figures import bar, median
from bench.stage import Stage, set_up
from bench.turn_overhead import begin
from tests.fakes.model_server import Request, prompt_tokens

HELLO_BAR = 2_500
CACHE_BAR = 0.99
SMALLEST_CACHED_PROMPT = 4_096
LONG_WORDS = "The week was long and I would like to think about each of my clients in turn. " * 12


def main() -> None:
    """Print both figures."""
    with set_up() as stage:
        hello = prompt_tokens(asyncio.run(first_request(stage)).body)
        share, calls, turns = asyncio.run(cache_share(stage))
    print(f"\nprompt of 'hello', and what {turns} turns with long prompts read from cache")
    bar("prompt of 'hello' from a fresh coach", hello, unit="tokens", most=HELLO_BAR)
    bar("read from cache, of the prompt of the turn before", 100 * share, unit="%", least=100 * CACHE_BAR)
    bar("model calls a turn", calls, unit="call", most=1)


async def first_request(stage: Stage) -> Request:
    """Say hello as a coach whose companion does not know them yet."""
    await (await begin(stage, unlocked=False)).turn()
    return stage.model.requests[-1]


async def cache_share(stage: Stage) -> tuple[float, float, int]:
    """Talk until the prompt is long; compare each turn's cached part with the whole prompt before it."""
    coach, asked = await begin(stage), len(stage.model.requests)
    shares: list[float] = []
    before, turns = 0, 30
    for _ in range(turns):
        await coach.turn(LONG_WORDS)
        request = stage.model.requests[-1]
        if before >= SMALLEST_CACHED_PROMPT:
            shares.append(min(1.0, request.cache_read / before))
        before = prompt_tokens(request.body)
    return median(shares), (len(stage.model.requests) - asked) / turns, len(shares)


if __name__ == "__main__":
    main()
